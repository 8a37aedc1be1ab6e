"""Where a BibTeX entry starts and ends: found by a splitter of our own, with line numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from recommender.ingest.normal import TOO_LONG, Pieces

CHUNK = 200
"""Entries given to bibtexparser at a time: a whole file at once takes a hundred times its size in memory."""


NO_ENTRY = frozenset({"string", "comment", "preamble"})
_START = re.compile(r"@[ \t]*([A-Za-z][\w-]*)[ \t]*([{(])")
_HALF_START = re.compile(r"\s*@[ \t]*[A-Za-z][\w-]*\s*")
_NEXT_ENTRY = re.compile(
    r"[ \t]*@[ \t]*(?:(?:string|comment|preamble)[ \t]*[{(]"
    r"|[A-Za-z][\w-]*[ \t]*[{(][ \t]*(?:,|[^\s,{}=\"#%\\]+[ \t]*(?:,|\n|\Z)))",
    re.IGNORECASE,
)
"""An entry's start in full, so that "@Override {" or "@Test(expected=…" in an abstract is none."""
_FIELD_LINE = re.compile(r"\s*(?:,\s*)?[A-Za-z][\w-]*\s*=\s*[\"{\d]")
MARK = re.compile(r'\\.|[{}()"]', re.DOTALL)


@dataclass(slots=True)
class RawEntry:
    """One @word{…} as it stands in the file, as far as it has been read."""

    kind: str
    line: int
    closing: str
    held: list[str] = field(default_factory=list)
    size: int = 0
    depth: int = 0
    quoted: bool = False
    broken: str = ""
    """Why it cannot be read."""

    @property
    def text(self) -> str:
        return "".join(self.held)

    def break_(self, reason: str, line: int = 0) -> None:
        """Mark it as broken, unless it is already for another reason."""
        self.broken = self.broken or reason.format(line=line)

    def take(self, text: str, begin: int, scan: int, limit: int) -> int:
        """Take in the text from `begin` to the closing brace, looked for from `scan`; its end, or -1."""
        end = self._end(text, scan)
        taken = text[begin:] if end < 0 else text[begin:end]
        self.size += len(taken)
        if self.size > limit:
            self.held.clear()
            self.broken = TOO_LONG.format(limit=limit)
        elif self.kind not in ("comment", "preamble"):
            self.held.append(taken)
        return end

    def _end(self, text: str, scan: int) -> int:
        for mark in MARK.finditer(text, scan):
            char = mark.group()
            if char == "{":
                self.depth += 1
            elif char == "}":
                self.depth -= 1
                if self.depth < 0 or (self.depth == 0 and self.closing == "}"):
                    return mark.end()
            elif self.closing == ")" and self.depth == 0:
                if char == '"':
                    self.quoted = not self.quoted
                elif char == ")" and not self.quoted:
                    return mark.end()
        return -1


def raw_entries(pieces: Pieces, limit: int) -> Iterator[RawEntry]:
    """Every block of the text, in order."""
    block: RawEntry | None = None
    done: RawEntry | None = None  # kept back until it is clear that none of its fields come after its end
    half: tuple[int, str] | None = None  # "@article" on a line of its own
    fresh = True
    for number, piece in pieces:
        line, text = (half[0], f"{half[1]} {piece}") if half else (number, piece)
        half = None
        if fresh and block and _NEXT_ENTRY.match(text):
            block.break_("The entry is not closed before the next, in line {line}. Add a brace.", line)
            yield block
            block = None
        at = 0
        while at < len(text):
            if block:
                scan = begin = at
            else:
                start = _START.search(text, at)
                between = text[at : start.start() if start else None]
                if done and _FIELD_LINE.match(between):
                    done.break_("The entry closes before its field in line {line}. Remove a brace.", line)
                if not start:
                    half = (line, between.strip()) if fresh and _HALF_START.fullmatch(between) else None
                    break
                if _is_no_start(between, fresh and not at):
                    at = start.end()
                    continue
                if done:
                    yield done
                    done = None
                block = RawEntry(start.group(1).lower(), line, "}" if start.group(2) == "{" else ")")
                begin, scan = start.start(), start.end() - (start.group(2) == "{")
            end = block.take(text, begin, scan, limit)
            if end < 0:
                break
            done, block, at = block, None, end
        fresh = piece.endswith("\n")
    if block:
        block.break_("The entry is not closed at the end of the file. Add a brace.")
        yield block
    if done:
        yield done


def _is_no_start(before: str, whole_line: bool) -> bool:
    """Whether the @word{ after this is commented out, or part of an e-mail address."""
    return (whole_line and before.lstrip().startswith("%")) or before[-1:].isalnum()


def chunked(blocks: Iterator[RawEntry], limit: int) -> Iterator[list[RawEntry]]:
    """The entries and @strings, some at a time."""
    chunk: list[RawEntry] = []
    size = 0
    for block in blocks:
        if block.kind in NO_ENTRY and (block.kind != "string" or block.broken):
            continue
        chunk.append(block)
        size += block.size
        if len(chunk) == CHUNK or size > 2 * limit:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
