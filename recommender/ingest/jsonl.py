"""Reader of JSON: one object a line, an array of objects, or objects spread over lines.

Law: every non-blank line, or every object, becomes one Record or one Skipped that names the field at fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from recommender.ingest.normal import (
    TOO_LONG,
    YEARS,
    Item,
    Pieces,
    Record,
    Skipped,
    clean_arxiv,
    clean_doi,
    distinct,
    printable,
    squeeze,
    whole_lines,
)
from recommender.papers import Paper

FORMAT = "jsonl"
_LISTS = ("keywords", "references", "methods", "datasets", "tasks")
_TEXTS = ("title", "abstract", "venue", "doi", "arxiv", "url", "type", "key")
_KNOWN = frozenset({"id", "authors", "year", "fields", *_TEXTS, *_LISTS})
_MARK = re.compile(r'["{}\n\\]')


class _WrongError(Exception):
    """A field does not hold what it should."""


def read_jsonl(pieces: Pieces, max_record: int) -> Iterator[Item]:
    """The records of a JSON text, however its objects are laid out."""
    head = list(islice((piece for piece in pieces if piece[1].strip()), 2))
    if not head:
        return
    first, second = head[0][1].strip(), head[1][1].lstrip() if len(head) > 1 else ""
    spread = first == "{" or (first[0] == "{" and first[-1] != "}" and second[:1] == '"')
    whole = chain(head, pieces)
    layout = _objects if first[0] == "[" or spread else whole_lines
    for line, text in layout(whole, max_record):
        if text is None:
            yield Skipped(line, TOO_LONG.format(limit=max_record))
        else:
            yield _item(line, text)


@dataclass(slots=True)
class _Braces:
    """How deep in braces the text is that has been looked at."""

    depth: int = 0
    quoted: bool = False

    def end(self, text: str, at: int) -> int:
        """After the closing brace of what opened at `at` or in an earlier text; -1 if not in this one."""
        escaped = -1
        for mark in _MARK.finditer(text, at):
            char = mark.group()
            if mark.start() == escaped:
                continue
            if char == "\n":
                self.quoted = False  # no string holds a raw line break: the quote that opened it is damaged
            elif char == '"':
                self.quoted = not self.quoted
            elif self.quoted:
                escaped = mark.end() if char == "\\" else -1
            else:
                self.depth += (char == "{") - (char == "}")
                if self.depth == 0:
                    return mark.end()
        return -1


def _objects(pieces: Pieces, max_record: int) -> Iterator[tuple[int, str | None]]:
    """Every outermost {...} with the line it starts on; None for one that is too long.

    A damaged object ends where a line opens another one at the same indentation.
    """
    braces: _Braces | None = None
    held: list[str] = []
    size = start = indent = 0
    fresh = True
    for line, piece in chain(pieces, [(-1, "")]):
        bare = piece.lstrip()
        opening = len(piece) - len(bare) if fresh and bare.startswith("{") else -1
        if braces and (line < 0 or opening == indent):
            yield start, "".join(held) if size <= max_record else None
            braces = None
        at = 0
        while True:
            if braces is None:
                at = piece.find("{", at)
                if at < 0:
                    break
                braces, held, size, start, indent = _Braces(), [], 0, line, opening if opening == at else -2
            end = braces.end(piece, at)
            text = piece[at:end] if end >= 0 else piece[at:]
            size += len(text)
            if size <= max_record:
                held.append(text)
            if end < 0:
                break
            yield start, "".join(held) if size <= max_record else None
            braces, at = None, end
        fresh = piece.endswith("\n")


def _null(_: str) -> None:
    """NaN and Infinity, which pandas writes for "nothing" though JSON has no such numbers."""


def _item(line: int, text: str) -> Item:
    try:
        given = json.loads(text, parse_constant=_null)
    except json.JSONDecodeError as error:
        return Skipped(line, f"Not readable as JSON ({error.msg}, character {error.pos + 1}). Mend it.")
    except RecursionError:
        return Skipped(line, "Nested too deeply to be a paper. Remove it.")
    except ValueError:
        return Skipped(line, "A number has too many digits to be read. Mend or remove it.")
    if not isinstance(given, dict):
        return Skipped(line, "Not a JSON object {...} with the paper's fields. Mend or remove it.")
    try:
        return Record(_paper(given), line, FORMAT)
    except _WrongError as error:
        return Skipped(line, str(error))


def _paper(given: Mapping[str, Any]) -> Paper:
    texts = {name: _text(given, name) for name in _TEXTS}
    if not texts["title"]:
        raise _WrongError("The record has no title. Give it one.")
    further = {name: text for key, value in given.items()
               if key not in _KNOWN and (name := squeeze(key)) and (text := _scalar(value))}
    further |= _fields(given)
    doi, arxiv = clean_doi(texts["doi"]), clean_arxiv(texts["arxiv"]) or clean_arxiv(texts["doi"])
    # What is no DOI or arXiv id after all is kept as it was written.
    for name, clean in (("doi", doi), ("arxiv", arxiv)):
        if texts[name] and not clean:
            further[name] = texts[name]
    return Paper(
        id=_id(given),
        title=texts["title"],
        abstract=texts["abstract"],
        authors=_authors(given),
        year=_year(given),
        venue=texts["venue"],
        doi=doi,
        arxiv=arxiv,
        url=texts["url"],
        type=texts["type"].lower(),
        key=texts["key"],
        fields=further,
        **{name: _list(given, name) for name in _LISTS},
    )


def _expected(name: str, what: str, found: object) -> _WrongError:
    shown = printable(repr(found))
    return _WrongError(f"{name}: expected {what}, found {shown[:60]}{'…' * (len(shown) > 60)}. Mend it.")


def _scalar(value: object) -> str:
    """Text or a number as text; empty for anything else."""
    return squeeze(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _expected(name, "text", value)
    return squeeze(value)


def _id(given: Mapping[str, Any]) -> str:
    value = given.get("id")
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _expected("id", "text or a whole number", value)
    name = str(value)
    if any(char.isspace() or not char.isprintable() for char in name):
        raise _expected("id", "no white space, nothing unprintable", value)
    return name


def _year(given: Mapping[str, Any]) -> int | None:
    value = given.get("year")
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    whole = (
        bool(re.fullmatch(r"\s*[0-9]{4}\s*", value))
        if isinstance(value, str)
        # pandas makes a column of years with gaps one of floats.
        else (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer())
    )
    year = int(value) if whole else None
    if year not in YEARS:
        raise _expected("year", f"a whole number from {YEARS[0]} to {YEARS[-1]}", value)
    return year


def _list(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name)
    if value is None:
        return ()
    if isinstance(value, str) and name == "keywords":
        value = re.split(";" if ";" in value else ",", value)
    if not isinstance(value, list):
        raise _expected(name, "a list of texts", value)
    for entry in value:
        if entry is not None and (isinstance(entry, bool) or not isinstance(entry, str | int)):
            raise _expected(name, "a list of texts", entry)
    return distinct([str(entry) for entry in value if entry is not None])


def _authors(given: Mapping[str, Any]) -> tuple[str, ...]:
    value = given.get("authors")
    if value is None:
        return ()
    if isinstance(value, str):
        value = _split_names(value)
    if not isinstance(value, list):
        raise _expected("authors", "a list of names", value)
    names = (squeeze(_name(entry)) for entry in value if entry is not None)
    return tuple(name for name in names if name)


def _split_names(text: str) -> list[str]:
    if ";" in text:
        return text.split(";")
    if " and " in text:
        return re.split(r",?\s+and\s+", text)
    parts = text.split(",")
    several = len(parts) > 2 and all(" " in part.strip() for part in parts)
    return parts if several else [text]


def _name(entry: object) -> str:
    if isinstance(entry, str):
        return entry
    if isinstance(entry, dict):
        whole = entry.get("name") or entry.get("literal")
        if isinstance(whole, str):
            return whole
        parts = [entry.get("family"), entry.get("given")]
        if any(parts) and all(part is None or isinstance(part, str) for part in parts):
            return ", ".join(part for part in parts if part)
    raise _expected("authors", "a name, {\"name\": …} or {\"family\": …, \"given\": …}", entry)


def _fields(given: Mapping[str, Any]) -> dict[str, str]:
    value = given.get("fields")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _expected("fields", "an object of texts", value)
    for name, entry in value.items():
        if entry is not None and (isinstance(entry, bool) or not isinstance(entry, str | int | float)):
            raise _expected(f"fields.{printable(name)}", "text", entry)
    return {name: text for key, entry in value.items() if (name := squeeze(key)) and (text := _scalar(entry))}
