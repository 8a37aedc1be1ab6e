"""Reader of a saved listing page: titles and abstracts on alternating lines, between the page's furniture.

Law: titles and abstracts stay as they stand. A line is furniture only if it is known to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from recommender.ingest.normal import TOO_LONG, Item, Pieces, Record, Skipped, printable, whole_lines
from recommender.papers import Paper

FORMAT = "listing"
_FURNITURE = re.compile(
    r"get trending papers in your email inbox.*|subscribe|papers|(?:daily|trending|new) papers"
    r"|by ak and the research community|submitted by\b.*|(?:view|read) (?:arxiv )?(?:page|paper|pdf).*"
    r"|upvote|\d{1,5}|previous|next|back|load more|show more|(?:log|sign) (?:in|up)|search|system theme"
    r"|company|tos|terms(?: of service)?|privacy(?: policy)?|about|jobs|models|datasets|spaces|pricing|docs"
    r"|website|©.*|\(c\) .*|·+|-+|_+"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:, \d{4})?",
    re.IGNORECASE,
)
_GLUED = re.compile(r"\ASubscribe(?=[^\sa-z])")
"""The button before the first title: "SubscribeSpeechGPT: …", but no "Subscribers"."""
_MANY = 300


def read_listing(pieces: Pieces, max_record: int) -> Iterator[Item]:
    """The papers of the listing; a title alone is a paper, an abstract alone is not."""
    title: tuple[int, str] | None = None
    short: tuple[int, str] | None = None
    """A short line below `title`: its abstract, or the next title?"""
    for line, text in without_furniture(whole_lines(pieces, max_record)):
        if text is None:
            yield Skipped(line, TOO_LONG.format(limit=max_record))
        elif title is None:
            if is_abstract(text) and len(text) > _MANY:
                yield Skipped(line, "An abstract without a title above it. Put the title on the line before.")
            else:
                title = line, text
        elif short is None:
            if is_abstract(text):
                yield _record(title, text)
                title = None
            else:
                short = line, text
        elif is_abstract(text):
            yield _alone(title)
            yield _record(short, text)
            title = short = None
        else:
            yield from _two_short(title, short)
            title, short = (line, text), None
    if title and short:
        yield from _two_short(title, short)
    elif title:
        yield _alone(title)


def without_furniture(lines: Iterable[tuple[int, str | None]]) -> Iterator[tuple[int, str | None]]:
    """The numbered lines that are titles or abstracts (or None)."""
    first = True
    for number, line in lines:
        text = None if line is None else printable(line).strip()
        if text and first:
            text = _GLUED.sub("", text, count=1)
        if text is not None and (not text or (len(text) < _MANY and _FURNITURE.fullmatch(text))):
            continue
        first = False
        yield number, text


def is_furniture(line: str) -> bool:
    """Whether the line stands on listing pages of the kind we know and hardly anywhere else."""
    return line.lower().startswith("get trending papers in your email inbox") or bool(_GLUED.match(line))


def is_abstract(text: str) -> bool:
    """Whether the line has an abstract's length, or is a sentence too long for a title."""
    return len(text) >= _MANY or (len(text) >= 120 and text.endswith((".", "!")))


def _record(title: tuple[int, str], abstract: str = "") -> Record:
    return Record(Paper(title=title[1], abstract=abstract), title[0], FORMAT)


def _alone(title: tuple[int, str]) -> Item:
    if len(title[1].split()) < 2:
        return Skipped(title[0], "Neither a title nor an abstract. Remove the line.")
    return _record(title)


def _two_short(title: tuple[int, str], short: tuple[int, str]) -> Iterator[Item]:
    """A short line is the abstract of the title above it if it is a sentence, else a title of its own."""
    if short[1].endswith((".", "!")) and len(short[1]) > 40:
        yield _record(title, short[1])
    else:
        yield _alone(title)
        yield _alone(short)
