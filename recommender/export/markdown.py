"""A numbered list in Markdown, readable as plain text.

Law: nothing of a paper turns into markup or HTML. Backslashes where every Markdown has them, character
references for the rest (an old renderer would print the backslash of an escaped "<").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from recommender.export.links import arxiv_address, doi_address, web_address
from recommender.export.people import export_names
from recommender.papers import Paper

_ESCAPES = {ord(c): f"\\{c}" for c in "\\`*_{}[]#"} | {ord(c): f"&#{ord(c)};" for c in "~|$"} | {
    ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;",
}  # fmt: skip
# At the start of an item these would open a list of its own.
_LIST_MARK = re.compile(r"(?:[-+]|\d+[.)])(?=\s|$)")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def write_markdown(papers: Iterable[Paper]) -> Iterator[str]:
    """One item a paper: authors, title, venue, year, link."""
    for number, paper in enumerate(papers, start=1):
        yield f"{number}. {_item(paper)}\n"


def escape_markdown(text: str) -> str:
    """The text on one line, to stand anywhere in a paragraph but at its start."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split()).translate(_ESCAPES)


def _item(paper: Paper) -> str:
    authors = escape_markdown(", ".join(name.full for name in export_names(paper.authors)))
    title = escape_markdown(paper.title) or "Untitled"
    where = ", ".join(part for part in (escape_markdown(paper.venue), str(paper.year or "")) if part)
    parts = [
        f"{_harmless_start(authors)}." if authors else "",
        f"**{title}**" if title[-1] in ".?!" else f"**{title}**.",
        f"{where}." if where else "",
        _link(paper),
    ]
    return " ".join(part for part in parts if part)


def _harmless_start(text: str) -> str:
    mark = _LIST_MARK.match(text)
    return f"{text[: mark.end() - 1]}\\{text[mark.end() - 1 :]}" if mark else text


def _link(paper: Paper) -> str:
    if paper.doi:
        return f"[doi:{escape_markdown(paper.doi)}]({doi_address(paper.doi)})"
    if paper.arxiv:
        return f"[arXiv:{escape_markdown(paper.arxiv)}]({arxiv_address(paper.arxiv)})"
    address = web_address(paper.url)
    if not address:
        return ""
    target = re.sub(r"[()*\[\]|]", lambda found: f"%{ord(found.group()):02X}", address).replace("&", "&amp;")
    return f"[link]({target})"
