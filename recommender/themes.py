"""Results grouped as a related-work section is: papers that lie together, under a name that tells them apart.

Groups are clusters by average linkage (Sokal and Michener, 1958) over the joint factors; a name is the method,
dataset, task, keyword or pair of title words that most of a group has and few of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from recommender.index.sparse import Floats
from recommender.names import fold
from recommender.papers import Paper
from recommender.text.terms import terms, words

FEWEST = 6
"""Fewer results are not worth grouping."""
OTHERS = "Further papers"
"""The name of papers that lie with no others."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A named group of results."""

    name: str
    places: tuple[int, ...]
    """Which results, by their place, best first."""


def themes(papers: Sequence[Paper], named: Sequence[Iterable[str]], factors: Floats) -> list[Theme]:
    """Themes by their best paper, the papers that lie alone last; one theme where there is little to group.

    `named` has each paper's methods, datasets and tasks, `factors` [papers × factors].
    """
    if len(papers) < FEWEST:
        return [Theme(OTHERS, tuple(range(len(papers))))] if papers else []
    unit = factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-9)
    groups = round(sqrt(len(papers))) + 1
    labels = fcluster(linkage(unit, "average"), groups, "maxclust")
    members = [np.flatnonzero(labels == label).tolist() for label in dict.fromkeys(labels.tolist())]
    features = [_features(paper, names) for paper, names in zip(papers, named, strict=True)]
    shown: dict[str, str] = {}
    for every in features:
        for key, name in every.items():
            shown.setdefault(key, name)
    found: dict[str, list[int]] = {}
    for group in members:
        name = _name(group, features, shown, set(found)) if len(group) > 1 else OTHERS
        found.setdefault(name, []).extend(group)
    ordered = sorted(found.items(), key=lambda one: (one[0] == OTHERS, min(one[1])))
    return [Theme(name, tuple(sorted(places))) for name, places in ordered]


def _features(paper: Paper, named: Iterable[str]) -> dict[str, str]:
    """Folded name -> as shown, of all that could name a group this paper is in."""
    found = {fold(name): name for name in (*named, *paper.keywords)}
    title = words(paper.title)
    for one, other in pairwise(title):
        if all(terms(one)) and all(terms(other)) and terms(one) and terms(other):
            found.setdefault(fold(f"{one} {other}"), f"{one} {other}".lower())
    return {key: name for key, name in found.items() if len(key) > 2}


def _name(group: Sequence[int], features: Sequence[dict[str, str]], shown: dict[str, str], taken: set[str]) -> str:
    """What most of the group has and few others have; what two papers share at least, else OTHERS."""
    inside = Counter(key for place in group for key in features[place])
    everywhere = Counter(key for every in features for key in every)
    outside = len(features) - len(group)

    def telling(key: str) -> float:
        share, others = inside[key] / len(group), (everywhere[key] - inside[key]) / max(outside, 1)
        return share * log((share + 0.05) / (others + 0.05))

    able = [key for key, count in inside.items() if count > 1 and telling(key) > 0]
    for key in sorted(able, key=lambda key: (-telling(key), -len(key.split()), key)):
        name = shown[key][:1].upper() + shown[key][1:]
        if name not in taken:
            return name
    return OTHERS
