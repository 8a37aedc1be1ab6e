"""CSL-JSON, what citation processors, Zotero and pandoc take: one array, written item by item."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from recommender.export.bibtex import MONTHS, month_macro
from recommender.export.keys import unique_keys
from recommender.export.kinds import entry_type
from recommender.export.links import arxiv_address, page_range, web_address
from recommender.export.people import export_names, split_names
from recommender.names import Name
from recommender.papers import Paper

TYPES = {
    "article": "article-journal", "suppperiodical": "article-journal", "inproceedings": "paper-conference",
    "conference": "paper-conference", "book": "book", "mvbook": "book", "collection": "book",
    "mvcollection": "book", "proceedings": "book", "mvproceedings": "book", "reference": "book",
    "inbook": "chapter", "incollection": "chapter", "bookinbook": "chapter", "suppbook": "chapter",
    "inreference": "entry-encyclopedia", "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis",
    "techreport": "report", "report": "report", "manual": "report", "booklet": "pamphlet",
    "unpublished": "manuscript", "online": "webpage", "electronic": "webpage", "www": "webpage",
    "dataset": "dataset", "software": "software", "patent": "patent",
}  # fmt: skip
"""Entry type -> CSL type; any other is article with an arXiv id (a preprint), document without."""

_FIELDS = {
    "volume": "volume", "number": "issue", "publisher": "publisher", "address": "publisher-place",
    "series": "collection-title", "edition": "edition", "isbn": "ISBN", "issn": "ISSN",
    "language": "language", "note": "note",
}  # fmt: skip
_GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master's thesis"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def write_csl_json(papers: Iterable[Paper]) -> Iterator[str]:
    """The array's opening, one item a line, and its end."""
    opening = "[\n"
    for paper, key in unique_keys(papers):
        text = json.dumps(_item(paper, key), ensure_ascii=False)
        yield opening + _SURROGATE.sub("\ufffd", text)
        opening = ",\n"
    yield "[]\n" if opening == "[\n" else "\n]\n"


def _item(paper: Paper, key: str) -> dict[str, object]:
    more = paper.fields
    own = entry_type(paper)
    first, last = page_range(more.get("pages", ""))
    item: dict[str, object] = {
        "id": key,
        "type": TYPES.get(own, "article" if paper.arxiv else "document"),
        "title": paper.title,
        "author": [_name(name) for name in export_names(paper.authors)],
        "editor": [_name(name) for name in export_names(split_names(more.get("editor", "")))],
        "issued": _issued(paper),
        "container-title": paper.venue,
        "page": f"{first}-{last}" if last else first,
        "genre": more.get("type", "") or _GENRES.get(own, ""),
        "DOI": paper.doi,
        "URL": web_address(paper.url) or (arxiv_address(paper.arxiv) if paper.arxiv else ""),
        "abstract": paper.abstract,
        "keyword": ", ".join(paper.keywords),
    }
    item.update((variable, more.get(name, "")) for name, variable in _FIELDS.items())
    if paper.arxiv:
        item["number"] = f"arXiv:{paper.arxiv}"
    if item["type"] in ("thesis", "report") and not item["publisher"]:
        item["publisher"] = more.get("school", "") or more.get("institution", "")
    return {variable: value for variable, value in item.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.corporate or not name.given:
        return {"literal": name.full}
    parts = {"family": name.family, "given": name.given, "non-dropping-particle": name.particle,
             "suffix": name.suffix}  # fmt: skip
    return {part: value for part, value in parts.items() if value}


def _issued(paper: Paper) -> dict[str, object]:
    if paper.year is None:
        return {}
    month = month_macro(paper.fields.get("month", ""))
    return {"date-parts": [[paper.year, MONTHS.index(month) + 1] if month else [paper.year]]}
