"""Vectors of texts on disk, by the text's hash: appended to, never rewritten, so that a stop loses a batch at most."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from recommender.errors import InputError
from recommender.settings import Settings

Halves = npt.NDArray[np.float16]
HASH = 64
"""Characters of a hash; each stands on a line of its own."""
DIMENSIONS = "dimensions"
_IS_HASH = re.compile(rf"[0-9a-f]{{{HASH}}}").fullmatch


class VectorStore:
    """One encoder's vectors: `hashes` (a line a vector) and `vectors` (float16, a row a vector), in equal order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hashes, self.vectors = folder / "hashes", folder / "vectors"
        self.dimensions = 0
        self.rows = 0
        """Vectors on disk."""
        self.places: dict[str, int] = {}
        """Hash -> row."""
        self._read()

    @classmethod
    def of(cls, settings: Settings, name: str) -> VectorStore:
        """The store of an encoder in a data folder."""
        return cls(settings.data / "embeddings" / re.sub(r"\W+", "-", name).strip("-"))

    def __len__(self) -> int:
        return len(self.places)

    def _read(self) -> None:
        size = self.folder / DIMENSIONS
        if not size.is_file() or not self.hashes.is_file() or not self.vectors.is_file():
            return
        self.dimensions = int(size.read_text(encoding="ascii"))
        # A stop may have written one file further than the other: what both have is whole.
        whole = min(self.hashes.stat().st_size // (HASH + 1), self.vectors.stat().st_size // (2 * self.dimensions))
        lines = self.hashes.read_bytes()[:whole * (HASH + 1)].decode("latin-1").split("\n")[:whole]
        # Where the machine itself stopped, a file may have grown without what was to stand in it.
        self.rows = next((row for row, line in enumerate(lines) if not _IS_HASH(line)), len(lines))
        self.places = {line: row for row, line in enumerate(lines[:self.rows])}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the store for adding. Raises InputError where another process does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            held = FileLock(self.folder / "lock", blocking=False).acquire()
        except Timeout as error:
            raise InputError(f"Another process is encoding texts into {self.folder}. Let it end, or stop it."
                             ) from error
        with held:
            self._read()  # what another has added until now
            yield

    def add(self, hashes: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
        """Append [hashes × dimensions]; on disk when this returns."""
        if not self.dimensions:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.dimensions = vectors.shape[1]
            beside = self.folder / f".{DIMENSIONS}"
            beside.write_text(str(self.dimensions), encoding="ascii")
            beside.replace(self.folder / DIMENSIONS)
        for path, width, data in ((self.vectors, 2 * self.dimensions, vectors.astype("<f2").tobytes()),
                                  (self.hashes, HASH + 1, "".join(f"{one}\n" for one in hashes).encode("ascii"))):
            with path.open("r+b" if path.exists() else "w+b") as file:
                file.truncate(self.rows * width)
                file.seek(self.rows * width)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        self.places |= {one: self.rows + i for i, one in enumerate(hashes)}
        self.rows += len(hashes)

    def of_hashes(self, hashes: Sequence[str]) -> Halves | None:
        """[hashes × dimensions], zeros where there is no vector; None where none has one."""
        places = np.array([self.places.get(one, -1) for one in hashes], dtype=np.int64)
        known = places >= 0
        if not known.any():
            return None
        every = np.memmap(self.vectors, dtype="<f2", mode="r", shape=(self.rows, self.dimensions))
        found = np.zeros((len(hashes), self.dimensions), dtype=np.float16)
        found[known] = every[places[known]]
        return found
