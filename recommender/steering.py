"""What a draft's author says of its methods, datasets and tasks, in the ranking at once.

The blend was learned on drafts whose author said nothing, and need not rise with a weight. So a choice also moves
the papers that name the entity, by steps that stand in the part of `cooccurrence`: one up for each doubling, one for
being added at all, one down for a halving or for being taken away. A step is STEP times how rare the entity is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from recommender.blend import Scored
from recommender.catalogue import Catalogue
from recommender.papers import Choice, Span
from recommender.signals.base import Scores

STEP = 2.0
"""In the unit of the blend's score, log-odds."""
REACH = 300
"""Papers that are ranked before those that a choice speaks for move up."""
PART = "cooccurrence"


def steered(scored: Scored, catalogue: Catalogue, choices: Sequence[Choice], spans: Iterable[Span], k: int) -> Scored:
    """The k best once the choices are heard; without choices, the first k as they are.

    Scores move with their part; likelihoods stay those of the blend, which was calibrated without choices.
    """
    order = np.arange(min(k, len(scored.rows)))
    if choices:
        moved = _moved(scored, catalogue, choices, spans)
        own = scored.parts.get(PART, np.zeros(len(scored.rows)))
        part = np.where(np.isnan(own) & (moved != 0), 0.0, own) + moved
        scored = replace(scored, score=scored.score + moved, parts={**scored.parts, PART: part})
        order = np.lexsort((scored.rows, -scored.score))[:k]
    return scored.at(order)


def _moved(scored: Scored, catalogue: Catalogue, choices: Sequence[Choice], spans: Iterable[Span]) -> Scores:
    """[rows] by how much the choices move each."""
    naming, papers = catalogue.naming, len(catalogue.corpus)
    read = {naming.of(span.label, span.canonical) for span in spans}
    moved = np.zeros(len(scored.rows))
    for one in choices:
        column = catalogue.column(one.label, one.name)
        steps = np.log2(one.weight) if one.weight > 0 else -1.0
        if naming.of(one.label, one.name) not in read:
            steps = steps + 1 if one.weight > 0 else 0.0
        if column is not None and steps:
            rarity = np.log(1 + papers / max(int(catalogue.used[column]), 1)) / np.log(1 + papers)
            moved += STEP * steps * rarity * np.isin(scored.rows, catalogue.rows(column))
    return moved
