"""The fields of BibTeX entries, read by bibtexparser 2, with macros and concatenations put in."""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bibtexparser.entrypoint import parse_string
from bibtexparser.exceptions import ParsingException
from bibtexparser.model import Block, Entry, ParsingFailedBlock, String

from recommender.ingest.bibtex_raw import MARK, NO_ENTRY, RawEntry
from recommender.ingest.normal import TOO_LONG, Skipped

STRING = 4_096
"""Longest @string; there may be thousands."""

# bibtexparser logs every block it cannot read; we report them as Skipped.
logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)


_HEAD = re.compile(r"@[ \t]*([A-Za-z][\w-]*)\s*([{(])\s*(?:([^\s,{}=\"#]+)\s+)?(?=[A-Za-z][\w-]*\s*=)")
_INNER_START = re.compile(r"\n[^\S\n]*@")
_WORD = re.compile(r'[^\s#{}"]+|.', re.DOTALL)
_MISSING_COMMA = re.compile(r"([A-Za-z][\w-]*)\s*=")
_SPACE = re.compile(r"\s*")


class _TooLongError(Exception):
    """Macros make a value longer than the limit: a kilobyte of doubling @strings could fill the memory."""


@dataclass(slots=True)
class Fields:
    """An entry's values as TeX, under lower-case names."""

    line: int
    type: str
    key: str
    values: dict[str, str]


def entries(
    chunk: Sequence[RawEntry], strings: dict[str, str | None], limit: int
) -> Iterator[Fields | Skipped]:
    """The chunk's entries with their values; its @strings are added to `strings`, None for a huge one."""
    whole = [block for block in chunk if not block.broken]
    parsed = iter(_parsed([_mended(block) for block in whole]))
    for block in chunk:
        if block.broken:
            yield Skipped(block.line, block.broken)
            continue
        found = next(parsed)
        if isinstance(found, String):
            try:
                strings[found.key.lower()] = _evaluated(found.value, strings, STRING)[0]
            except _TooLongError:
                strings[found.key.lower()] = None
        elif isinstance(found, Entry):
            try:
                yield Fields(block.line, block.kind, found.key, _values(found, strings, limit))
            except _TooLongError:
                yield Skipped(block.line, TOO_LONG.format(limit=limit))
        elif block.kind != "string":
            why = getattr(getattr(found, "error", None), "abort_reason", "") or "no entry in it"
            yield Skipped(block.line, f"The entry is not readable as BibTeX ({why.strip()}). Mend it.")


def _mended(block: RawEntry) -> str:
    """The block without what makes bibtexparser abort or lose count of lines."""
    text = block.text
    if block.kind not in NO_ENTRY and (head := _HEAD.match(text)):
        text = f"@{head.group(1)}{head.group(2)}{head.group(3) or ''},{text[head.end() :]}"
    if text[1].isspace():
        text = "@" + text[1:].lstrip()
    if "@" in text[1:]:
        text = _INNER_START.sub(" @", text)
    if "\\\\" in text or "\\\n" in text:
        text = re.sub(r'\\(?=\n)|\\\\(?=[{}",=)])', lambda found: found.group() + " ", text)
    return text


def _parsed(texts: Sequence[str]) -> list[Block | None]:
    """What bibtexparser makes of each text: an Entry, a String, or the block that says why not."""
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + text.count("\n") + 1)
    try:
        library = parse_string("\n".join(texts), parse_stack=[])
    except ParsingException:
        return [None] if len(texts) == 1 else [found for text in texts for found in _parsed([text])]
    best: list[Block | None] = [None] * len(texts)
    for block in library.blocks:
        found = block
        # Duplicate keys and fields are no reason to lose an entry: it is inside the block that reports them.
        while isinstance(found, ParsingFailedBlock) and found.ignore_error_block is not None:
            found = found.ignore_error_block
        index = min(bisect_right(starts, block.start_line or 0) - 1, len(texts) - 1)
        if best[index] is None or isinstance(found, Entry | String):
            best[index] = found
    return best


def _values(entry: Entry, strings: Mapping[str, str | None], limit: int) -> dict[str, str]:
    """The entry's values, the first that is not empty of each name."""
    values: dict[str, str] = {}
    size = 0
    for given in entry.fields:
        name, raw = given.key.lower(), given.value
        while name:
            value, rest = _evaluated(raw, strings, limit - size)
            size += len(value)
            if value.strip() and not values.get(name):
                values[name] = value.strip()
            missed = _MISSING_COMMA.match(rest)
            name, raw = (missed.group(1).lower(), rest[missed.end() :].strip()) if missed else ("", "")
    return values


def _evaluated(raw: str, strings: Mapping[str, str | None], limit: int) -> tuple[str, str]:
    """A value without braces or quotes, its macros and # put in; then what follows after a missing comma."""
    if raw[:1] == "{" and raw.find("}") == len(raw) - 1 and raw.find("{", 1) < 0:
        return raw[1:-1], ""
    parts: list[str] = []
    joined = True
    at = 0
    while (at := _SPACE.match(raw, at).end()) < len(raw):  # type: ignore[union-attr]  # matches always
        if raw[at] == "#":
            joined = True
            at += 1
            continue
        if not joined:
            if _MISSING_COMMA.match(raw, at):
                return "".join(parts), raw[at:]
            parts.append(" ")
        joined = False
        if raw[at] in '{"':
            end = closing_brace(raw, at)
            parts.append(raw[at + 1 : end])
            at = end + 1
        else:
            word = _WORD.match(raw, at).group()  # type: ignore[union-attr]  # matches any character
            value = strings.get(word.lower(), word)
            limit -= limit + 1 if value is None else len(value)
            parts.append(value or "")
            at += len(word)
        if limit < 0:
            raise _TooLongError
    return "".join(parts), ""


def closing_brace(raw: str, at: int) -> int:
    """Where the brace or quote opened at `at` closes; the end if it does not."""
    depth = 0
    for mark in MARK.finditer(raw, at + 1):
        char = mark.group()
        if depth == 0 and char == ("}" if raw[at] == "{" else '"'):
            return mark.start()
        depth += (char == "{") - (char == "}" and depth > 0)
    return len(raw)
