"""What must not matter: a hundredth of the papers, and a draft's own record once it is excluded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from compare import BLEND, BM25, SHIPPED_BLEND, Asked, Comparison, blends_of, ranked
from copies import copied, without_papers
from drafts import as_draft, drawn, lists_of, newest, not_newer

from recommender.evaluation.metrics import DEPTH
from recommender.papers import Draft
from recommender.progress import stage
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.store.library import Library, opened

REMOVED = 0.01
TOP = 10
REFERENCES = 5
UNFACTORED = "shipped blend without als"


def _nothing(_library: Library) -> None:
    """A copy that is as the library is, so that both builds are made by the same code."""


def refit(settings: Settings, work: Path | None, asked: Asked, seed: int) -> None:
    """How much of the first ten two builds share of which one lacks a hundredth of the papers, by seed.

    The papers that one lacks are passed over in the other's ranking: what is gone cannot be recommended.
    """
    with opened(settings) as library:
        keys = [key for key, _ in library.stream()]
        gone = drawn(keys, int(len(keys) * REMOVED), seed)
        names = set(library.ids_of(gone).values())
    shared: dict[str, list[float]] = {}
    compared = {"whole": Comparison("Whole library"), "less": Comparison(f"Without {len(gone)} papers")}
    with (copied(settings, work, _nothing) as whole,
          copied(settings, work, lambda library: without_papers(library, gone)) as less,
          stage("Asking both", len(asked), " drafts") as tick):
        both = {"whole": blends_of(whole), "less": blends_of(less)}
        for draft, wanted in asked:
            for name, recommenders in both.items():
                compared[name].add(ranked(recommenders, draft), wanted)
            tops = {name: _tops(recommenders, draft, names) for name, recommenders in both.items()}
            for name, top in tops["whole"].items():
                shared.setdefault(name, []).append(len(set(top) & set(tops["less"][name])) / TOP)
            tick(1)
    for one in compared.values():
        print(one.text(seed))
    print(f"\nshare of the first {TOP} that both builds have")
    for name, values in shared.items():
        print(f"{name:<32}{np.mean(values):>12.4f}")


def _tops(recommenders: dict[str, Recommender], draft: Draft, gone: set[str]) -> dict[str, list[str]]:
    """The first ten that are in both libraries, by BM25, by each blend, and by factors alone under each."""
    found = ranked(recommenders, draft)
    for name, one in recommenders.items():
        found[f"als alone, {name}"] = [id for id, _ in one.ranking(draft, 5 * TOP, ["als"])]
    return {name: [id for id in ids if id not in gone][:TOP] for name, ids in found.items()}


def exclude(settings: Settings, work: Path | None, most: int, seed: int) -> None:
    """What a draft gains from its own record, which is excluded, in the library: it should be nothing.

    The drafts are some of the newest papers with five references or more, and all of them are excluded for each: once
    where the library has them, once in a copy without them. So nothing differs but what is excluded. A blend that is
    learned from the library itself may have learned from the very drafts; the shipped one is the same for both. It is
    asked once more without the factors, which are fitted on all lists before anything is excluded.
    """
    with opened(settings) as library:
        lists = lists_of(library.citations())
        chosen = library.papers_by_key(drawn(newest(library, lists, REFERENCES), most, seed))
        ids = {paper.id for paper in chosen.values()}
        asked = [(as_draft(paper, ids), wanted) for key, paper in chosen.items()
                 if (wanted := not_newer(library.papers(sorted(lists[key])), paper.year) - ids)]
    compared = {name: Comparison(name) for name in (BM25, SHIPPED_BLEND, BLEND, UNFACTORED)}
    with (copied(settings, work, lambda library: without_papers(library, chosen)) as lacking,
          copied(settings, work, _nothing) as whole, stage("Asking both", len(asked), " drafts") as tick):
        there, removed = blends_of(whole), blends_of(lacking)
        for draft, wanted in asked:
            one, other = (ranked(each, draft) | _unfactored(each, draft) for each in (removed, there))
            for name, ranking in one.items():
                compared[name].add({"records removed": ranking, "records there, excluded": other[name]}, wanted)
            tick(1)
    for comparison in compared.values():
        print(comparison.text(seed))


def _unfactored(recommenders: dict[str, Recommender], draft: Draft) -> dict[str, list[str]]:
    names = [name for name in SIGNALS if name != "als"]
    return {UNFACTORED: [id for id, _ in recommenders[SHIPPED_BLEND].ranking(draft, DEPTH, names)]}
