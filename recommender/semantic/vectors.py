"""Vectors of texts on disk, by the text's hash: appended to, never rewritten, so that a stop loses a batch at most."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.settings import Settings

Halves = npt.NDArray[np.float16]
HASH = 64
"""Characters of a hash; each stands on a line of its own."""
DIMENSIONS = "dimensions"


class VectorStore:
    """One encoder's vectors: `hashes` (a line a vector) and `vectors` (float16, a row a vector), in equal order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hashes, self.vectors = folder / "hashes", folder / "vectors"
        size = folder / DIMENSIONS
        self.dimensions = int(size.read_text(encoding="ascii")) if size.is_file() else 0
        self.places = self._read()
        """Hash -> row."""

    @classmethod
    def of(cls, settings: Settings, name: str) -> VectorStore:
        """The store of an encoder in a data folder."""
        return cls(settings.data / "embeddings" / re.sub(r"\W+", "-", name).strip("-"))

    def __len__(self) -> int:
        return len(self.places)

    def _read(self) -> dict[str, int]:
        if not self.dimensions or not self.hashes.is_file() or not self.vectors.is_file():
            return {}
        # A stop may have written one file further than the other: what both have is whole.
        whole = min(self.hashes.stat().st_size // (HASH + 1), self.vectors.stat().st_size // (2 * self.dimensions))
        lines = self.hashes.read_bytes()[:whole * (HASH + 1)].decode("ascii").split("\n")[:whole]
        return {line: row for row, line in enumerate(lines)}

    def add(self, hashes: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
        """Append [hashes × dimensions]; on disk when this returns."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.dimensions:
            self.dimensions = vectors.shape[1]
            (self.folder / DIMENSIONS).write_text(str(self.dimensions), encoding="ascii")
        rows = len(self.places)
        for path, width, data in ((self.vectors, 2 * self.dimensions, vectors.astype("<f2").tobytes()),
                                  (self.hashes, HASH + 1, "".join(f"{one}\n" for one in hashes).encode("ascii"))):
            with path.open("r+b" if path.exists() else "w+b") as file:
                file.truncate(rows * width)
                file.seek(rows * width)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        self.places |= {one: rows + i for i, one in enumerate(hashes)}

    def of_hashes(self, hashes: Sequence[str]) -> Halves | None:
        """[hashes × dimensions], zeros where there is no vector; None where none has one."""
        places = np.array([self.places.get(one, -1) for one in hashes], dtype=np.int64)
        known = places >= 0
        if not known.any():
            return None
        every = np.memmap(self.vectors, dtype="<f2", mode="r", shape=(len(self.places), self.dimensions))
        found = np.zeros((len(hashes), self.dimensions), dtype=np.float16)
        found[known] = every[places[known]]
        return found
