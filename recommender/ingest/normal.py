"""What a reader takes and gives, and the one form in which text and identifiers come in.

Law: what leaves here can be stored and written as UTF-8 (no control characters, no lone surrogates).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias
from urllib.parse import unquote

from recommender.papers import Paper

YEARS = range(1000, 2101)
"""Years a paper can be of."""


@dataclass(frozen=True, slots=True)
class Record:
    """A paper as its file gave it."""

    paper: Paper
    line: int
    """The line of the file where the record starts, from 1."""
    format: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that cannot be taken."""

    line: int
    reason: str
    """What is wrong and what to do about it."""


Item: TypeAlias = Record | Skipped

Pieces: TypeAlias = Iterator[tuple[int, str]]
"""A text as it streams by: line number and one line with its newline; a very long line comes in several
pieces under the same number, of which only the last ends with the newline."""

TOO_LONG = "The record is longer than {limit:,} characters. Shorten it or raise the limit (max_record_kb)."

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_DOI_HEAD = re.compile(
    r"(?:https?://|//)?(?:www\.)?(?:(?:dx\.)?doi\.(?:org|acm\.org)/"
    r"|[\w.-]+/doi/(?:(?:abs|full|pdf|epdf|pdfplus|book|proceedings)/)?)|(?:doi|urn:doi|info:doi)\s*[:/]?\s*",
    re.IGNORECASE,
)
_OLD_ARCHIVES = (
    "acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an", "chao-dyn", "chem-ph",
    "cmp-lg", "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an", "gr-qc", "hep-ex", "hep-lat", "hep-ph",
    "hep-th", "math", "math-ph", "mtrl-th", "nlin", "nucl-ex", "nucl-th", "patt-sol", "physics", "plasm-ph",
    "q-alg", "q-bio", "quant-ph", "solv-int", "supr-con",
)  # fmt: skip
_ARXIV = re.compile(
    r"(?:(?:https?://)?(?:\w+\.)?arxiv\.org/(?:abs|pdf|html|format|ps|e-print)/|arxiv\s*:\s*"
    r"|(?:https?://(?:dx\.)?doi\.org/)?10\.48550/arxiv\.|abs/)*"
    r"(\d{4}\.\d{4,5}|(?:" + "|".join(_OLD_ARCHIVES) + r")(?:\.[a-z]{2})?/\d{7})"
    r"(?:v\d+)?(?:\.pdf)?/?(?:[?#]\S*)?(?:\s*\[[\w.-]+\])?\.?",
    re.IGNORECASE,
)
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}


def printable(text: str) -> str:
    """The text without control characters; a lone surrogate becomes U+FFFD."""
    if text.isprintable():
        return text
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def squeeze(text: str) -> str:
    """The printable text with every run of white space made one space, and none at the ends."""
    return " ".join(printable(text).split())


def whole_lines(pieces: Pieces, max_record: int) -> Iterator[tuple[int, str | None]]:
    """Every non-blank line, stripped; None in place of one that is longer than `max_record`."""
    held: list[str] = []
    size = start = 0
    for line, piece in chain(pieces, [(-1, "")]):
        if line != start:
            if size > max_record:
                yield start, None
            elif text := "".join(held).strip():
                yield start, text
            held, size, start = [], 0, line
        size += len(piece)
        if size <= max_record:
            held.append(piece)


def clean_doi(text: str) -> str:
    """The DOI in lower case without resolver, "doi:" or trailing punctuation; empty if it is none."""
    text = squeeze(text)
    if len(text) > 1000:
        return ""
    head = _DOI_HEAD.match(text)
    rest = text[head.end() :] if head else text
    if head and "/" in head.group():
        rest = unquote(rest).partition("?")[0]
    found = _DOI.match(rest)
    if not found:
        return ""
    doi = found.group()
    while doi[-1] in ".,;:'\"" or (doi[-1] in _PAIRS and doi.count(doi[-1]) > doi.count(_PAIRS[doi[-1]])):
        doi = doi[:-1]
    return "" if doi.endswith("/") else doi.lower()


def clean_arxiv(text: str) -> str:
    """The arXiv id in lower case without prefix, version or subject class; empty if it is none."""
    found = _ARXIV.fullmatch(squeeze(text))
    if not found:
        return ""
    archive, slash, number = found.group(1).lower().rpartition("/")
    return archive.partition(".")[0] + slash + number


def distinct(values: list[str]) -> tuple[str, ...]:
    """The non-blank values, squeezed, each once, in their order."""
    return tuple(dict.fromkeys(value for text in values if (value := squeeze(text))))
