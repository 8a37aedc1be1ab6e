"""The index on disk: whole or not at all, checked, without pickle, the same twice."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from recommender.build import build
from recommender.errors import ArtifactError
from recommender.index.artifact import KEPT, MANIFEST, ArrayReader, current, reading, writing
from recommender.loaded import Index
from recommender.settings import Settings
from recommender.store.library import Library


def write(root: Path, value: int) -> Path:
    with writing(root, {"value": value}) as writer:
        writer.array("numbers", np.arange(value))
        writer.names("words", ["ä", "", "long word"])
    return current(root)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    reader = ArrayReader(write(tmp_path, 5))
    assert reader.array("numbers").tolist() == [0, 1, 2, 3, 4]
    assert reader.names("words") == ["ä", "", "long word"]
    assert reader.manifest["value"] == 5
    reader.verify()


def test_a_build_that_fails_leaves_the_last_one_in_use(tmp_path: Path) -> None:
    before = write(tmp_path, 3)
    with pytest.raises(AttributeError), writing(tmp_path, {}) as writer:
        # The first file is whole, the second cannot be written.
        [writer.array("numbers", np.arange(9)), writer.names("words", [None])]  # type: ignore[list-item]
    assert current(tmp_path) == before
    assert ArrayReader(before).array("numbers").tolist() == [0, 1, 2]
    assert not list(tmp_path.glob(".build.*"))


def test_only_the_last_builds_are_kept(tmp_path: Path) -> None:
    for value in range(1, 6):
        write(tmp_path, value)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == KEPT


def test_builds_that_end_at_once_all_succeed_and_the_newest_is_in_use(tmp_path: Path) -> None:
    builds, rounds = 4, 10
    together = Barrier(builds, timeout=60)

    def one(value: int) -> None:
        for _ in range(rounds):
            with writing(tmp_path, {"value": value}) as writer:
                writer.array("numbers", np.arange(value))
                together.wait()

    with ThreadPoolExecutor(builds) as pool:
        assert list(pool.map(one, range(builds))) == [None] * builds
    assert current(tmp_path).name == f"{builds * rounds:06d}"
    ArrayReader(current(tmp_path)).verify()
    assert {path.name for path in tmp_path.iterdir()} >= {"CURRENT", current(tmp_path).name}
    assert not list(tmp_path.glob(".*"))


def test_who_reads_a_build_that_is_cleared_away_reads_its_successor(tmp_path: Path) -> None:
    write(tmp_path, 1)
    seen = []

    def read(folder: Path) -> list[int]:
        reader = ArrayReader(folder)
        if not seen:
            for value in range(2, 2 + KEPT):
                write(tmp_path, value)
        seen.append(folder.name)
        return [int(number) for number in reader.array("numbers")]

    assert reading(tmp_path, read) == list(range(1 + KEPT))
    assert seen == ["000001", f"{1 + KEPT:06d}"]


def test_a_build_in_use_that_is_damaged_is_not_read_for_ever(tmp_path: Path) -> None:
    (write(tmp_path, 3) / "numbers.npy").unlink()
    with pytest.raises(ArtifactError, match="recommender build"):
        reading(tmp_path, lambda folder: ArrayReader(folder).array("numbers"))


def test_no_index_another_format_and_damage_each_name_the_cure(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="recommender build"):
        current(tmp_path)
    folder = write(tmp_path, 3)
    with (folder / "numbers.npy").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ArtifactError, match=r"numbers\.npy is damaged.*recommender build"):
        ArrayReader(folder).verify()
    (folder / "numbers.npy").unlink()
    with pytest.raises(ArtifactError, match="recommender build"):
        ArrayReader(folder).array("numbers")
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "format": 999}))
    with pytest.raises(ArtifactError, match=r"format 999.*recommender build"):
        ArrayReader(folder)


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    folder = write(tmp_path, 3)
    np.save(folder / "numbers.npy", np.array([{"an": "object"}], dtype=object), allow_pickle=True)
    with pytest.raises(ArtifactError):
        ArrayReader(folder).array("numbers")


def test_two_builds_of_one_library_are_the_same_to_the_byte(settings: Settings, library: Library) -> None:
    manifests = []
    for _ in range(2):
        build(settings, library)
        manifests.append(json.loads((current(settings.index) / MANIFEST).read_text()))
    assert manifests[0]["checksums"] == manifests[1]["checksums"]
    assert manifests[0]["fingerprint"] == manifests[1]["fingerprint"]


def test_an_index_of_another_text_analysis_is_refused(settings: Settings, library: Library) -> None:
    build(settings, library)
    path = current(settings.index) / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "analysis": {"terms": 0, "entities": 0}}))
    with pytest.raises(ArtifactError, match=r"another text analysis.*recommender build"):
        Index.load(settings)
