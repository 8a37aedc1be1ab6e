"""Reader of BibTeX and BibLaTeX: entries found by a splitter of our own, their fields by bibtexparser 2.

Law: entries seen (all but @string, @comment, @preamble) = Records + Skipped; a broken one swallows no other.
Entries that inherit (crossref, xdata) come last, since their parent may stand anywhere in the file.
"""

from __future__ import annotations

import json
import logging
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from tempfile import SpooledTemporaryFile

from bibtexparser.entrypoint import parse_string
from bibtexparser.exceptions import ParsingException
from bibtexparser.model import Block, Entry, ParsingFailedBlock, String

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
    squeeze,
)
from recommender.ingest.tex import decode, decode_raw
from recommender.papers import Paper

FORMAT = "bibtex"
CHUNK = 200
"""Entries given to bibtexparser at a time: a whole file at once takes a hundred times its size in memory."""

STRING = 4_096
"""Longest @string; there may be thousands."""

# bibtexparser logs every block it cannot read; we report them as Skipped.
logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)


def read_bibtex(pieces: Pieces, max_record: int) -> Iterator[Item]:
    """The entries of a BibTeX text in their order, then those that inherit from others."""
    strings: dict[str, str | None] = {}
    parents = _Parents()
    with SpooledTemporaryFile(4_000_000, "w+", encoding="utf-8", errors="surrogatepass") as heirs:
        for chunk in _chunks(_blocks(pieces, max_record), max_record):
            for read in _entries(chunk, strings, max_record):
                if isinstance(read, Skipped):
                    yield read
                    continue
                parents.keep(read)
                if "crossref" in read.values or "xdata" in read.values:
                    parents.expect(read)
                    heirs.write(json.dumps(astuple(read)) + "\n")
                else:
                    yield _item(read)
        heirs.seek(0)
        for row in heirs:
            yield _item(parents.complete(_Fields(*json.loads(row))))


# --- Blocks: where an entry starts and ends -----------------------------------------------------------------

_NO_ENTRY = frozenset({"string", "comment", "preamble"})
_START = re.compile(r"@[ \t]*([A-Za-z][\w-]*)[ \t]*([{(])")
_HALF_START = re.compile(r"\s*@[ \t]*[A-Za-z][\w-]*\s*")
_NEXT_ENTRY = re.compile(
    r"[ \t]*@[ \t]*(?:(?:string|comment|preamble)[ \t]*[{(]"
    r"|[A-Za-z][\w-]*[ \t]*[{(][ \t]*(?:,|[^\s,{}=\"#%\\]+[ \t]*(?:,|\n|\Z)))",
    re.IGNORECASE,
)
"""An entry's start in full, so that "@Override {" or "@Test(expected=…" in an abstract is none."""
_FIELD_LINE = re.compile(r"\s*(?:,\s*)?[A-Za-z][\w-]*\s*=\s*[\"{\d]")
_MARK = re.compile(r'\\.|[{}()"]', re.DOTALL)


@dataclass(slots=True)
class _Block:
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
        for mark in _MARK.finditer(text, scan):
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


def _blocks(pieces: Pieces, limit: int) -> Iterator[_Block]:
    """Every block of the text, in order."""
    block: _Block | None = None
    done: _Block | None = None  # kept back until it is clear that none of its fields come after its end
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
                block = _Block(start.group(1).lower(), line, "}" if start.group(2) == "{" else ")")
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


def _chunks(blocks: Iterator[_Block], limit: int) -> Iterator[list[_Block]]:
    """The entries and @strings, some at a time."""
    chunk: list[_Block] = []
    size = 0
    for block in blocks:
        if block.kind in _NO_ENTRY and (block.kind != "string" or block.broken):
            continue
        chunk.append(block)
        size += block.size
        if len(chunk) == CHUNK or size > 2 * limit:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


# --- Entries: their fields, with macros and concatenations put in -------------------------------------------

_HEAD = re.compile(r"@[ \t]*([A-Za-z][\w-]*)\s*([{(])\s*(?:([^\s,{}=\"#]+)\s+)?(?=[A-Za-z][\w-]*\s*=)")
_INNER_START = re.compile(r"\n[^\S\n]*@")
_WORD = re.compile(r'[^\s#{}"]+|.', re.DOTALL)
_MISSING_COMMA = re.compile(r"([A-Za-z][\w-]*)\s*=")
_SPACE = re.compile(r"\s*")


class _TooLongError(Exception):
    """Macros make a value longer than the limit: a kilobyte of doubling @strings could fill the memory."""


@dataclass(slots=True)
class _Fields:
    """An entry's values as TeX, under lower-case names."""

    line: int
    type: str
    key: str
    values: dict[str, str]


def _entries(
    chunk: Sequence[_Block], strings: dict[str, str | None], limit: int
) -> Iterator[_Fields | Skipped]:
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
                yield _Fields(block.line, block.kind, found.key, _values(found, strings, limit))
            except _TooLongError:
                yield Skipped(block.line, TOO_LONG.format(limit=limit))
        elif block.kind != "string":
            why = getattr(getattr(found, "error", None), "abort_reason", "") or "no entry in it"
            yield Skipped(block.line, f"The entry is not readable as BibTeX ({why.strip()}). Mend it.")


def _mended(block: _Block) -> str:
    """The block without what makes bibtexparser abort or lose count of lines."""
    text = block.text
    if block.kind not in _NO_ENTRY and (head := _HEAD.match(text)):
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
            end = _closing(raw, at)
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


def _closing(raw: str, at: int) -> int:
    """Where the brace or quote opened at `at` closes; the end if it does not."""
    depth = 0
    for mark in _MARK.finditer(raw, at + 1):
        char = mark.group()
        if depth == 0 and char == ("}" if raw[at] == "{" else '"'):
            return mark.start()
        depth += (char == "{") - (char == "}" and depth > 0)
    return len(raw)


# --- Inheritance --------------------------------------------------------------------------------------------

_CONTAINERS = frozenset({
    "proceedings", "book", "collection", "reference", "periodical", "xdata", "mvbook", "mvcollection",
    "mvproceedings", "mvreference",
})  # fmt: skip
_OWN = frozenset({
    "title", "subtitle", "titleaddon", "author", "abstract", "keywords", "doi", "url", "eprint",
    "eprinttype", "archiveprefix", "pages", "crossref", "xdata", "xref", "ids", "key", "label", "note",
    "file", "sortkey", "shorthand", "options", "related", "entryset",
})  # fmt: skip
"""What belongs to the parent alone."""
_LONG = ("abstract", "file", "annote", "keywords")
_ADDED = {"title": "booktitle", "subtitle": "booksubtitle"}
_IN_PERIODICAL = {"title": "journal", "subtitle": "journalsubtitle"}


class _Parents:
    """The entries that others may inherit from: containers, and any entry named before it came."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._entries: dict[str, _Fields] = {}
        self._expected: set[str] = set()

    def expect(self, heir: _Fields) -> None:
        self._expected.update(_parent_keys(heir))

    def keep(self, entry: _Fields) -> None:
        """Keep the entry, without what is long, if it can be a parent; of too many the oldest go."""
        key = entry.key.lower()
        if key in self._entries or (entry.type not in _CONTAINERS and key not in self._expected):
            return
        short = {name: value for name, value in entry.values.items() if name not in _LONG}
        self._entries[key] = _Fields(entry.line, entry.type, entry.key, short)
        if len(self._entries) > self._most:
            del self._entries[next(iter(self._entries))]

    def complete(self, heir: _Fields, seen: frozenset[str] = frozenset()) -> _Fields:
        """The heir with its parents' values where it has none; an unknown parent gives nothing."""
        values = dict(heir.values)
        for key in _parent_keys(heir):
            parent = self._entries.get(key)
            if parent is None or key in seen:
                continue
            parent = self.complete(parent, seen | {heir.key.lower(), key})
            if parent.type == "xdata":
                given = parent.values
            else:
                renamed = _IN_PERIODICAL if parent.type == "periodical" else _ADDED
                given = {name: value for name, value in parent.values.items() if name not in _OWN}
                given |= {new: parent.values[old] for old, new in renamed.items()
                          if old in parent.values and new not in given}
                if heir.type in ("inbook", "suppbook", "bookinbook") and "author" in parent.values:
                    given["author"] = parent.values["author"]
            values = given | values
        return _Fields(heir.line, heir.type, heir.key, values)


def _parent_keys(entry: _Fields) -> list[str]:
    named = f"{entry.values.get('crossref', '')},{entry.values.get('xdata', '')}"
    return [key.strip().lower() for key in named.split(",") if key.strip()]


# --- Papers -------------------------------------------------------------------------------------------------

_TYPES = {"conference": "inproceedings"}
_VENUES = ("journal", "journaltitle", "booktitle")
_HOUSES = {
    **dict.fromkeys(("phdthesis", "mastersthesis", "thesis"), ("school", "institution")),
    **dict.fromkeys(("techreport", "report"), ("institution",)),
}
_SUBTITLES = {"title": "subtitle", "booktitle": "booksubtitle", "journal": "journalsubtitle",
              "journaltitle": "journalsubtitle"}  # fmt: skip
_NAMES = frozenset({
    "author", "editor", "editora", "editorb", "editorc", "translator", "bookauthor", "annotator",
    "commentator",
})  # fmt: skip
_RAW = frozenset({
    "doi", "url", "eprint", "isbn", "issn", "ee", "pdf", "howpublished", "file",
})  # fmt: skip
_INTERNAL = frozenset({
    "file", "owner", "timestamp", "groups", "__markedentry", "crossref", "xdata", "ids", "date-added",
    "date-modified", "added-at", "biburl", "bibsource", "interhash", "intrahash", "creationdate",
    "modificationdate", "priority", "ranking", "readstatus", "printed", "qualityassured", "relevance",
    "local-url", "posted-at", "abstract", "title", "subtitle", "author", "keywords",
})  # fmt: skip
_INTERNAL_START = ("bdsk-", "mendeley-", "citeulike-", "jabref-", "zotero-", "__")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_AND = re.compile(r"(?:\A| )and(?= |\Z)|\\.|[{}]", re.IGNORECASE)
_EXTENDED = re.compile(r"\b(family|given|prefix|suffix)\s*=\s*(\{[^{}]*\}|\"[^\"]*\"|[^,]*)", re.IGNORECASE)


def _item(entry: _Fields) -> Item:
    if entry.type == "xdata":
        return Skipped(entry.line, "@xdata is no paper but a store of values for others. Nothing to mend.")
    paper = _paper(entry)
    if not paper.title:
        return Skipped(entry.line, f"The entry {entry.key} has no title. Give it one.")
    return Record(paper, entry.line, FORMAT)


def _paper(entry: _Fields) -> Paper:
    values = entry.values
    kind = _TYPES.get(entry.type, entry.type)
    used = {"year", "doi", "url", "arxivid"}
    title = _titled(values, "title")
    if not title and kind in ("proceedings", "mvproceedings"):
        title = _titled(values, "booktitle")
        used |= {"booktitle", "booksubtitle"}
    venue = ""
    for name in (*_VENUES, *_HOUSES.get(kind, ())):
        if not venue and name not in used:
            venue = _titled(values, name)
            used |= {name, _SUBTITLES.get(name, "")} if venue else set()
    year = _year(values)
    doi = clean_doi(decode_raw(values.get("doi", ""))) or clean_doi(decode_raw(values.get("url", "")))
    arxiv = _arxiv(values)
    if arxiv and clean_arxiv(decode_raw(values.get("eprint", ""))) == arxiv:
        used |= {"eprint", "archiveprefix", "eprinttype"}
    if year is None:
        used -= {"year"}  # "in press" is worth keeping
    if not doi:
        used -= {"doi"}
    keywords = decode(values.get("keywords") or values.get("keyword", ""))
    fields = {name: _decoded(name, value) for name, value in values.items()
              if name not in used and name not in _INTERNAL and not name.startswith(_INTERNAL_START)}
    if fields.get("date") == str(year):
        del fields["date"]
    return Paper(
        title=title,
        abstract=decode(values.get("abstract", "")),
        authors=_names(values.get("author", "")),
        year=year,
        venue=venue,
        doi=doi,
        arxiv=arxiv,
        url=decode_raw(values.get("url", "")),
        keywords=distinct(keywords.split(";" if ";" in keywords else ",")),
        type=kind,
        key=squeeze(entry.key),
        fields={name: value for name, value in fields.items() if value},
    )


def _titled(values: Mapping[str, str], name: str) -> str:
    title = decode(values.get(name, ""))
    subtitle = decode(values.get(_SUBTITLES.get(name, ""), ""))
    if not title or not subtitle:
        return title
    return f"{title} {subtitle}" if title[-1] in ":?!" else f"{title}: {subtitle}"


def _decoded(name: str, value: str) -> str:
    if name in _NAMES:
        return " and ".join(_names(value))
    return decode_raw(value) if name in _RAW else decode(value)


def _year(values: Mapping[str, str]) -> int | None:
    for name in ("year", "date", "issued"):
        for found in _YEAR.findall(values.get(name, "")):
            if int(found) in YEARS:
                return int(found)
    return None


def _arxiv(values: Mapping[str, str]) -> str:
    """The arXiv id from wherever exporters put it."""
    archive = (values.get("archiveprefix") or values.get("eprinttype", "")).lower()
    eprint = decode_raw(values.get("eprint", ""))
    if archive in ("", "arxiv") and (found := clean_arxiv(eprint)):
        return found
    for name in ("arxivid", "url", "doi"):
        raw = decode_raw(values.get(name, ""))
        if (name == "arxivid" or "arxiv" in raw.lower()) and (found := clean_arxiv(raw)):
            return found
    # Google Scholar: "arXiv preprint arXiv:2005.14165"; DBLP: CoRR, volume abs/2005.14165.
    for name in ("journal", "journaltitle", "howpublished", "volume"):
        start = re.search(r"(?:arxiv:\s*|\Aabs/)\S+", values.get(name, ""), re.IGNORECASE)
        if start and (found := clean_arxiv(decode_raw(start.group()).rstrip(",;)"))):
            return found
    return ""


def _names(text: str) -> tuple[str, ...]:
    """The names of an author field; a name wholly in braces is corporate and keeps them."""
    text = squeeze(text)
    if _corporate(text) and " and " in (inner := text[1:-1]):
        # {{Smith, Ann and Doe, Joe}} is a list braced by mistake, {{Barnes and Noble}} a house.
        people = _split(inner)
        text = inner if len(people) > 1 and all("," in name for name in people) else text
    people = _split(text)
    if len(people) == 1 and ";" in text and "&" not in text:
        people = text.split(";")
    names = (_name(person.strip()) for person in people)
    return tuple(name for name in names if name and name.lower() not in ("others", "et al.", "et al"))


def _split(text: str) -> list[str]:
    """The text cut at every "and" outside braces."""
    names: list[str] = []
    depth = begin = 0
    for mark in _AND.finditer(text):
        found = mark.group()
        if found in "{}":
            depth = max(depth + (1 if found == "{" else -1), 0)
        elif depth == 0 and found[0] != "\\":
            names.append(text[begin : mark.start()])
            begin = mark.end()
    return [*names, text[begin:]]


def _corporate(name: str) -> bool:
    return name[:1] == "{" and name[-1:] == "}" and _closing(name, 0) == len(name) - 1 and name[1:2] != "\\"


def _name(name: str) -> str:
    if _corporate(name):
        inner = decode(name[1:-1])
        return f"{{{inner}}}" if inner else ""
    if re.search(r"\bfamily\s*=", name, re.IGNORECASE):
        parts = {key.lower(): decode(value.strip(' "')) for key, value in _EXTENDED.findall(name)}
        family = f"{parts.get('prefix', '')} {parts.get('family', '')}".strip()
        return ", ".join(part for part in (family, parts.get("suffix", ""), parts.get("given", "")) if part)
    return decode(name).strip(", ")
