"""The registry, RIS, CSL-JSON, Markdown and JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import rispy

from recommender.errors import InputError
from recommender.export import WRITERS, writer
from recommender.export.links import page_range, web_address
from recommender.ingest.read import Record, read_text
from recommender.papers import Paper

FULL = Paper(
    id="p/1",
    title="On <i>maps</i> & *stars*",
    abstract="One.\nER  - \n\nTY  - JOUR\nTI  - Injected",
    year=2020,
    authors=("Ada Lovelace", "Ludwig van Beethoven, Jr", "{World Health Organization}"),
    venue="Nature",
    doi="10.1000/a(b)_c",
    arxiv="2103.00020",
    url="https://example.org/a_(b)",
    keywords=("maps", "stars"),
    references=("p/2",),
    methods=("BERT",),
    datasets=("SQuAD",),
    tasks=("QA",),
    type="article",
    key="ada2020",
    fields={
        "volume": "5",
        "number": "2",
        "pages": "10--20",
        "publisher": "P",
        "month": "may",
        "editor": "E. One",
    },
)
EMPTY = Paper()


def export(name: str, *papers: Paper) -> str:
    """The papers as one document."""
    return "".join(writer(name).write(papers))


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'docx'.*bibtex.*jsonl"):
        writer("docx")


@pytest.mark.parametrize("name", WRITERS)
def test_every_writer_streams(name: str) -> None:
    taken = 0

    def endless() -> Iterator[Paper]:
        nonlocal taken
        while True:
            taken += 1
            yield FULL

    pieces = writer(name).write(endless())
    for _ in range(5):
        next(pieces)
    assert taken <= 6


@pytest.mark.parametrize("name", WRITERS)
def test_every_writer_writes_text_that_utf8_can_hold(name: str) -> None:
    nasty = Paper(
        id="x", title="a\ud800b\u2028c\x00d", abstract="\udfff", authors=("X \ud800",), venue="\ud800 J"
    )
    export(name, nasty, EMPTY).encode()


@pytest.mark.parametrize("name", WRITERS)
def test_no_paper_makes_an_empty_document(name: str) -> None:
    assert export(name) == ("[]\n" if name == "csl-json" else "")


def test_ris_holds_one_record_a_paper_whatever_the_abstract_says() -> None:
    text = export("ris", FULL, EMPTY)
    assert (
        len(re.findall(r"^TY  - ", text, re.MULTILINE))
        == len(re.findall(r"^ER  - ", text, re.MULTILINE))
        == 2
    )
    record = rispy.loads(text)[0]
    assert record["type_of_reference"] == "JOUR"
    assert record["id"] == "ada2020"
    assert record["authors"] == ["Lovelace, Ada", "van Beethoven, Ludwig, Jr", "World Health Organization"]
    assert (record["secondary_title"], record["year"], record["doi"]) == ("Nature", "2020", "10.1000/a(b)_c")
    assert (record["start_page"], record["end_page"]) == ("10", "20")
    assert record["keywords"] == ["maps", "stars"]
    assert record["abstract"] == "One. ER - TY - JOUR TI - Injected"


def test_csl_json_has_csl_s_names_and_types() -> None:
    item, bare = json.loads(export("csl-json", FULL, EMPTY))
    assert item["id"] == "ada2020"
    assert item["type"] == "article-journal"
    assert item["author"] == [
        {"family": "Lovelace", "given": "Ada"},
        {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van", "suffix": "Jr"},
        {"literal": "World Health Organization"},
    ]
    assert item["issued"] == {"date-parts": [[2020, 5]]}
    assert (item["volume"], item["issue"], item["page"]) == ("5", "2", "10-20")
    assert (item["container-title"], item["DOI"], item["keyword"]) == (
        "Nature",
        "10.1000/a(b)_c",
        "maps, stars",
    )
    assert bare == {"id": "anonnd", "type": "document"}


@pytest.mark.parametrize(
    ("paper", "kind"),
    [
        (Paper(arxiv="2103.00020"), "article"),
        (Paper(venue="CHI '20"), "paper-conference"),
        (Paper(type="book"), "book"),
        (Paper(type="incollection"), "chapter"),
        (Paper(type="phdthesis"), "thesis"),
        (Paper(type="techreport"), "report"),
        (Paper(venue="Nature"), "article-journal"),
    ],
)
def test_csl_types_follow_bibtex_s(paper: Paper, kind: str) -> None:
    assert json.loads(export("csl-json", paper))[0]["type"] == kind


def test_markdown_keeps_markup_from_happening() -> None:
    assert export("markdown", FULL) == (
        "1. Ada Lovelace, Ludwig van Beethoven, Jr, World Health Organization. "
        "**On &lt;i&gt;maps&lt;/i&gt; &amp; \\*stars\\***. Nature, 2020. "
        "[doi:10.1000/a(b)\\_c](https://doi.org/10.1000/a%28b%29_c)\n"
    )
    assert export("markdown", EMPTY, Paper(title="Why?", authors=("- x",), url="javascript:alert(1)")) == (
        "1. **Untitled**.\n2. \\- x. **Why?**\n"
    )


def test_jsonl_always_has_its_fields() -> None:
    assert json.loads(export("jsonl", EMPTY)) == {
        "id": "",
        "title": "",
        "abstract": "",
        "authors": [],
        "year": None,
        "venue": None,
        "doi": None,
        "arxiv": None,
        "url": None,
        "keywords": [],
        "references": [],
        "methods": [],
        "datasets": [],
        "tasks": [],
    }


def test_jsonl_comes_back_as_an_equal_paper() -> None:
    paper = Paper(**{name: getattr(FULL, name) for name in FULL.__slots__} | {"abstract": "One line – “so”."})
    (item,) = read_text(export("jsonl", paper))
    assert isinstance(item, Record)
    assert item.paper == paper


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("10--20", ("10", "20")),
        ("10-20", ("10", "20")),
        ("10–20", ("10", "20")),
        ("7", ("7", "")),
        ("", ("", "")),
        ("12-1--12-9", ("12-1", "12-9")),
        ("1-3, 7", ("1-3, 7", "")),
        ("e12", ("e12", "")),
    ],
)
def test_pages_are_taken_apart(text: str, pages: tuple[str, str]) -> None:
    assert page_range(text) == pages


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "C:\\x.pdf", "/home/me/x.pdf", "javascript:alert(1)", "", "https://"]
)
def test_only_web_addresses_leave(url: str) -> None:
    assert web_address(url) == ""
