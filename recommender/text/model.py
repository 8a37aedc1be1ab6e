"""The tagger's model: a file of arrays, shipped with the program, read at its first use."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ArtifactError
from recommender.text.decoding import Floats
from recommender.text.features import LABELS, Knowledge
from recommender.text.sources import Guide
from recommender.text.tagger import Tagger

MODEL = Path(__file__).with_name("tagger.npz")
FORMAT = 1

def saved(weights: dict[str, Floats], transitions: Floats, knowledge: Knowledge, guide: Guide) -> dict[str, Any]:
    """The arrays of a model file; strings as UTF-8 lines, so that no pickle is needed."""
    features, words, marks = sorted(weights), sorted(knowledge.clusters), sorted(knowledge.marks)
    names = sorted(knowledge.names)
    return {
        "format": np.array(FORMAT), "labels": _lines(list(LABELS)), "features": _lines(features),
        "weights": np.array([weights[feature] for feature in features], np.float16),
        "transitions": transitions.astype(np.float32), "words": _lines(words),
        "clusters": np.array([knowledge.clusters[word] for word in words], np.uint16),
        "marked": _lines(marks), "marks": _lines([knowledge.marks[word] for word in marks]),
        "names": _lines(names), "named": np.array([knowledge.names[name] for name in names], np.uint8), **guide.saved(),
    }


def load(path: Path) -> Tagger:
    """The model of a file; ArtifactError where it is not one of this version."""
    with np.load(path, allow_pickle=False) as held:
        if int(held["format"]) != FORMAT or _words(held["labels"]) != list(LABELS):
            raise ArtifactError(f"The tagger's model {path.name} is of another version. "
                                "Train it again with: python -m recommender.text.training")
        weights = dict(zip(_words(held["features"]), held["weights"].astype(np.float32), strict=True))
        knowledge = Knowledge(
            {word: tuple(row) for word, row in zip(_words(held["words"]), held["clusters"].tolist(), strict=True)},
            dict(zip(_words(held["marked"]), _words(held["marks"]), strict=True)),
            dict(zip(_words(held["names"]), held["named"].tolist(), strict=True)))
        return Tagger(weights, held["transitions"], knowledge, Guide.load(held))


def _lines(words: list[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _words(lines: NDArray[np.uint8]) -> list[str]:
    text = lines.tobytes().decode()
    return text.split("\n") if text else []


_LOADING = threading.Lock()


def tagger() -> Tagger:
    """The model shipped with the program, read at its first use and once."""
    with _LOADING:
        return _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Tagger:
    return load(MODEL)
