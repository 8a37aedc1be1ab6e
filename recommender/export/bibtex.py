r"""BibTeX entries that compile without a mending hand, in TeX's macros or in Unicode.

Written here, not with bibtexparser's writer: each kind of field is escaped in its own way (text, title,
names, raw identifiers), `month` goes out as a macro and entries stream, so its writer would add the commas.
Law: an entry's braces balance, its type has its container, and no abstract, file or local path is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from recommender.export.formula import PROVIDED, provided, split_formulas
from recommender.export.keys import unique_keys
from recommender.export.kinds import classic_type, is_preprint_server
from recommender.export.links import own_address, page_range
from recommender.export.people import bibtex_names, split_names
from recommender.export.tex import escape, escape_title
from recommender.papers import Paper

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Macros that every style and biber define."""

_BEFORE_EDITOR = ("volume", "number", "pages", "publisher")
_AFTER_EDITOR = (
    "series", "address", "edition", "chapter", "school", "institution", "organization", "howpublished",
    "type", "eid", "articleno", "numpages",
)  # fmt: skip
_AT_THE_END = ("location", "isbn", "issn", "language")
_RAW_UNSAFE = re.compile(r"[\\{}]|[^!-~]")
_VENUE_FIELD = {
    "article": "journal", "inproceedings": "booktitle", "incollection": "booktitle", "phdthesis": "school",
    "mastersthesis": "school", "techreport": "institution", "book": "series", "inbook": "series",
    "proceedings": "series", "manual": "organization", "booklet": "howpublished", "misc": "howpublished",
    "unpublished": "note",
}  # fmt: skip


def write_bibtex(papers: Iterable[Paper]) -> Iterator[str]:
    r"""Entries in ASCII: letters as TeX macros (Erd{\H{o}}s), fit for BibTeX and pdflatex."""
    return _write(papers, unicode=False)


def write_bibtex_unicode(papers: Iterable[Paper]) -> Iterator[str]:
    """Entries in UTF-8, TeX's specials escaped: fit for biber, XeLaTeX, LuaLaTeX and reference managers."""
    return _write(papers, unicode=True)


def _write(papers: Iterable[Paper], unicode: bool) -> Iterator[str]:
    defined: set[str] = set()
    for paper, key in unique_keys(papers):
        for macro in sorted(_provided(paper.title) - defined):
            # Does nothing where the document loads the package that has the real one.
            yield f'@preamble{{"\\providecommand{{\\{macro}}}[1]{{\\{PROVIDED[macro]}{{#1}}}}"}}\n\n'
            defined.add(macro)
        yield _entry(paper, key, unicode)


def _provided(title: str) -> set[str]:
    return {macro for is_formula, piece in split_formulas(title) if is_formula for macro in provided(piece)}


def _entry(paper: Paper, key: str, unicode: bool) -> str:
    kind = classic_type(paper)
    lines = [f"  {name} = {value},\n" for name, value in _fields(paper, kind, unicode)]
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n\n"


def _fields(paper: Paper, kind: str, unicode: bool) -> Iterator[tuple[str, str]]:
    """Name and value (with its braces) of each field, in the order people expect; none is empty."""
    more = paper.fields
    names = (*_BEFORE_EDITOR, *_AFTER_EDITOR, *_AT_THE_END, "note")
    text = {name: escape(value, unicode) for name in names if (value := more.get(name, ""))}
    if "location" in text and "address" not in text:
        text["address"] = text.pop("location")  # BibLaTeX's name for it
    if "pages" in text:
        first, last = page_range(more["pages"])
        text["pages"] = f"{escape(first, unicode)}--{escape(last, unicode)}" if last else text["pages"]
    authors = bibtex_names(paper.authors, unicode)
    editors = bibtex_names(split_names(more.get("editor", "")), unicode)
    title = escape_title(paper.title, unicode)
    if paper.venue:
        field = _VENUE_FIELD[kind]
        if field in text or (kind == "misc" and paper.arxiv and is_preprint_server(paper.venue)):
            field = "journal"  # no style prints it here, where it would say "arXiv" twice; readers find it
        text[field] = escape(paper.venue, unicode)
    if title and not (editors if kind == "proceedings" else authors):
        yield "key", f"{{{escape(paper.title, unicode)}}}"  # what a style sorts by in place of names
    yield from _braced(("author", authors), ("title", title))
    yield from _braced(*((name, text.pop(name, "")) for name in ("journal", "booktitle")))
    year = escape(more.get("year", ""), unicode) if paper.year is None else str(paper.year)
    yield from _braced(("year", year))  # "in press" stands among the further fields
    yield from _braced(*((name, text.get(name, "")) for name in _BEFORE_EDITOR), ("editor", editors))
    yield from _braced(*((name, text.get(name, "")) for name in _AFTER_EDITOR))
    if month := more.get("month", ""):
        yield "month", month_macro(month) or f"{{{escape(month, unicode)}}}"
    yield from _braced(("doi", _raw(paper.doi)), *_eprint(paper), ("url", _raw(own_address(paper))))
    yield from _braced(*((name, text.get(name, "")) for name in _AT_THE_END))
    keywords = ", ".join(escape(keyword.replace(",", " "), unicode) for keyword in paper.keywords)
    yield from _braced(("keywords", keywords), ("note", text.get("note", "")))


def _braced(*fields: tuple[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, f"{{{value}}}") for name, value in fields if value)


def _eprint(paper: Paper) -> Iterator[tuple[str, str]]:
    if paper.arxiv:
        yield "eprint", _raw(paper.arxiv)
        yield "archivePrefix", "arXiv"
        more = paper.fields
        yield "primaryClass", _raw(more.get("primaryclass", "") or more.get("eprintclass", ""))


def month_macro(text: str) -> str:
    """The month's macro, from its name or number; empty if it is more than that."""
    text = text.strip().lower().rstrip(".")
    if text.isdecimal() and 1 <= int(text) <= 12:
        return MONTHS[int(text) - 1]
    return text[:3] if text[:3] in MONTHS and text.isalpha() else ""


def _raw(identifier: str) -> str:
    r"""A DOI, address or eprint as it stands: \url and \href want no escapes. Braces would end the field."""
    return _RAW_UNSAFE.sub(lambda found: quote(found.group(), safe="", errors="replace"), identifier.strip())
