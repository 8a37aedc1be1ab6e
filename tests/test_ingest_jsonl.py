"""JSON comes in whole: what a record holds is kept, and what cannot be taken is named with line and field."""

from __future__ import annotations

import json

import pytest

from recommender.ingest.read import Item, Record, Skipped, read_text
from recommender.papers import Paper


def items(text: str, **options: int) -> list[Item]:
    return list(read_text(text, "jsonl", **options))


def paper(**fields: object) -> Paper:
    (item,) = items(json.dumps({"title": "A Title", **fields}))
    assert isinstance(item, Record), item
    return item.paper


def reason(**fields: object) -> str:
    (item,) = items(json.dumps({"title": "A Title", **fields}))
    assert isinstance(item, Skipped), item
    return item.reason


def test_every_field_of_a_full_record_is_kept():
    full = {
        "id": "P-1",
        "title": "On  Lamps",
        "abstract": "x < y & z,\ncosts $5.",
        "authors": ["Ada Lovelace", "Bell, J."],
        "year": 1999,
        "venue": "J. Light",
        "doi": "https://doi.org/10.1000/ABC.",
        "arxiv": "arXiv:2005.14165v2",
        "url": "https://x.org",
        "keywords": ["a", "b"],
        "references": ["P-0", 7],
        "methods": ["SVD"],
        "datasets": ["MNIST"],
        "tasks": ["ranking"],
        "type": "Article",
        "key": "lovelace99",
        "fields": {"volume": 12, "pages": "1--2", "note": None},
    }
    assert items(json.dumps(full)) == [
        Record(
            Paper(
                id="P-1",
                title="On Lamps",
                abstract="x < y & z, costs $5.",
                authors=("Ada Lovelace", "Bell, J."),
                year=1999,
                venue="J. Light",
                doi="10.1000/abc",
                arxiv="2005.14165",
                url="https://x.org",
                keywords=("a", "b"),
                references=("P-0", "7"),
                methods=("SVD",),
                datasets=("MNIST",),
                tasks=("ranking",),
                type="article",
                key="lovelace99",
                fields={"volume": "12", "pages": "1--2"},
            ),
            1,
            "jsonl",
        )
    ]


def test_missing_and_null_fields_are_empty():
    nothing = dict.fromkeys(
        ["id", "abstract", "authors", "year", "venue", "doi", "keywords", "references", "fields"]
    )
    assert paper(**nothing) == Paper(title="A Title")


def test_one_bad_line_does_not_stop_the_rest():
    found = items('{"title": "One"}\n{"title": "Tw\n\n{"title": "Three"}\n')
    assert [(type(item), item.line) for item in found] == [(Record, 1), (Skipped, 2), (Record, 4)]
    assert found[1].reason.startswith("Not readable as JSON")


@pytest.mark.parametrize("bad", ["oops", '"text"', "17", "null"])
def test_a_line_that_is_no_object_is_skipped(bad):
    first, second = items(f'{bad}\n{{"title": "Good"}}\n')
    assert isinstance(first, Skipped)
    assert isinstance(second, Record)


def test_an_id_is_kept_verbatim_and_a_number_becomes_its_digits():
    assert paper(id="DOI:10.1/AbC").id == "DOI:10.1/AbC"
    assert paper(id=42).id == "42"
    assert paper(id="").id == ""


@pytest.mark.parametrize("bad", ["a b", "a\tb", "a\u0000b", "a\ud800b", " a", True, 1.5, ["a"]])
def test_an_id_no_ranking_could_hold_is_refused(bad):
    assert reason(id=bad).startswith("id: expected")


@pytest.mark.parametrize(
    ("given", "year"), [(1999, 1999), ("1999", 1999), (1999.0, 1999), ("", None), (None, None)]
)
def test_years_are_whole_numbers_or_their_digits(given, year):
    assert paper(year=given).year == year


@pytest.mark.parametrize("bad", ["soon", "20x9", True, 999, 2101, 99, "199", 1999.5, [1999], "١٩٩٩"])
def test_a_nonsense_year_is_refused_and_named(bad):
    assert reason(year=bad).startswith("year: expected a whole number from 1000 to 2100, found")


def test_a_record_needs_a_title():
    for text in ('{"abstract": "Words."}', '{"title": "  ", "abstract": "Words."}', "{}"):
        (item,) = items(text)
        assert item == Skipped(1, "The record has no title. Give it one.")


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["Ada Lovelace", " ", None], ("Ada Lovelace",)),
        ([{"name": "Ada Lovelace"}, {"given": "Joan", "family": "Bell"}], ("Ada Lovelace", "Bell, Joan")),
        ("Ada Lovelace and Bell, Joan", ("Ada Lovelace", "Bell, Joan")),
        ("Lovelace, Ada; Bell, Joan", ("Lovelace, Ada", "Bell, Joan")),
        ("A. Lovelace, J. Bell, C. Doe", ("A. Lovelace", "J. Bell", "C. Doe")),
        ("van der Berg, Jan Peter", ("van der Berg, Jan Peter",)),
    ],
)
def test_authors_come_as_lists_objects_or_one_text(given, names):
    assert paper(authors=given).authors == names


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("authors", 7),
        ("authors", [7]),
        ("authors", [{}]),
        ("title", 7),
        ("venue", ["x"]),
        ("references", "P-0"),
        ("references", [["P-0"]]),
        ("keywords", {"a": 1}),
        ("fields", ["x"]),
        ("doi", 10.1),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(field, bad):
    (item,) = items(json.dumps({"title": "A Title", field: bad}))
    assert isinstance(item, Skipped)
    assert item.reason.startswith(f"{field}: expected")


def test_what_no_field_of_ours_holds_goes_to_fields():
    kept = paper(publisher="Acme", citations=12, open=True, scores=[1], doi="none yet", arxiv="cs")
    assert kept.fields == {"publisher": "Acme", "citations": "12", "doi": "none yet", "arxiv": "cs"}
    assert (kept.doi, kept.arxiv) == ("", "")


def test_a_doi_of_arxiv_gives_the_arxiv_id():
    assert paper(doi="10.48550/arXiv.2101.00001").arxiv == "2101.00001"


def test_not_a_number_is_taken_as_nothing():
    (item,) = items('{"title": "A Title", "year": NaN, "citations": NaN}')
    assert item == Record(Paper(title="A Title"), 1, "jsonl")


@pytest.mark.parametrize(
    "nasty",
    [
        '{"title": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"title": "A", "x": ' + "9" * 10_000 + "}",
        "{",
        '{"a":',
        '{"title": "A", "title": 3}',
        '{"title": "A", "fields": {"a": {"b": 1}}}',
    ],
)
def test_nasty_lines_are_skipped_without_harm(nasty):
    first, second = items(nasty + '\n{"title": "Good"}\n')
    assert isinstance(first, Skipped)
    assert isinstance(second, Record)


def test_every_text_can_be_written_as_utf_8():
    (item,) = items(r'{"title": "A\ud800B\u0000C", "authors": ["\udfff"], "fields": {"\ud800": "\ud800"}}')
    assert isinstance(item, Record)
    assert item.paper.title == "A\ufffdBC"
    repr(item).encode("utf-8")


def test_a_refused_lone_surrogate_can_be_reported():
    reason(year="\ud800").encode("utf-8")
    reason(fields={"\ud800": []}).encode("utf-8")


def test_a_record_over_the_limit_is_skipped_alone():
    long = json.dumps({"title": "Long", "abstract": "x" * 300_000})
    found = items(f'{{"title": "One"}}\n{long}\n{{"title": "Three"}}', max_record=1000)
    assert [(type(item), item.line) for item in found] == [(Record, 1), (Skipped, 2), (Record, 3)]
    assert "1,000 characters" in found[1].reason


@pytest.mark.parametrize("indent", [None, 0, 2, "\t"])
def test_an_array_of_objects_is_read_however_it_is_printed(indent):
    papers = [
        {"title": f"Paper {n}", "abstract": 'Braces { [ " \\', "fields": {"note": "}"}} for n in range(3)
    ]
    found = items(json.dumps(papers, indent=indent))
    assert [item.paper.title for item in found] == ["Paper 0", "Paper 1", "Paper 2"]
    assert found[0].paper.abstract == 'Braces { [ " \\'


def test_lines_of_a_printed_array_are_where_its_objects_start():
    assert [item.line for item in items('[\n  {\n    "title": "A"\n  },\n  {"title": "B"}\n]')] == [2, 5]


def test_a_long_array_on_one_line_needs_no_more_than_a_record():
    papers = [{"title": f"Paper {n}", "abstract": "word, " * 50} for n in range(2000)]
    papers[7]["abstract"] = "word, " * 5000
    found = items(json.dumps(papers), max_record=5000)
    assert len(found) == 2000
    assert [n for n, item in enumerate(found) if isinstance(item, Skipped)] == [7]


def test_objects_spread_over_lines_are_read_one_after_the_other():
    two = "\n".join(json.dumps({"title": title, "year": 2001}, indent=2) for title in ("A", "B"))
    assert [item.paper.title for item in items(two)] == ["A", "B"]


def test_a_damaged_object_does_not_swallow_the_next():
    found = items(
        '[\n  {\n    "title": "A\n  },\n  {\n    "title": "B", "year": {\n  {\n    "title": "C"\n  }\n]'
    )
    assert [(type(item), item.line) for item in found] == [(Skipped, 2), (Skipped, 5), (Record, 7)]


def test_nothing_gives_nothing():
    assert items("") == items("\n \n") == items("[]") == []
