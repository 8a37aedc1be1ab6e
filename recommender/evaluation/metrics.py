"""Measures of a ranking against graded judgements, as trec_eval defines them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

Grades = Mapping[str, int]
"""Paper id -> grade; 0 and below is not relevant."""


def ndcg(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Gain of the first k, discounted by log2(rank + 1), as a share of the best (Järvelin and Kekäläinen, 2002)."""
    gains = np.array([max(grades.get(paper, 0), 0) for paper in ranking[:k]], dtype=float)
    best = np.array(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k], dtype=float)
    ideal = float((best / np.log2(np.arange(2, len(best) + 2))).sum())
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum()) / ideal if ideal else 0.0


def recall(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Share of the relevant papers among the first k."""
    wanted = relevant(grades)
    return len(wanted & set(ranking[:k])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Grades) -> float:
    """1 / rank of the first relevant paper."""
    wanted = relevant(grades)
    return next((1 / rank for rank, paper in enumerate(ranking, 1) if paper in wanted), 0.0)


def average_precision(ranking: Sequence[str], grades: Grades) -> float:
    """Mean of the precisions at the ranks of the relevant papers; those not ranked count 0."""
    wanted = relevant(grades)
    hits, total = 0, 0.0
    for rank, paper in enumerate(ranking, 1):
        if paper in wanted:
            hits += 1
            total += hits / rank
    return total / len(wanted) if wanted else 0.0


def relevant(grades: Grades) -> set[str]:
    """The papers of a positive grade."""
    return {paper for paper, grade in grades.items() if grade > 0}


def bootstrap(differences: Sequence[float], seed: int, samples: int = 2000) -> tuple[float, float]:
    """The central 95 % of the mean of paired differences over drafts drawn again and again (Efron, 1979)."""
    values = np.asarray(differences, dtype=float)
    if not len(values):
        return 0.0, 0.0
    drawn = np.random.default_rng(seed).integers(0, len(values), (samples, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


MEASURES: dict[str, Callable[[Sequence[str], Grades], float]] = {
    "nDCG@10": lambda ranking, grades: ndcg(ranking, grades, 10),
    "recall@20": lambda ranking, grades: recall(ranking, grades, 20),
    "recall@100": lambda ranking, grades: recall(ranking, grades, 100),
    "MRR": reciprocal_rank,
    "MAP": average_precision,
}
DEPTH = 100
"""Ranks that are looked at; MRR and MAP see no further either."""
