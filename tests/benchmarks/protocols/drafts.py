"""A library's own papers as the drafts they once were, with what they cite as the papers wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from recommender.papers import Draft, Filters, Paper
from recommender.store.library import Library

YEARS = 2
"""Papers of so many years, the last for which the library has reference lists, are its newest."""

Lists = dict[int, set[int]]
"""Key of a paper -> keys of the papers that it cites."""


def lists_of(citations: Iterable[tuple[int, int]]) -> Lists:
    """From (citing key, cited key)."""
    lists: Lists = defaultdict(set)
    for citing, cited in citations:
        lists[citing].add(cited)
    return dict(lists)


def newest(library: Library, lists: Lists, least: int, among: Collection[int] | None = None) -> list[int]:
    """Keys of the newest papers that cite `least` papers or more; of all of them where no year is known."""
    able = sorted(key for key, cited in lists.items() if len(cited) >= least and (among is None or key in among))
    years = {key: paper.year for key, paper in library.papers_by_key(able).items() if paper.year is not None}
    last = max(years.values(), default=0)
    return [key for key in able if not years or years.get(key, 0) > last - YEARS]


def drawn(keys: Sequence[int], most: int, seed: int) -> list[int]:
    """At most so many of the keys, by seed."""
    return sorted(np.random.default_rng(seed).permutation(np.array(keys, dtype=np.int64))[:most].tolist())


def as_draft(paper: Paper, exclude: Iterable[str], dated: bool = True) -> Draft:
    """The paper as it was asked with, itself hidden, and if `dated` everything newer."""
    return Draft(id=paper.id, title=paper.title, abstract=paper.abstract, exclude=(paper.id, *exclude),
                 filters=Filters(year_to=paper.year if dated else None))


def not_newer(papers: Iterable[Paper], year: int | None) -> set[str]:
    """Ids of those that a draft of that year may be recommended."""
    return {paper.id for paper in papers if year is None or paper.year is None or paper.year <= year}
