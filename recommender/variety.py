"""Variety at the author's choice: each further paper gives up some score for being unlike those before it.

Maximal marginal relevance (Carbonell and Goldstein, "The use of MMR", 1998) over the joint factors.
"""

from __future__ import annotations

import numpy as np

from recommender.blend import Scored
from recommender.index.sparse import Floats

POOL = 4
"""Times as many papers as are wanted: what variety chooses among."""


def varied(scored: Scored, factors: Floats, k: int, variety: float) -> Scored:
    """The k papers in the order of (1 - variety) × score - variety × likeness to the nearest paper chosen before.

    `factors` [rows × factors] belong to the scored rows; scores are taken from 0 (the least) to 1 (the best). With
    variety 0 the first k as they are; the best paper always stays first.
    """
    k = min(k, len(scored.rows))
    if not variety or k < 2:
        return scored.at(np.arange(k))
    unit = factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-9)
    spread = float(scored.score.max() - scored.score.min()) or 1.0
    worth = (1 - variety) * (scored.score - scored.score.min()) / spread
    nearest = np.zeros(len(scored.rows))
    left = np.ones(len(scored.rows), dtype=np.bool_)
    order = []
    for _ in range(k):
        # The first of equals is the better paper, or the smaller id.
        best = int(np.argmax(np.where(left, worth - variety * nearest, -np.inf)))
        order.append(best)
        left[best] = False
        nearest = np.maximum(nearest, unit @ unit[best])
    return scored.at(np.array(order, dtype=np.intp))
