"""A paper as pages show it: names in reading order, outside links that are safe to follow, its citation."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.export import writer
from recommender.export.links import arxiv_address, doi_address, own_address
from recommender.names import parse_name
from recommender.papers import Paper

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Card:
    """One paper, ready to show."""

    paper: Paper
    authors: tuple[str, ...]
    byline: str
    links: tuple[tuple[str, str], ...]
    """(what, address) of its places outside this library."""
    bibtex: str
    cite: str


def card(paper: Paper) -> Card:
    """The paper with all that a page says of it."""
    authors = tuple(parse_name(name).full for name in paper.authors)
    more = len(authors) - _SHOWN
    byline = ", ".join(authors[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    bibtex = "".join(writer("bibtex").write([paper])).strip()
    return Card(paper, authors, byline, outside_links(paper), bibtex, f"\\cite{{{paper.key}}}")


def outside_links(paper: Paper) -> tuple[tuple[str, str], ...]:
    """DOI, arXiv and web address; nothing but http and https, whatever an import brought."""
    links = []
    if paper.doi:
        links.append(("DOI", doi_address(paper.doi)))
    if paper.arxiv:
        links.append(("arXiv", arxiv_address(paper.arxiv)))
    web = own_address(paper)
    if web.lower().startswith(("http://", "https://")) and web not in {address for _, address in links}:
        links.append(("Web", web))
    return tuple(links)
