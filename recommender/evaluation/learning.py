"""Examples -> blends: boosted small trees, each path one signal's, by the likelihood of being cited.

Log loss ranks better than lambdarank here, and better still over those candidates alone that are hard to tell apart:
a gate of a few trees is learned from all of them, the forests from what it lets through (tests/benchmarks/README.md).
LightGBM's interaction constraints bind paths, not trees: a leaf, not a tree, belongs to a signal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from recommender.blend import KINDS, SMALL, UNDER, Blend, Blends, passing
from recommender.evaluation.lessons import ASKED, COLUMNS, INPUTS, PAIRED, TAUGHT, Examples, inputs_of
from recommender.signals.base import Features

TREES = 300
"""Of one forest."""
FEWER = 100
"""Of one that small libraries teach: their lessons are fewer, and what they say of one another's papers misleads."""
HELD_OUT = 0.15
"""Share of the drafts that judge and calibrate; the shipped blends have not learned from them either."""
SHOWN = 100
"""Candidates a draft that calibration looks at: what a person may get to see."""

_LIGHTGBM = {
    "objective": "binary", "learning_rate": 0.08, "num_leaves": 12, "feature_fraction": 0.6, "bagging_fraction": 0.8,
    "bagging_freq": 1, "bagging_by_query": True, "lambda_l2": 1.0, "max_bin": 127, "num_threads": 2,
    "deterministic": True, "force_row_wise": True, "verbose": -1,
}
_GATE = {"learning_rate": 0.2, "num_leaves": 15, "num_iterations": 30}


def parted(examples: Examples, share: float = HELD_OUT) -> tuple[Examples, Examples]:
    """The queries that teach, and those of the drafts held out: the same drafts in every library, build and blend."""
    # Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): it spreads whatever the ids have in common.
    spread = examples.drafts.astype(np.uint64) * np.uint64(2654435769) % (1 << 32)
    held = spread < share * (1 << 32)
    return examples.where(~held), examples.where(held)


def of_kind(examples: Examples, kind: str) -> Examples:
    """The examples that the blend of one kind of query learns from. Raises ValueError for one that is not of KINDS."""
    if kind not in KINDS:
        raise ValueError(kind)
    asked, _, meaning = kind.partition(", ")
    chosen = np.isin(examples.modes, ASKED[asked])
    if meaning:
        meant = [i for i, (signal, _) in enumerate(COLUMNS) if signal == "semantic"]
        chosen &= np.array([bool(np.isfinite(table[:, meant]).any()) for table in examples.tables], dtype=np.bool_)
    return examples.where(chosen)


def of_small(examples: Examples) -> Examples:
    """Those asked of small libraries."""
    place = INPUTS.index(("", "papers"))
    return examples.where(np.array([table[0, place] < np.log1p(SMALL) for table in examples.tables], dtype=np.bool_))


def left_out(kind: str) -> tuple[str, ...]:
    """The signals that have nothing to say of this kind of query."""
    return () if kind.endswith("meaning") else ("semantic",)


def learn(examples: Examples, seed: int, without: Sequence[str] = (), about: Mapping[str, Any] | None = None,
          forests: int = 1, ground: Blend | None = None, trees: int = TREES) -> Blend:
    """The blend that ranks the examples best; `without` leaves signals out. Each forest has a seed of its own.

    With a ground, another blend, it reads the same columns, stands behind its gate, and goes on from what that goes on
    from; otherwise a gate is learned too.
    """
    bare = ground or Blend(tuple(column for column in INPUTS if column[0] not in without))
    context = [i for i, (signal, _) in enumerate(bare.columns) if not signal]
    constraints = [[i for i, (owner, _) in enumerate(bare.columns) if owner == signal] + context
                   for signal in bare.names]
    tables = [inputs_of(bare, table) for table in examples.tables]
    every = [examples.cited[start:start + size] for start, size in _spans(examples)]
    if ground is None:
        gate = _grown(tables, every, _average(every),
                      {**_GATE, "interaction_constraints": constraints, "seed": seed % 2**31})
        bare = replace(bare, gate=gate)
    hard = [passing(bare.gatekeeper, table, TAUGHT) for table in tables]
    taught = [table[rows] for table, rows in zip(tables, hard, strict=True)]
    cited = [one[rows] for one, rows in zip(every, hard, strict=True)]
    weights, begin = _begun(bare, taught, cited)
    grown = [(1 / forests, _grown(taught, cited, begin, {
        "interaction_constraints": constraints, "seed": (seed + number) % 2**31, "num_iterations": trees}))
        for number in range(forests)]
    under = {kind: (weight, blend) for weight, (kind, (_, blend)) in zip(weights, bare.under.items(), strict=True)}
    return Blend(bare.columns, bare.gate, grown, under, about=dict(about or {}))


def ground_of(kind: str, blends: Blends) -> Blend | None:
    """What the blend of a kind is before it has learned, where it goes on from others: no more than their sum."""
    if kind not in UNDER:
        return None
    columns = tuple(column for column in PAIRED if column[0] not in left_out(kind))
    return Blend(columns, under={one: (1.0, blends[one]) for one in UNDER[kind]})


def _average(cited: list[npt.NDArray[np.bool_]]) -> npt.NDArray[np.float64]:
    """[all candidates] the average candidate's log-odds, where trees begin: nobody's part."""
    label = np.concatenate(cited)
    share = float(np.clip(label.mean(), 1e-6, 1 - 1e-6))
    return np.full(len(label), np.log(share / (1 - share)))


def _begun(ground: Blend, tables: list[Features], cited: list[npt.NDArray[np.bool_]],
           ) -> tuple[list[float], npt.NDArray[np.float64]]:
    """Weights of what a blend goes on from, by logistic regression, and where its trees so begin [all candidates]."""
    begin = _average(cited)
    if not ground.under:
        return [], begin
    scores = np.concatenate([ground.below(table) for table in tables])
    found, odds = regressed(scores, np.concatenate(cited), begin[0])
    return found.tolist(), odds


def regressed(scores: npt.NDArray[np.float64], cited: npt.NDArray[np.bool_], begin: float = 0.0,
              ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Weights [scorers], none negative, of scores [candidates × scorers] by logistic regression, and the log-odds.

    `begin` is the intercept that the search starts from.
    """
    told = np.column_stack([np.ones(len(scores)), scores])
    label = cited.astype(np.float64)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        odds = told @ weights
        slope = (1 / (1 + np.exp(-odds)) - label) @ told / len(label)
        return float((np.logaddexp(0, odds) - odds * label).mean()), slope

    equal = np.full(scores.shape[1], 1 / scores.shape[1])
    found = minimize(loss, np.array([begin, *equal]), jac=True, method="L-BFGS-B",
                     bounds=[(None, None), *[(0, None)] * len(equal)]).x
    return found[1:], told @ found


def share_of(one: Blend, other: Blend, held_out: Examples) -> float:
    """What share `one` is to have in the score beside another that stands behind the same gate.

    Half of it is what drafts held out say, by logistic regression on both scores; they are few, so the other half is
    what each forest would have as one of all.
    """
    scores = np.stack([scores_of(blend, held_out) for blend in (one, other)], axis=1)
    passed = np.isfinite(scores).all(axis=1)
    weights, _ = regressed(scores[passed], held_out.cited[passed])
    alike = len(one.forests) / (len(one.forests) + len(other.forests))
    return (float(weights[0] / (weights.sum() or 1.0)) + alike) / 2


def _grown(tables: list[Features], cited: list[npt.NDArray[np.bool_]], begin: npt.NDArray[np.float64],
           parameters: Mapping[str, Any]) -> str:
    """A forest over the candidates of all queries: [queries] of [candidates × columns], and of who was cited.

    `begin` [all candidates] stands outside the trees. In LightGBM's text form.
    """
    label = np.concatenate(cited)
    data = lightgbm.Dataset(tables, label.astype(np.int32), group=[len(one) for one in cited], init_score=begin)
    smallest = int(np.clip(len(label) // 2000, 20, 1000))
    return lightgbm.train({**_LIGHTGBM, "min_data_in_leaf": smallest, **parameters}, data).model_to_string()


def scores_of(blend: Blend, examples: Examples) -> npt.NDArray[np.float64]:
    """[candidates] the blend's scores; minus infinity for what its gate stops."""
    scores = []
    for table in examples.tables:
        inputs = inputs_of(blend, table)
        passed = passing(blend.gatekeeper, inputs, TAUGHT)
        score = np.full(len(table), -np.inf)
        score[passed] = blend.scores(inputs[passed])
        scores.append(score)
    return np.concatenate(scores)


def calibrated(blend: Blend, held_out: Examples) -> Blend:
    """The blend with a map from score to likelihood, fitted on drafts it has not learned from."""
    score = scores_of(blend, held_out)
    shown = np.concatenate([start + np.argsort(-score[start:start + size], kind="stable")[:SHOWN]
                            for start, size in _spans(held_out)])
    x, y = score[shown], held_out.cited[shown].astype(np.float64)
    scale = float(x.std()) or 1.0

    def loss(parameters: npt.NDArray[np.float64]) -> float:
        # The slope is an exponential, so that the map increases strictly whatever the data.
        odds = np.exp(parameters[0]) * x / scale + parameters[1]
        return float(np.logaddexp(0, odds).mean() - (odds * y).mean())

    fitted = minimize(loss, np.array([0.0, -2.0]), method="Nelder-Mead").x
    return replace(blend, calibration=(float(np.exp(fitted[0]) / scale), float(fitted[1])))


def ndcg_of(score: npt.NDArray[np.float64], examples: Examples) -> npt.NDArray[np.float64]:
    """[queries] nDCG@10, cited papers that were no candidates counted as missed."""
    return measures_of(score, examples)[:, 0]


def measures_of(score: npt.NDArray[np.float64], examples: Examples) -> npt.NDArray[np.float64]:
    """[queries × (nDCG@10, recall@20, recall@100)] cited papers that were no candidates counted as missed."""
    discount = 1 / np.log2(np.arange(2, 12))
    values = []
    for (start, size), missed in zip(_spans(examples), examples.missed, strict=True):
        cited = examples.cited[start:start + size]
        top = cited[np.argsort(-score[start:start + size], kind="stable")[:SHOWN]]
        wanted = int(cited.sum() + missed)
        gain = float(top[:10] @ discount[:len(top[:10])]) / float(discount[:wanted].sum())
        values.append((gain, top[:20].sum() / wanted, top.sum() / wanted))
    return np.array(values, dtype=np.float64)


def calibration_error(blend: Blend, examples: Examples, bins: int = 10) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error over bins of equal mass; of each bin (mean likelihood, share cited, candidates)."""
    score = scores_of(blend, examples)
    shown = np.concatenate([start + np.argsort(-score[start:start + size], kind="stable")[:SHOWN]
                            for start, size in _spans(examples)])
    slope, intercept = blend.calibration or (1.0, 0.0)
    likelihood = 1 / (1 + np.exp(-(slope * score[shown] + intercept)))
    cited = examples.cited[shown]
    order = np.argsort(likelihood, kind="stable")
    table = [(float(likelihood[part].mean()), float(cited[part].mean()), len(part))
             for part in np.array_split(order, bins) if len(part)]
    return sum(abs(expected - seen) * size for expected, seen, size in table) / max(len(shown), 1), table


def _spans(examples: Examples) -> list[tuple[int, int]]:
    starts = np.concatenate([[0], np.cumsum(examples.groups)[:-1]])
    return list(zip(starts.tolist(), examples.groups.tolist(), strict=True))
