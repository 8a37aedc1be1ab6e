"""The one door for files: finds out compression, encoding and format, and hands the text to its reader.

Law: memory is bounded by one record (BibTeX: one chunk of them), whatever the size of the file.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Protocol

from recommender.errors import InputError
from recommender.ingest import bibtex, jsonl, listing
from recommender.ingest.normal import Item, Pieces, Record, Skipped

__all__ = ["READERS", "Item", "Reader", "Record", "Skipped", "detect", "read", "read_text"]

HEAD = 65_536
"""Characters that `detect` sees, bytes read at a time, and the length at which a line comes in pieces."""
MAX_RECORD = 1_048_576


class Reader(Protocol):
    """Turns a text into records as it streams by."""

    def __call__(self, pieces: Pieces, max_record: int) -> Iterator[Item]:
        """The records; one longer than `max_record` characters is Skipped and never held whole."""


READERS: dict[str, Reader] = {
    jsonl.FORMAT: jsonl.read_jsonl,
    bibtex.FORMAT: bibtex.read_bibtex,
    listing.FORMAT: listing.read_listing,
}
_KNOWN = (
    "jsonl (JSON lines or an array of objects), bibtex (BibTeX or BibLaTeX entries), "
    "listing (a saved page with titles and abstracts on alternating lines)"
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FOREIGN = {
    "RIS": r"\s*TY  ?-",
    "PubMed": r"\s*PMID-",
    "Web of Science": r"\s*FN .*\n\s*VR ",
    "EndNote": r"\s*%0 ",
    "PDF": r"%PDF-",
    "HTML or XML": r"\s*<(?:!|\?|[a-zA-Z])",
}
_JSON = re.compile(r"\s*(?:\{|\[\s*(?:[{\]]|\Z))")
_JSON_LINE = re.compile(r'^\{\s*"', re.MULTILINE)
_BIBTEX = re.compile(r"^[ \t]*@[ \t]*[A-Za-z][\w-]*\s*[{(]", re.MULTILINE)
_CP1252 = "cp1252 where it is not utf-8"


def _from_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 read as cp1252, or as latin-1 where that has no character either."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes([byte]).decode("cp1252")
                   for byte in wrong), error.end


# One stray byte of an old encoding must not cost a file its accents, nor a mixed file its records.
codecs.register_error(_CP1252, _from_cp1252)


def detect(head: str) -> str:
    """The format of a text by its first part; "jsonl" for an empty one.

    Raises InputError where it is none that a reader knows.
    """
    head = head.removeprefix("\ufeff")
    if not head.strip():
        return jsonl.FORMAT
    odd = sum(1 for char in head if char < " " and char not in "\t\n\r\f\v")
    if "\0" in head[:512] or odd > len(head) // 20:
        raise InputError(f"This is not text. Known formats are {_KNOWN}.")
    for name, pattern in _FOREIGN.items():
        if re.match(pattern, head):
            raise InputError(f"This looks like {name}, which cannot be read. Known formats are {_KNOWN}. "
                             "Most reference managers export BibTeX.")
    if _JSON.match(head):
        return jsonl.FORMAT
    if _BIBTEX.search(head):
        return bibtex.FORMAT
    if _JSON_LINE.search(head):
        return jsonl.FORMAT
    if _alternates(head):
        return listing.FORMAT
    raise InputError(f"The format cannot be told from the content. Known formats are {_KNOWN}; "
                     "name one if it is one of them.")


def read(
    path: Path,
    format: str | None = None,
    max_record: int = MAX_RECORD,
    progress: Callable[[int], object] | None = None,
) -> Iterator[Item]:
    """The records of a file, plain or gzip; without `format`, it is found by content.

    `progress` gets the number of bytes, as they lie on disk, consumed since its last call. A gzip file that
    breaks off ends in a Skipped. On the first step, raises InputError for a file that cannot be opened or is
    of no known format, and for an unknown `format`.
    """
    if format is not None:
        _reader(format)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check its name and rights.") from error
    with raw:
        stream = _Stream(raw, progress or (lambda count: None))
        try:
            yield from _items(stream.text(), format, max_record)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        if stream.damage:
            yield Skipped(stream.line, stream.damage)


def read_text(text: str, format: str | None = None, max_record: int = MAX_RECORD) -> Iterator[Item]:
    """The records of a pasted text."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _items((text[at : at + HEAD] for at in range(0, len(text), HEAD)), format, max_record)


def _reader(name: str) -> Reader:
    if name not in READERS:
        raise InputError(f"There is no format {name!r}. Known formats are {_KNOWN}.")
    return READERS[name]


def _items(chunks: Iterator[str], format: str | None, max_record: int) -> Iterator[Item]:
    head = ""
    for chunk in chunks:
        head += chunk
        if len(head) >= HEAD:
            break
    reader = _reader(format or detect(head[:HEAD]))
    yield from reader(_pieces(head, chunks), max_record)


def _pieces(head: str, chunks: Iterator[str]) -> Pieces:
    line, rest = 1, head
    while True:
        *whole, rest = rest.split("\n")
        for text in whole:
            yield line, text + "\n"
            line += 1
        if len(rest) >= HEAD:
            # Cut after a comma, where no reader's mark ("@article{", an escape) is torn apart.
            cut = rest.rfind(",") + 1 or len(rest)
            yield line, rest[:cut]
            rest = rest[cut:]
        more = next(chunks, None)
        if more is None:
            break
        rest += more
    if rest:
        yield line, rest


def _alternates(head: str) -> bool:
    """Whether the text is a page's furniture, or short and long lines by turns."""
    lines = head.split("\n")
    if any(listing.is_furniture(line.strip()) for line in lines[:10]):
        return True
    if len(head) >= HEAD:
        lines.pop()  # cut off
    kept = [text for _, text in listing.without_furniture((0, line) for line in lines) if text]
    long = [listing.is_abstract(text) for text in kept]
    pairs = sum(1 for title, abstract in pairwise(long) if abstract and not title)
    return pairs >= 2 and pairs >= 0.7 * sum(long) and 2 * pairs >= 0.6 * len(kept)


class _Counted:
    """A file that tells how much of it has been read."""

    def __init__(self, file: IO[bytes], progress: Callable[[int], object]) -> None:
        self._file = file
        self._progress = progress

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        if data:
            self._progress(len(data))
        return data

    read1 = read

    def seek(self, offset: int) -> None:
        """For gzip's protocol only: it never goes back while it reads on."""
        raise io.UnsupportedOperation(f"seek to {offset}")


class _Stream:
    """A file's text as it streams by, decompressed and decoded, every line end "\\n"."""

    def __init__(self, file: io.BufferedReader, progress: Callable[[int], object]) -> None:
        self.line = 1
        """The line reached."""
        self.damage = ""
        """Why the file's rest could not be read."""
        self._packed = file.peek(2)[:2] == b"\x1f\x8b"
        self._file = _Counted(file, progress)

    def text(self) -> Iterator[str]:
        chunks = self._unpacked() if self._packed else iter(lambda: self._file.read(HEAD), b"")
        head = b""
        for chunk in chunks:
            head += chunk
            if len(head) >= 4:
                break
        mark, encoding = next(((mark, name) for mark, name in _BOMS if head.startswith(mark)), (b"", "utf-8"))
        errors = _CP1252 if encoding == "utf-8" else "replace"
        decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors), translate=True)
        text = decoder.decode(head[len(mark) :])
        while True:
            self.line += text.count("\n")
            yield text
            data = next(chunks, None)
            if data is None:
                break
            text = decoder.decode(data)
        yield decoder.decode(b"", final=True)

    def _unpacked(self) -> Iterator[bytes]:
        try:
            with gzip.GzipFile(fileobj=self._file, mode="rb") as packed:  # goes on through further members
                while data := packed.read1(HEAD):
                    yield data
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.damage = (f"The gzip file is damaged or breaks off here ({error}); "
                           "what came before was read. Get the file again.")
