"""Text files as they come: plain or gzip, with or without a byte-order mark."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import TextIO

from recommender.errors import InputError

GZIP = b"\x1f\x8b"


def open_text(path: Path, newline: str | None = None) -> TextIO:
    """A text file for reading; "-" is standard input. Raises InputError where it cannot be opened.

    `newline=""` keeps line ends as they are, where offsets into the text matter.
    """
    if str(path) == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline=newline)  # type: ignore[union-attr]
        return sys.stdin
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == GZIP
        return (gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline=newline) if packed
                else path.open(encoding="utf-8-sig", errors="replace", newline=newline))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check its name and rights.") from error
