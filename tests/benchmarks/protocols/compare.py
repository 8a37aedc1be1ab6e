"""Rankings held against one another on the same drafts; every gain with the interval of paired bootstraps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from recommender.errors import InputError
from recommender.evaluation.files import read_drafts, read_qrels
from recommender.evaluation.metrics import DEPTH, MEASURES, bootstrap, relevant
from recommender.ingest.read import Skipped
from recommender.papers import Draft
from recommender.recommend import Recommender

SHOWN = ("nDCG@10", "recall@20", "recall@100")
BM25, SHIPPED_BLEND, BLEND = "bm25", "shipped blend", "blend"

Asked = list[tuple[Draft, set[str]]]
"""Drafts, and the ids of the papers wanted for each."""


class Comparison:
    """What each ranking reaches on each draft."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.values: dict[str, list[list[float]]] = {}

    def add(self, rankings: Mapping[str, Sequence[str]], wanted: Collection[str]) -> None:
        """One draft's rankings, by name."""
        grades = dict.fromkeys(wanted, 1)
        for name, ids in rankings.items():
            self.values.setdefault(name, []).append([MEASURES[measure](ids, grades) for measure in SHOWN])

    def mean(self, name: str, measure: str) -> float:
        """What a ranking reaches on the average draft."""
        return float(np.mean(self.values[name], axis=0)[SHOWN.index(measure)])

    def text(self, seed: int) -> str:
        """A line each; gains are over the first ranking, in the order of the measures."""
        if not self.values:
            return f"\n{self.title}: no draft"
        first = np.array(next(iter(self.values.values())))
        lines = [f"\n{self.title}, {len(first)} drafts",
                 f"{'':<32}" + "".join(f"{name:>12}" for name in SHOWN) + "   gains, with 95 % of paired bootstraps"]
        for place, (name, rows) in enumerate(self.values.items()):
            values = np.array(rows)
            line = f"{name:<32}" + "".join(f"{mean:>12.4f}" for mean in values.mean(axis=0))
            for column in range(len(SHOWN)) if place else ():
                gains = (values - first)[:, column]
                low, high = bootstrap(gains.tolist(), seed)
                line += f"   {gains.mean():+.4f} ({low:+.4f} to {high:+.4f})"
            lines.append(line)
        return "\n".join(lines)


def blends_of(recommender: Recommender) -> dict[str, Recommender]:
    """The recommender with the shipped blend, and as its build is."""
    shipped = replace(recommender.index, blends=recommender.index.shipped)
    return {SHIPPED_BLEND: Recommender(recommender.settings, recommender.library, shipped), BLEND: recommender}


def ranked(recommenders: Mapping[str, Recommender], draft: Draft, k: int = DEPTH) -> dict[str, list[str]]:
    """Ids by plain BM25, which is the same in all of them, and by each."""
    plain = next(iter(recommenders.values())).ranking(draft, k, ["bm25"])
    found = {BM25: plain} | {name: one.ranking(draft, k) for name, one in recommenders.items()}
    return {name: [id for id, _ in ranking] for name, ranking in found.items()}


def asked_in(drafts: str, qrels: str) -> Asked:
    """The drafts of a file that have judgements. Raises InputError where none has."""
    judged = read_qrels(Path(qrels))
    found = [(draft, wanted) for draft in read_drafts(Path(drafts)) if not isinstance(draft, Skipped)
             and (wanted := relevant(judged.get(draft.id, {})))]
    if not found:
        raise InputError(f"No draft of {drafts} has a relevant paper in {qrels}.")
    return found
