"""Every BibTeX entry, however sloppy, becomes a paper or a reasoned refusal, and no broken one swallows another."""

from __future__ import annotations

import pytest
from entries import items, of, paper, titles

from recommender.ingest.read import Record

# -- sloppy and hostile ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [
        "@article{k, title = {T}\n year = 2000\n journal = {J}}",
        '@article{k,\n title = "T" year = "2000",\n journal = "J"\n}',
        "@article{k\n title = {T}, year = {2000}, journal = {J},}",
        "@article( k , title = {T} , year = 2000, journal = {J} )",
        "@ARTICLE {k, TITLE = {T}, Year={2000}, title = {Other}, year = {}, journal = {}, journal={J}}",
        "@article\n{k, title={T}, year=2000, journal=J}",
    ],
)
def test_sloppy_entries_are_read_all_the_same(entry):
    found = paper(entry)
    assert (found.title, found.year, found.venue, found.key) == ("T", 2000, "J", "k")


def test_a_key_may_be_missing():
    assert titles("@article{title = {T}}\n@article{, title = {U}}") == ["T", "U"]


def test_quotes_braces_and_marks_within_values_do_no_harm():
    assert of('note = "The {"}Best{"}, {\\"o}f (all)"').fields["note"] == 'The "Best", öf (all)'
    assert paper('@misc(k, title = "A :-) title", note = {a (b) c})').title == "A :-) title"
    assert of("note = {mail me@x.org @ {home}, a = b}").fields["note"] == "mail me@x.org @ home, a = b"
    assert of("abstract = {We write\n @Override {x}\n and go on}, year = 2000").year == 2000
    assert of("note = {ends in a break \\\\}, year = 2000").year == 2000


def test_lines_stay_right_after_a_backslash_at_a_line_end():
    text = "@misc{a, title = {A\\\n  b \\\n c}}\n"
    text += "@misc{b, title = {B}}\n@misc{c, year = 1}\n@misc{d, title = {D}}"
    assert [item.line for item in items(text)] == [1, 4, 5, 6]


@pytest.mark.parametrize(
    "nasty",
    [
        "@misc{a, author = {" + " " * 500_000 + "x}, title = {A}}",
        "@misc{a, note = {@" + "\n" * 500_000 + "}, title = {A}}",
        "@misc{a, title = {A}, doi = {10.1000/" + ")" * 500_000 + "}}",
        "@misc{a, title = {A}}" + " " * 500_000,
        "@misc{a, title = {A}}" + "@a" * 200_000,
        "@misc{a" + " " * 500_000 + ", title = {A}}",
        "@misc{a, title = A" + " x" * 200_000 + "}",
    ],
    ids=range(7),
)
def test_hostile_entries_take_no_time(nasty):
    (item,) = items(nasty)
    assert item.paper.title[0] == "A"


# -- among other text, and broken ------------------------------------------------------------------------------------


def test_what_is_no_entry_is_passed_over():
    text = """Encoding: UTF-8, mail me@home{x}
@comment{jabref-meta: grouping {a}}
@preamble{"\\newcommand{\\x}{y}"}
% @article{no, title = {No}}
@misc{a, title = {A}}, trailing } junk @misc{b, title = {B}} @misc{c, title = {C}}
@Comment{zotero
 @misc{d, title = {D}}
"""
    assert titles(text) == ["A", "B", "C", "D"]


def test_a_broken_entry_swallows_no_other():
    text = """@misc{a, title = {A}}
@misc{b, title = {B, year = 2000}
@misc{c, title = {C}}
@misc{d, title = "D, year = 2000}
@misc{e, title = {E}}, year = {2000},
}
@misc{f, title {F}}
@misc{g, title = {G}}
@string{s = {never closed
@misc{h, title = {H}}
@misc{i, title = {I}"""
    assert titles(text) == ["A", "line 2", "C", "line 4", "line 5", "line 7", "G", "H", "line 11"]


def test_refusals_say_what_to_mend():
    text = "@misc{b, title = {B\n@misc{e, title = {E}},\n year = {2000}}\n@a{f, t {F}}"
    reasons = [item.reason for item in items(text)]
    assert reasons[0] == "The entry is not closed before the next, in line 2. Add a brace."
    assert reasons[1] == "The entry closes before its field in line 3. Remove a brace."
    assert "Expected a `=`" in reasons[2]


def test_entries_seen_are_papers_and_refusals():
    bad = [
        "{k, title = {T",
        "{k}",
        "{}",
        "{k, title = }",
        "{k, = {T}}",
        "(k, title = {T}",
        "{k, title = {T}}}",
        "{k title}",
        "{k, title = #}",
        "{k, title = {T} # }",
        '{k, title = "T}',
        "{k,,, title = {T}}",
        "{k, title = {\\}}",
    ]
    text = "".join(f"@article{{g{n}, title = {{G{n}}}}}\n@misc{entry},\n" for n, entry in enumerate(bad))
    found = items(text)
    assert len(found) == 2 * len(bad)
    assert [item.paper.title for item in found[::2] if isinstance(item, Record)] == [
        f"G{n}" for n in range(len(bad))
    ]


def test_duplicate_keys_are_two_papers_in_and_across_chunks():
    text = (
        "@misc{k, title = {First}}\n@misc{k, title = {Second}}\n"
        + "".join(f"@misc{{k{n}, title = {{T}}}}\n" for n in range(300))
        + "@misc{k, title = {Third}}"
    )
    found = titles(text)
    assert (len(found), found[0], found[1], found[-1]) == (303, "First", "Second", "Third")


def test_an_entry_over_the_limit_is_skipped_alone():
    long = "@misc{b, title = {B}, abstract = {" + "word, {x} " * 120_000 + "}}"
    text = f"@misc{{a, title = {{A}}}}\n{long}\n@misc{{c, title = {{C}}}}"
    assert titles(text.replace("\n", " ")) == ["A", "line 1", "C"]
    found = items(text, max_record=1000)
    assert [item.line for item in found] == [1, 2, 3]
    assert "1,000 characters" in found[1].reason
