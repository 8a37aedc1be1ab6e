"""Every BibTeX entry becomes a paper or a reasoned refusal, and no broken one swallows another."""

from __future__ import annotations

import pytest

from recommender.ingest.read import Item, Record, Skipped, read_text
from recommender.ingest.tex import decode, decode_raw
from recommender.papers import Paper


def items(text: str, **options: int) -> list[Item]:
    return list(read_text(text, "bibtex", **options))


def paper(text: str) -> Paper:
    (item,) = items(text)
    assert isinstance(item, Record), item
    return item.paper


def of(fields: str, kind: str = "article") -> Paper:
    return paper(f"@{kind}{{k, title = {{T}}, {fields}}}")


def titles(text: str) -> list[str]:
    """The titles in order; a refused entry as its line."""
    return [item.paper.title if isinstance(item, Record) else f"line {item.line}" for item in items(text)]


# --- A whole entry ------------------------------------------------------------------------------------------


def test_every_field_finds_its_place():
    text = r"""
@InProceedings{Lovelace:99,
  author    = {Lovelace, Ada and Bell, Joan},
  title     = {On {L}amps},
  subtitle  = {A Survey},
  booktitle = {Proc. of Light \& Shade},
  year      = 1999,
  abstract  = {Lamps cost 5% more
               than $n$ \textbf{candles}.},
  keywords  = {lamp, light},
  doi       = {10.1000/ABC\_1},
  url       = {https://x.org/a\_b},
  pages     = {1--5}, publisher = {Acme}, editor = {Curie, Marie and others}, month = may,
  file      = {:a.pdf:PDF}, bdsk-url-1 = {x}, timestamp = {2020},
  owner = {me}, __markedentry = {1}, groups = {g},
}"""
    assert items(text) == [
        Record(
            Paper(
                title="On Lamps: A Survey",
                abstract="Lamps cost 5% more than $n$ candles.",
                authors=("Lovelace, Ada", "Bell, Joan"),
                year=1999,
                venue="Proc. of Light & Shade",
                doi="10.1000/abc_1",
                url="https://x.org/a_b",
                keywords=("lamp", "light"),
                type="inproceedings",
                key="Lovelace:99",
                fields={"pages": "1–5", "publisher": "Acme", "editor": "Curie, Marie", "month": "may"},
            ),
            2,
            "bibtex",
        )
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "venue"),
    [
        ("article", "journal = {J. Light}, booktitle = {B}", "J. Light"),
        ("article", "journaltitle = {J. Light}", "J. Light"),
        ("inproceedings", "booktitle = {Proc.}, publisher = {Acme}", "Proc."),
        ("phdthesis", "school = {MIT}", "MIT"),
        ("thesis", "institution = {MIT}", "MIT"),
        ("techreport", "institution = {NASA}", "NASA"),
        ("book", "publisher = {Acme}", ""),
    ],
)
def test_the_venue_is_what_contains_the_paper(kind, fields, venue):
    found = of(fields, kind)
    assert found.venue == venue
    assert venue not in found.fields.values()


def test_conference_is_inproceedings_and_biblatex_types_stay():
    assert of("year = 2000", "Conference").type == "inproceedings"
    assert of("year = 2000", "online").type == "online"


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("year = {2004}", 2004),
        ("year = 2004", 2004),
        ("date = {2004-05-06}", 2004),
        ("year = {c. 1870}", 1870),
        ("year = {in press}, date = {2004/2005}", 2004),
        ("year = {12345}", None),
        ("year = {0999}", None),
    ],
)
def test_the_year_comes_from_year_or_date(fields, year):
    assert of(fields).year == year


def test_a_year_that_is_none_is_kept_as_written():
    assert of("year = {in press}").fields == {"year": "in press"}


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {2005.14165v2}, archiveprefix = {arXiv}",
        "eprint = {2005.14165}, eprinttype = {arxiv}",
        "url = {https://arxiv.org/abs/2005.14165}",
        "url = {http://arxiv.org/pdf/2005.14165v1.pdf}",
        "doi = {10.48550/arXiv.2005.14165}",
        "journal = {arXiv preprint arXiv:2005.14165}",
        "journal = {CoRR}, volume = {abs/2005.14165}",
        "arxivid = {2005.14165}",
    ],
)
def test_the_arxiv_id_is_found_wherever_exporters_put_it(fields):
    assert of(fields).arxiv == "2005.14165"


def test_an_eprint_of_another_archive_stays_a_field():
    found = of("eprint = {123456}, eprinttype = {jstor}")
    assert found.arxiv == ""
    assert found.fields == {"eprint": "123456", "eprinttype": "jstor"}


def test_a_doi_that_is_none_is_kept_as_written():
    assert of("doi = {forthcoming}").fields == {"doi": "forthcoming"}


def test_keywords_are_split_at_semicolons_or_else_commas():
    assert of("keywords = {a, b; c}").keywords == ("a, b", "c")
    assert of("keywords = {a, b, a}").keywords == ("a", "b")


def test_proceedings_take_their_booktitle_for_a_title():
    found = paper("@proceedings{p, booktitle = {Proc. of Light}, year = 2000}")
    assert (found.title, found.venue) == ("Proc. of Light", "")


def test_an_entry_without_a_title_is_refused():
    assert items("\n@misc{k, year = 2000}") == [Skipped(2, "The entry k has no title. Give it one.")]


# --- Names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Lovelace, Ada and Joan Bell", ("Lovelace, Ada", "Joan Bell")),
        ("Lovelace, Ada AND\n   Bell, Joan and others", ("Lovelace, Ada", "Bell, Joan")),
        (r"G{\"o}del, Kurt and Erd\H{o}s, P\'al", ("Gödel, Kurt", "Erdős, Pál")),
        ("{World Health Organization}", ("{World Health Organization}",)),
        ("{Barnes and Noble} and Bell, Joan", ("{Barnes and Noble}", "Bell, Joan")),
        ("{Lovelace, Ada and Bell, Joan}", ("Lovelace, Ada", "Bell, Joan")),
        ("{van der Berg}, Jan", ("van der Berg, Jan",)),
        (r"{\'E}mile Zola", ("Émile Zola",)),
        ("given=Hans, family=Harman, prefix=von, suffix=Jr", ("von Harman, Jr, Hans",)),
        ('family={van Berg}, given="Ann" and Bell, Joan', ("van Berg, Ann", "Bell, Joan")),
        ("D.~E. Knuth", ("D. E. Knuth",)),
        ("Brandt, Anders and Sand, Alexander", ("Brandt, Anders", "Sand, Alexander")),
        ("Lovelace, A.; Bell, J.", ("Lovelace, A.", "Bell, J.")),
        ("and Bell, Joan and and ", ("Bell, Joan",)),
    ],
)
def test_names_come_apart_as_bibtex_reads_them(field, names):
    assert of(f"author = {{{field}}}").authors == names


# --- TeX ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"D\'{\i}az, R\"uger, Gon\c{c}alves, \v{S}koda", "Díaz, Rüger, Gonçalves, Škoda"),
        (r"{\O}rsted, Stra\ss e", "Ørsted, Straße"),
        (r"50% of A & B cost $5, \'a 10%", "50% of A & B cost $5, á 10%"),
        (r"R\&D at 100\% for \$6 \#1 a\_b", "R&D at 100% for $6 #1 a_b"),
        (r"for $k$-means in {$O(n^2)$} and $\alpha_{1}$", r"for $k$-means in $O(n^2)$ and $\alpha_{1}$"),
        (r"The \emph{best} {\em of} \textsc{All} {NASA}", "The best of All NASA"),
        ("1--5, A --- B, see --help", "1–5, A — B, see --help"),
        (r"``quoted'' and x < y > z", "“quoted” and x < y > z"),
        (r"Fig.~1 at http://x.org/~me, ~5%", "Fig. 1 at http://x.org/~me, ~5%"),
        (r"C:\windows and \undefined{kept}", r"C:\windows and kept"),
        (r"bad \' {unbalanced \c", "bad ' unbalanced \\c"),
        (r"\LaTeX{} is 3\texttimes{} \{better\}", "LaTeX is 3× {better}"),
        ("e\u0301 stays, no TeX", "e\u0301 stays, no TeX"),
    ],
)
def test_tex_is_decoded_and_all_else_left_alone(tex, text):
    assert decode(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"10.1000/a{\_}b", "10.1000/a_b"),
        (r"\url{http://x.org/a\%20b}", "http://x.org/a%20b"),
        (r"http://x.org/\~{}me", "http://x.org/~me"),
        ("http://x.org/a--b~c", "http://x.org/a--b~c"),
    ],
)
def test_addresses_are_only_unescaped(tex, text):
    assert decode_raw(tex) == text


@pytest.mark.parametrize(
    "nasty",
    [
        "\\" * 200_001,
        "{" * 100_000,
        "$a " * 100_000,
        r"\'{" * 50_000,
        r"\(" * 50_000,
        r"\'{" + " " * 500_000,
        "\\c " * 50_000,
    ],
)
def test_hostile_tex_takes_no_time(nasty):
    decode(nasty)


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


# --- Values -------------------------------------------------------------------------------------------------


def test_strings_and_concatenation_are_put_in():
    text = """@string{acm = "ACM"} @STRING(conf = {Proc. of } # acm)
    @inproceedings{k, title = "On " # {Lamps}, booktitle = CONF # " " # 2001, month = 10 # "~" # jan}"""
    found = paper(text)
    assert (found.title, found.venue, found.fields) == ("On Lamps", "Proc. of ACM 2001", {"month": "10 jan"})


def test_strings_hold_beyond_a_chunk_and_the_latest_counts():
    entries = "".join(f"@article{{k{n}, title = {{T{n}}}, journal = j}}\n" for n in range(450))
    text = "@string{j = {Old}}\n" + entries + "@string{J = {New}}\n@article{z, title = {Z}, journal = j}"
    venues = [item.paper.venue for item in items(text)]
    assert venues == ["Old"] * 450 + ["New"]


def test_strings_that_double_are_stopped():
    text = '@string{a0 = "' + "x" * 64 + '"}\n'
    text += "".join(f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(40))
    many = " # ".join(["a6"] * 1000)
    text += "@misc{k, title = {T}, note = a40}\n@misc{l, title = {U}, note = a6}\n"
    text += f"@misc{{m, title = {{V}}, note = {many}}}"
    assert titles(text) == ["line 42", "U", "line 44"]


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


# --- Entries among other text, and broken ones --------------------------------------------------------------


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


# --- Inheritance --------------------------------------------------------------------------------------------


PARENT = """@proceedings{Conf, title = {Proc. of Light}, booktitle = {Proc. Light}, year = 2001,
  editor = {Curie, M.},
  doi = {10.1000/conf}, url = {http://x.org}, abstract = {All of it.}, publisher = {Acme}}\n"""
CHILD = "@inproceedings{a, title = {A}, author = {Bell, J.}, crossref = {conf}, publisher = {Own}}\n"


@pytest.mark.parametrize("text", [PARENT + CHILD, CHILD + PARENT])
def test_a_paper_inherits_from_its_proceedings_wherever_they_stand(text):
    child = items(text)[-1].paper
    assert (child.title, child.venue, child.year) == ("A", "Proc. Light", 2001)
    assert child.fields == {"publisher": "Own", "editor": "Curie, M."}
    assert (child.doi, child.url, child.abstract) == ("", "", "")


def test_a_parent_s_title_is_the_booktitle_or_journal():
    text = "@inbook{a, title = {A}, crossref = b}\n@book{b, title = {B}, subtitle = {S}, author = {Bell, J.}}"
    found = items(text)[-1].paper
    assert (found.venue, found.authors) == ("B: S", ("Bell, J.",))
    text = "@article{a, title = {A}, crossref = {p}}\n@periodical{p, title = {J. Light}, volume = 3}"
    found = items(text)[-1].paper
    assert (found.venue, found.fields) == ("J. Light", {"volume": "3"})


def test_xdata_gives_values_and_is_no_paper():
    text = "@xdata{x, publisher = {Acme}, year = 2001}\n@book{b, title = {B}, xdata = {x, nowhere}}"
    first, second = items(text)
    assert isinstance(first, Skipped)
    assert (second.paper.year, second.paper.fields) == (2001, {"publisher": "Acme"})


def test_heirs_without_parents_or_in_circles_come_in_as_they_are():
    text = "@book{a, title = {A}, crossref = {b}}\n@book{b, title = {B}, crossref = {a}}\n"
    text += "@misc{c, title = {C}, crossref = d}"
    assert titles(text) == ["A", "B", "C"]


@pytest.mark.parametrize(("tex", "text"), [
    (r"Nguy{\~{\^e}}n", "Nguyễn"), (r"Nguy{\~{\^e{}}}n", "Nguyễn"), (r"\'{\^a}", "ấ"), (r"{\textcommabelow{s}}", "ș"),
])
def test_an_accent_on_an_accented_letter_is_decoded(tex: str, text: str) -> None:
    assert decode(tex) == text
