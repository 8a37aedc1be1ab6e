"""More like this: a single paper as anchor, without text; wanted are the papers that are later cited beside it.

The answer must not be read off the very lists that make it. So the citing papers are those of the last two years for
which the library has reference lists (where no year is known: a tenth of the listing papers, by seed), and their lists
are unknown: taken out of the corpus before every signal, the factors too, is fitted. Their records stay. What older
papers cite together is evidence, as it would have been then. Anchors are drawn from all papers that the hidden lists
name; wanted is everything that any hidden list names beside the anchor. Candidates are no newer than the citing papers.
BM25 is asked with the anchor's title and abstract, its record excluded. A blend of the library's own has been learned
from the whole library, the hidden lists included; the shipped one likewise, if the library was shipped with it.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from compare import BLEND, BM25, SHIPPED_BLEND, Comparison, blends_of
from drafts import drawn, lists_of, newest, not_newer
from evidence import knowing_less

from recommender.papers import Draft, Filters
from recommender.progress import stage
from recommender.settings import Settings
from recommender.store.library import Library, opened

UNDATED = 0.1
LEAST = 5
"""Papers wanted at least."""


def run(settings: Settings, most: int, seed: int) -> None:
    """Measure and print."""
    with opened(settings) as library:
        lists = lists_of(library.citations())
        hidden, last = _hidden(library, lists, seed)
        beside: dict[int, set[int]] = defaultdict(set)
        for key in hidden:
            for cited in lists[key]:
                beside[cited] |= lists[key] - {cited}
        cited_before = {cited for key, names in lists.items() if key not in hidden for cited in names}
        anchors = drawn(sorted(key for key, others in beside.items() if len(others) >= LEAST), most, seed)
        recommender = knowing_less(settings, library, hidden)
        recommenders = blends_of(recommender)
        compared = {is_known: Comparison(title) for is_known, title in (
            (True, "Anchors that the known lists cite"), (False, "Anchors that no known list cites"))}
        everything = Comparison("All anchors")
        with stage("Asking", len(anchors), " anchors") as tick:
            for key in anchors:
                paper = library.papers([key])[0]
                wanted = not_newer(library.papers(sorted(beside[key])), last)
                text = Draft(title=paper.title, abstract=paper.abstract, exclude=(paper.id,),
                             filters=Filters(year_to=last))
                anchor = Draft(references=(paper.id,), filters=Filters(year_to=last))
                found = {BM25: recommender.ranking(text, 100, ["bm25"]),
                         "bm25 on the anchor's terms": recommender.ranking(anchor, 100, ["bm25"]),
                         **{name: recommenders[name].ranking(anchor, 100) for name in (SHIPPED_BLEND, BLEND)}}
                for comparison in (everything, compared[key in cited_before]):
                    comparison.add({name: [id for id, _ in ranking] for name, ranking in found.items()}, wanted)
                tick(1)
    size = np.mean([len(beside[key]) for key in anchors]) if anchors else 0.0
    print(f"{len(hidden)} lists hidden, candidates up to {last or 'any year'}, {size:.0f} papers wanted on average")
    for comparison in (everything, *compared.values()):
        print(comparison.text(seed))


def _hidden(library: Library, lists: dict[int, set[int]], seed: int) -> tuple[set[int], int | None]:
    """Keys of the papers whose lists are hidden, and their last year."""
    chosen = newest(library, lists, 1)
    years = [paper.year for paper in library.papers(chosen) if paper.year is not None]
    if not years:
        chosen = drawn(chosen, int(len(chosen) * UNDATED), seed)
    return set(chosen), max(years, default=None)
