"""The two learners: a conditional random field (crfsuite, l-bfgs) and an averaged perceptron (Collins 2002).

Both weigh the same features; their weights are added.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.text.features import LABELS
from recommender.text.training.examples import EVERYWHERE, Sentence

Floats = NDArray[np.float32]
Weights = tuple[dict[str, Floats], Floats]
"""Feature -> weight a label, and transitions (from, to)."""
_PLACE = {label: place for place, label in enumerate(LABELS)}


def field(sentences: Sequence[Sentence], c1: float = .1, c2: float = .05, iterations: int = 70,
          least: int = 2) -> Weights:
    """A linear-chain CRF; features seen fewer than `least` times are left out."""
    import pycrfsuite  # noqa: PLC0415 - at training time only

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": c1, "c2": c2, "max_iterations": iterations, "feature.minfreq": least,
                        "feature.possible_transitions": True})
    for sentence in sentences:
        trainer.append(sentence.features, sentence.labels)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        reader = pycrfsuite.Tagger()
        reader.open(path)
        info = reader.info()
    weights: dict[str, Floats] = {}
    for (feature, label), weight in info.state_features.items():
        if feature not in weights:
            weights[feature] = np.zeros(len(LABELS), np.float32)
        weights[feature][_PLACE[label]] = weight
    transitions = np.zeros((len(LABELS), len(LABELS)), np.float32)
    for (old, new), weight in info.transitions.items():
        transitions[_PLACE[old], _PLACE[new]] = weight
    return weights, transitions


def perceptron(sentences: Sequence[Sentence], passes: int = 15, least: int = 2, seed: int = 7,
               hidden: float = 0.0) -> Weights:
    """A structured perceptron with averaged weights, sentences in a new order each pass.

    A share of the features is hidden at each step, so that contexts are learned beside the words they stand with.
    """
    counts = Counter(feature for sentence in sentences for token in sentence.features for feature in token)
    place = {feature: at for at, feature in enumerate(sorted(f for f, count in counts.items() if count >= least))}
    encoded = [_encode(sentence, place) for sentence in sentences]
    weights = np.zeros((len(place) + 1, len(LABELS)), np.float32)
    moves = np.zeros((len(LABELS), len(LABELS)), np.float32)
    late_weights, late_moves = np.zeros_like(weights, np.float64), np.zeros_like(moves, np.float64)
    rng = np.random.default_rng(seed)
    step = 0
    for _ in range(passes):
        for number in rng.permutation(len(encoded)):
            ids, offsets, gold = encoded[number]
            step += 1
            shown = rng.random(len(ids)) >= hidden
            guess = _decode(np.add.reduceat(weights[ids] * shown[:, None], offsets), moves)
            wrong = np.flatnonzero(guess != gold)
            if not len(wrong):
                continue
            bounds = np.append(offsets, len(ids))
            for at in wrong.tolist():
                some = ids[bounds[at]:bounds[at + 1]][shown[bounds[at]:bounds[at + 1]]]
                for label, sign in ((gold[at], 1), (guess[at], -1)):
                    weights[some, label] += sign
                    late_weights[some, label] += sign * step
            for path, sign in ((gold, 1), (guess, -1)):
                np.add.at(moves, (path[:-1], path[1:]), sign)
                np.add.at(late_moves, (path[:-1], path[1:]), sign * step)
    mean = weights - late_weights / max(step, 1)
    mean *= 1 - hidden
    return ({feature: mean[at].astype(np.float32) for feature, at in place.items() if mean[at].any()},
            (moves - late_moves / max(step, 1)).astype(np.float32))


Encoded = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _encode(sentence: Sentence, place: dict[str, int]) -> Encoded:
    """Feature ids of all tokens in one row, where each token's begin, and the labels; the last id is a dead one."""
    ids: list[int] = []
    offsets: list[int] = []
    for token in sentence.features:
        offsets.append(len(ids))
        ids += sorted({place[feature] for feature in token if feature in place}) or [len(place)]
    return (np.array(ids, np.int64), np.array(offsets, np.int64),
            np.array([_PLACE[label] for label in sentence.labels], np.int64))


def _decode(scores: Floats, moves: Floats) -> NDArray[np.int64]:
    back = np.empty(scores.shape, np.int64)
    best = scores[0]
    columns = np.arange(len(LABELS))
    for at in range(1, len(scores)):
        paths = best[:, None] + moves
        back[at] = paths.argmax(0)
        best = paths[back[at], columns] + scores[at]
    path = [int(best.argmax())]
    for at in range(len(scores) - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return np.array(path[::-1])


def added(models: Sequence[tuple[float, Weights]], least: float = .05) -> Weights:
    """The weighted sum of models; what is nearer nothing than `least` is dropped."""
    total: dict[str, Floats] = {}
    moves = np.zeros((len(LABELS), len(LABELS)), np.float32)
    for share, (weights, transitions) in models:
        moves += share * transitions
        for feature, weight in weights.items():
            total[feature] = total[feature] + share * weight if feature in total else share * weight
    kept = {}
    for feature, weight in total.items():
        weight[np.abs(weight) < least] = 0
        if weight.any():
            kept[feature] = weight
    return kept, moves


def bolder(weights: dict[str, Floats], by: float) -> dict[str, Floats]:
    """The weights with `by` taken from the score of being outside of names, at every token."""
    outside = np.zeros(len(LABELS), np.float32)
    outside[_PLACE["O"]] = by
    return {**weights, EVERYWHERE: weights.get(EVERYWHERE, np.zeros(len(LABELS), np.float32)) - outside}
