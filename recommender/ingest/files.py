"""Text files as they come: plain or gzip, with or without a byte-order mark."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from recommender.errors import InputError

GZIP = b"\x1f\x8b"


class _Packed(gzip.GzipFile):
    """A gzip file that says which file is damaged."""

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes."""
        with self._explained():
            return super().read(size)

    def read1(self, size: int = -1) -> bytes:
        """The next bytes, as many as come at once."""
        with self._explained():
            return super().read1(size)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{self.name}: the gzip file is damaged or breaks off ({error}). Get the file again.",
                             ) from error


def open_text(path: Path, newline: str | None = None) -> TextIO:
    """A text file for reading; "-" is standard input. Raises InputError where it cannot be opened.

    `newline=""` keeps line ends as they are, where offsets into the text matter.
    """
    try:
        raw = sys.stdin.buffer if str(path) == "-" else path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check its name and rights.") from error
    # Not every standard input can be looked into before it is read (tests put a plain buffer there).
    packed = isinstance(raw, io.BufferedReader) and raw.peek(2)[:2] == GZIP
    file = _Packed(filename=str(path), fileobj=raw, mode="rb") if packed else raw
    if isinstance(file, _Packed):
        file.myfileobj = raw  # type: ignore[assignment]  # closed together
    return io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline=newline)
