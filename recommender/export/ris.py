"""RIS by rispy, a record at a time.

Law: every value is one line, because rispy writes newlines as they are and a line of an abstract that reads
"ER  - " would end the record and begin another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import rispy

from recommender.export.keys import unique_keys
from recommender.export.kinds import entry_type
from recommender.export.links import arxiv_address, own_address, page_range
from recommender.export.people import export_names, split_names
from recommender.names import Name
from recommender.papers import Paper

TYPES = {
    "article": "JOUR", "suppperiodical": "JOUR", "inproceedings": "CPAPER", "conference": "CPAPER",
    "book": "BOOK", "mvbook": "BOOK", "collection": "EDBOOK", "mvcollection": "EDBOOK", "booklet": "PAMP",
    "inbook": "CHAP", "incollection": "CHAP", "bookinbook": "CHAP", "suppbook": "CHAP",
    "inreference": "ENCYC", "proceedings": "CONF", "mvproceedings": "CONF", "phdthesis": "THES",
    "mastersthesis": "THES", "thesis": "THES", "techreport": "RPRT", "report": "RPRT", "manual": "RPRT",
    "unpublished": "UNPB", "online": "ELEC", "electronic": "ELEC", "www": "ELEC", "dataset": "DATA",
    "software": "COMP", "patent": "PAT",
}  # fmt: skip
"""Entry type -> RIS type; any other is GEN."""

_SINGLE = {"volume": "volume", "number": "number", "publisher": "publisher", "address": "place_published",
           "edition": "edition", "language": "language"}  # fmt: skip
# What some reader takes for a line end, and controls.
_NOT_ONE_LINE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Writer(rispy.RisWriter):  # type: ignore[misc]  # rispy carries no types
    def set_header(self, count: int) -> str:
        """No record number before each record: it is outside the format, and would be 1 every time."""
        return ""


def write_ris(papers: Iterable[Paper]) -> Iterator[str]:
    """One record a paper, a blank line after each."""
    for paper, key in unique_keys(papers):
        yield rispy.dumps([_record(paper, key)], implementation=_Writer) + "\n"


def _record(paper: Paper, key: str) -> dict[str, str | list[str]]:
    more = paper.fields
    first, last = page_range(more.get("pages", ""))
    record: dict[str, str | list[str]] = {
        "type_of_reference": TYPES.get(entry_type(paper), "GEN"),
        "id": key,
        "authors": [_ris_name(name) for name in export_names(paper.authors)],
        "title": paper.title,
        "secondary_title": paper.venue,
        "secondary_authors": [_ris_name(name) for name in export_names(split_names(more.get("editor", "")))],
        "year": "" if paper.year is None else str(paper.year),
        **{label: more.get(name, "") for name, label in _SINGLE.items()},
        "start_page": first,
        "end_page": last,
        "issn": more.get("issn", "") or more.get("isbn", ""),
        "doi": paper.doi,
        "urls": [own_address(paper)] + ([arxiv_address(paper.arxiv)] if paper.arxiv else []),
        "keywords": list(paper.keywords),
        "abstract": paper.abstract,
        "notes": [more.get("note", "")],
    }
    return {label: flat for label, value in record.items() if (flat := _flat(value))}


def _flat(value: str | list[str]) -> str | list[str]:
    if isinstance(value, list):
        return [line for item in dict.fromkeys(value) if (line := _line(item))]
    return _line(value)


def _line(text: str) -> str:
    return _SURROGATE.sub("\ufffd", _NOT_ONE_LINE.sub(" ", text)).strip()


def _ris_name(name: Name) -> str:
    """Family, Given, Suffix; the particle stays with the family name."""
    family = f"{name.particle} {name.family}".strip()
    if name.corporate:
        return family.replace(",", "")  # a comma would make a given name of what follows
    return ", ".join(part for part in (family, name.given, name.suffix) if part)
