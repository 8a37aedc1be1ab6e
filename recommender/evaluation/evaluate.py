"""How good the recommendations are on drafts whose references are known: a table of rankings by measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from recommender.evaluation.files import Qrels
from recommender.evaluation.metrics import DEPTH, MEASURES, relevant
from recommender.papers import Draft
from recommender.recommend import Recommender

Table = dict[str, dict[str, float]]
"""Ranking -> measure -> mean over drafts."""


def rankings(names: Sequence[str]) -> dict[str, Sequence[str] | None]:
    """What is compared: BM25 alone, each signal, the blend without each signal, the blend (None: all signals)."""
    compared: dict[str, Sequence[str] | None] = {"bm25 alone": ["bm25"]}
    compared |= {f"{name} alone": [name] for name in names if name != "bm25"}
    compared |= {f"blend without {name}": [other for other in names if other != name] for name in names}
    return compared | {"blend": None}


def evaluate(recommender: Recommender, drafts: Iterable[Draft], qrels: Qrels,
             after_draft: Callable[[int], object] = lambda n: None) -> tuple[Table, int]:
    """The table over the drafts that have a relevant paper, and how many those are."""
    compared = rankings(recommender.signal_names())
    values: dict[str, list[list[float]]] = {name: [] for name in compared}
    judged = 0
    for draft in drafts:
        grades = qrels.get(draft.id, {})
        if relevant(grades):
            judged += 1
            found = recommender.rankings(draft, DEPTH, compared)
            for name, ranking in found.items():
                ids = [paper for paper, _ in ranking]
                values[name].append([measure(ids, grades) for measure in MEASURES.values()])
        after_draft(1)
    return {name: dict(zip(MEASURES, map(float, np.mean(rows, axis=0) if rows else [0.0] * len(MEASURES)), strict=True))
            for name, rows in values.items()}, judged


def as_text(table: Mapping[str, Mapping[str, float]]) -> str:
    """The table in aligned columns."""
    width = max(len(name) for name in table)
    lines = [" " * width + "".join(f"{measure:>12}" for measure in MEASURES)]
    lines += [f"{name:<{width}}" + "".join(f"{values[measure]:>12.4f}" for measure in MEASURES)
              for name, values in table.items()]
    return "\n".join(lines)
