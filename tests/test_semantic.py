"""Meaning of texts: a real encoder, vectors that survive a stop, and a signal that is silent without them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from recommender.build import build
from recommender.cli import main
from recommender.errors import InputError
from recommender.papers import Draft, Paper
from recommender.recommend import Recommender
from recommender.semantic.embedding import embed
from recommender.semantic.encoder import encoder, text_of
from recommender.semantic.vectors import VectorStore
from recommender.settings import Settings
from recommender.signals.semantic import Semantic
from recommender.store.intake import Incoming
from recommender.store.library import Library

TEXTS = ["Force-directed layout of graphs", "Drawing networks with few crossings", "Growing tomatoes in greenhouses",
         "Watering plants under glass", "Query expansion for web search", "Finding documents by keywords",
         "Deep networks for images", "Recognising objects in photographs"]


def test_near_in_meaning_is_near_in_angle() -> None:
    vectors = encoder().encode(["Drawing graphs", "Visualising networks", "Cooking pasta"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_a_text_is_encoded_the_same_alone_and_among_longer_ones() -> None:
    alone, among = encoder().encode(["Drawing graphs"]), encoder().encode(["Drawing graphs", "a long text " * 40])
    assert float(alone[0] @ among[0]) > 0.98, "int8 scales follow the batch; the direction must not"


def test_what_is_encoded_is_title_and_abstract() -> None:
    assert text_of("A title", "An abstract.") == "A title. An abstract"
    assert text_of("", " Only this ") == "Only this"


def test_a_folder_that_holds_no_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model\.onnx"):
        encoder(str(tmp_path))


def test_a_store_cut_off_in_the_middle_of_a_batch_keeps_what_is_whole(tmp_path: Path) -> None:
    store = VectorStore(tmp_path / "v")
    dice = np.random.default_rng(1)
    rows = dice.random((5, 8)).astype(np.float32)
    hashes = [f"{number:064d}" for number in range(5)]
    store.add(hashes[:3], rows[:3])
    with store.vectors.open("ab") as file:
        file.write(b"half a vector")
    again = VectorStore(tmp_path / "v")
    assert len(again) == 3
    again.add(hashes[3:], rows[3:])
    found = VectorStore(tmp_path / "v").of_hashes([hashes[4], "unknown", hashes[0]])
    assert found is not None
    np.testing.assert_allclose(found[[0, 2]], rows[[4, 0]], atol=1e-3)
    assert not found[1].any()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    settings = Settings(tmp_path, als_iterations=2)
    made = Library.open(settings)
    made.take(Incoming(Paper(id=f"p{number}", title=text), "t", number, "jsonl") for number, text in enumerate(TEXTS))
    return made


def test_texts_are_encoded_once_and_the_build_takes_them_up(library: Library, tmp_path: Path) -> None:
    settings = Settings(tmp_path, als_iterations=2)
    assert embed(settings, library) == len(TEXTS)
    assert embed(settings, library) == 0
    assert build(settings, library).encoded == len(TEXTS)
    recommender = Recommender.open(settings, library)
    # No word in common with the papers that are meant.
    answer = recommender.recommend(Draft(abstract="Horticulture: raising vegetables indoors"), 2)
    assert {one.paper.id for one in answer.recommendations} == {"p2", "p3"}
    assert any(one.signal == "semantic" for one in answer.recommendations[0].evidence)
    library.close()


def test_without_vectors_the_signal_is_silent(library: Library, tmp_path: Path) -> None:
    settings = Settings(tmp_path, als_iterations=2)
    assert build(settings, library).encoded == 0
    recommender = Recommender.open(settings, library)
    signal = recommender.index.signals["semantic"]
    assert isinstance(signal, Semantic)
    assert signal.missing
    assert all("semantic" not in one.parts for one in recommender.recommend(Draft(title="graphs"), 3).recommendations)
    library.close()


def test_the_command_says_what_it_did(library: Library, tmp_path: Path) -> None:
    library.close()
    run = CliRunner().invoke(main, ["--data", str(tmp_path), "embed"])
    assert run.exit_code == 0
    assert f"{len(TEXTS)} texts encoded" in run.output
    assert "all were" in CliRunner().invoke(main, ["--data", str(tmp_path), "embed"]).output
