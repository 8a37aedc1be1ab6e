"""Where a paper can be read: web addresses that are safe to write, and page ranges taken apart.

Law: only http, https and ftp addresses leave the library; a path on somebody's disk never does.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from recommender.papers import Paper

_DOI_RESOLVER = re.compile(r"https?://(?:www\.)?(?:dx\.)?doi\.org/", re.IGNORECASE)
_UNSAFE = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~|]")
_RANGE = re.compile(r"\s*(?:-{2,}|[‐‑‒–—―])\s*")


def web_address(url: str) -> str:
    """The address with whatever a URL cannot hold percent-encoded; empty if it leads nowhere on the web."""
    url = url.strip()
    if not re.match(r"(?:https?|ftp)://[^\s/]", url, re.IGNORECASE):
        return ""
    return _UNSAFE.sub(lambda found: quote(found.group(), safe="", errors="replace"), url)


def own_address(paper: Paper) -> str:
    """The paper's address, unless it only repeats the DOI."""
    address = web_address(paper.url)
    return "" if paper.doi and _DOI_RESOLVER.match(address) else address


def doi_address(doi: str) -> str:
    """The DOI's address, safe inside Markdown and HTML."""
    return "https://doi.org/" + quote(doi, safe="/:;,.-_~!@$'*+=", errors="replace")


def arxiv_address(arxiv: str) -> str:
    """The preprint's page."""
    return "https://arxiv.org/abs/" + quote(arxiv, safe="/.", errors="replace")


def page_range(pages: str) -> tuple[str, str]:
    """First and last page, the last empty where there is one page or the text is no single range."""
    pages = " ".join(pages.split())
    if "," in pages or ";" in pages:
        return pages, ""
    first, dash, last = (part.strip() for part in _RANGE.sub("–", pages).partition("–"))
    if not dash and first.count("-") == 1:
        first, _, last = (part.strip() for part in first.partition("-"))
    return (first, last) if first and last else (pages, "")
