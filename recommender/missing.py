"""What is missing in a draft: datasets and methods that the papers nearest to it use and it does not name.

The score of entity e is (sum of the nearness of the near papers that name e) · (1 + LINK · association of e with
what the draft names) / (papers that name e + COMMON): use nearby, more where it goes with the draft's own entities,
less where the whole library uses it anyway. The constants were tuned on datasets hidden from their papers' abstracts
(tests/benchmarks/missing.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.catalogue import Catalogue
from recommender.index.sparse import Floats, Rows, gather, weighted_sum
from recommender.papers import Draft, Span
from recommender.signals.base import Query
from recommender.signals.cooccurrence import HUB_SHARE, Cooccurrence
from recommender.text.entities import match_key

LABELS = ("Dataset", "Method")
"""Kinds that are suggested, in the order of the answer: what a draft can evaluate on, and use."""
SHOWN = 5
"""Suggestions of a kind."""
PAPERS = 3
"""Papers shown beside a suggestion."""
FLATTEN = 2 / 3
"""Power of a near paper's weight: evidence from more than the nearest few."""
LINK = 10.0
COMMON = 100.0
LIFT = 2.0
"""How much more common nearby than in the whole library a hub has to be: what is everywhere is no news."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One entity that the draft might be missing."""

    column: int
    score: float
    rows: Rows
    """The near papers that name it, nearest first."""


def missing(catalogue: Catalogue, signal: Cooccurrence, query: Query, named: frozenset[int], known: frozenset[str],
            limit: int = SHOWN) -> list[Suggestion]:
    """The best suggestions of each kind, kind by kind.

    Left out are the columns `named`, and names of which the draft has a spelling (`known`, match keys), whatever
    it means by it.
    """
    block = query.corpus.blocks.get("entities")
    if block is None or not len(query.near):
        return []
    rows, weights = query.near.rows, query.near.weights ** FLATTEN
    columns, _, owner = gather(block, rows)
    home = catalogue.home[columns]
    homes, owners = np.divmod(np.unique(home[home >= 0] * len(rows) + owner[home >= 0]), len(rows))
    votes = np.bincount(homes, weights=(weights / weights.sum())[owners], minlength=len(catalogue.home))
    candidates = np.flatnonzero(votes > 0)
    used = catalogue.used[candidates]
    telling = (used <= HUB_SHARE * len(query.corpus)) | (votes[candidates] >= LIFT * used / len(query.corpus))
    candidates, used = candidates[telling], used[telling]
    scores = votes[candidates] * (1 + LINK * _association(signal, query)[candidates]) / (used + COMMON)
    found: dict[str, list[Suggestion]] = {label: [] for label in LABELS}
    for place in np.argsort(-scores, kind="stable").tolist():
        if all(len(every) == limit for every in found.values()):
            break
        column = int(candidates[place])
        label, name = catalogue.entity(column)
        if label not in found or len(found[label]) >= limit or column in named or match_key(name) in known:
            continue
        near = owners[homes == column]
        found[label].append(Suggestion(column, float(scores[place]), rows[near[np.argsort(-weights[near],
                                                                                          kind="stable")]]))
    return [one for every in found.values() for one in every]


def spoken_of(draft: Draft, spans: tuple[Span, ...]) -> frozenset[str]:
    """Match keys of what the draft names as anything, or what its author took away."""
    return frozenset(match_key(name) for name in (
        *(span.canonical for span in spans), *(span.surface for span in spans), *(one.name for one in draft.entities)))


def _association(signal: Cooccurrence, query: Query) -> Floats:
    """[entities] how closely each goes with what the draft names, 0 to 1."""
    if signal.association is None or not len(query.entities):
        return np.zeros(len(query.corpus.vocabularies["entities"]))
    return weighted_sum(signal.association, query.entities.rows, query.entities.weights / query.entities.weights.sum())
