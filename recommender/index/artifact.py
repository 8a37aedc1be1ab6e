"""The index on disk: one folder a build, whole or not at all, read back memory-mapped.

Arrays are plain .npy files, names are UTF-8 with offsets, and a manifest says what they are and where they are
from. A build is written beside the others and renamed; the file CURRENT, swapped atomically, names the one in use.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from filelock import FileLock
from scipy.sparse import csr_matrix

from recommender.errors import ArtifactError

FORMAT = 4
MANIFEST = "manifest.json"
POINTER = "CURRENT"
LOCK = "lock"
KEPT = 2
"""Builds kept: the current one, and the one before it that running queries may still read."""

Array = npt.NDArray[Any]
T = TypeVar("T")


class ArrayWriter:
    """Writes a build's arrays into its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checksums: dict[str, str] = {}

    def array(self, name: str, values: Array) -> None:
        """One array as `name`.npy."""
        path = self.folder / f"{name}.npy"
        np.save(path, values, allow_pickle=False)
        self._sign(path)

    def text(self, name: str, text: str) -> None:
        """One text file under that name."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        self._sign(path)

    def _sign(self, path: Path) -> None:
        with path.open("rb") as file:
            self.checksums[path.name] = hashlib.file_digest(file, "sha256").hexdigest()

    def names(self, name: str, values: Sequence[str]) -> None:
        """A list of strings."""
        encoded = [value.encode() for value in values]
        self.array(f"{name}.utf8", np.frombuffer(b"".join(encoded), dtype=np.uint8))
        self.array(f"{name}.ends", np.cumsum([len(value) for value in encoded], dtype=np.int64))

    def matrix(self, name: str, matrix: csr_matrix) -> None:
        """A sparse matrix, by rows."""
        matrix.sort_indices()
        # One type for both index arrays: scipy would convert all of them at each use otherwise.
        index = np.int32 if max(matrix.nnz, *matrix.shape) < 2**31 else np.int64
        self.array(f"{name}.data", matrix.data)
        self.array(f"{name}.indices", matrix.indices.astype(index))
        self.array(f"{name}.indptr", matrix.indptr.astype(index))
        self.array(f"{name}.shape", np.array(matrix.shape, dtype=np.int64))


class ArrayReader:
    """Reads a build's arrays, memory-mapped. Raises ArtifactError for what is missing or broken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Mapping[str, Any] = _manifest(folder)

    def array(self, name: str) -> Array:
        """The array `name`, read-only."""
        path = self.folder / f"{name}.npy"
        try:
            # As a plain view of the map: slicing a memmap object costs ten times as much.
            return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        except (OSError, ValueError) as error:
            raise ArtifactError(f"The index's file {path} cannot be read: {error}. "
                                "Rebuild it with: recommender build") from error

    def has(self, name: str) -> bool:
        """Whether there is an array or matrix of that name."""
        return f"{name}.npy" in self.manifest["checksums"] or f"{name}.data.npy" in self.manifest["checksums"]

    def names(self, name: str) -> list[str]:
        """A list of strings."""
        text, ends = self.array(f"{name}.utf8").tobytes(), self.array(f"{name}.ends").tolist()
        return [text[start:end].decode() for start, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []

    def matrix(self, name: str) -> csr_matrix:
        """A sparse matrix by rows, on the mapped arrays."""
        matrix = csr_matrix(tuple(self.array(f"{name}.shape").tolist()), dtype=self.array(f"{name}.data").dtype)
        matrix.data = self.array(f"{name}.data")
        matrix.indices = self.array(f"{name}.indices")
        matrix.indptr = self.array(f"{name}.indptr").astype(matrix.indices.dtype, copy=False)
        matrix.has_sorted_indices = True
        matrix.has_canonical_format = True
        return matrix

    def verify(self) -> None:
        """Hold every file against its checksum. Raises ArtifactError naming the first that differs."""
        for name, wanted in self.manifest["checksums"].items():
            with (self.folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                    raise ArtifactError(f"The index's file {self.folder / name} is damaged. "
                                        "Rebuild it with: recommender build")


def _manifest(folder: Path) -> Mapping[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"The index at {folder} cannot be read: {error}. "
                            "Rebuild it with: recommender build") from error
    if manifest.get("format") != FORMAT:
        raise ArtifactError(f"The index at {folder} has format {manifest.get('format')}, this version reads {FORMAT}. "
                            "Rebuild it with: recommender build")
    return manifest


def current(root: Path) -> Path:
    """The folder of the build in use. Raises ArtifactError where there is none."""
    try:
        name = (root / POINTER).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ArtifactError("There is no index yet. Make it with: recommender build") from error
    return root / name


def reading(root: Path, read: Callable[[Path], T]) -> T:
    """What `read` makes of the build in use. Raises ArtifactError where there is none, or none that can be read.

    Two builds that end while it reads clear away the one that it began with: then it reads their successor.
    """
    while True:
        folder = current(root)
        try:
            return read(folder)
        except ArtifactError:
            if current(root) == folder:
                raise


@contextmanager
def writing(root: Path, manifest: dict[str, Any]) -> Iterator[ArrayWriter]:
    """Write a build: on leaving it is renamed into place and made the current one; on an error nothing changes.

    `manifest` may be added to until the end.
    """
    root.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".build.", dir=root))
    try:
        writer = ArrayWriter(building)
        yield writer
        full = {"format": FORMAT, **manifest, "checksums": dict(sorted(writer.checksums.items()))}
        (building / MANIFEST).write_text(json.dumps(full, indent=1, ensure_ascii=False), encoding="utf-8")
        _publish(building, root)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    _forget_old(root)


def _builds(root: Path) -> list[int]:
    """The numbers of the builds there are, ascending; each is whole, for it got its number last."""
    return sorted(int(path.name) for path in root.iterdir() if path.name.isdigit())


def _publish(building: Path, root: Path) -> None:
    """Give a whole build the next number, and let the pointer name it; one process after another."""
    with FileLock(root / LOCK):
        number = max(_builds(root), default=0) + 1
        # Where others write beside it, a listing may miss what came in a moment ago.
        while (root / f"{number:06d}").exists():
            number += 1
        name = f"{number:06d}"
        building.rename(root / name)
        pointer = root / f".{POINTER}"
        pointer.write_text(name, encoding="utf-8")
        pointer.replace(root / POINTER)


def _forget_old(root: Path) -> None:
    for number in _builds(root)[:-KEPT]:
        shutil.rmtree(root / f"{number:06d}", ignore_errors=True)
    for path in root.glob(".build.*"):
        # What a killed build left behind; a younger one may still be being written by another process, or be gone.
        try:
            age = time.time() - path.stat().st_mtime
        except FileNotFoundError:
            continue
        if age > 24 * 3600:
            shutil.rmtree(path, ignore_errors=True)
