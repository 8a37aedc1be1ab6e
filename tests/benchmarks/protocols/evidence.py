"""The same drafts with more or less to go on: some of their references given, reference lists taken away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from compare import Asked, Comparison, blends_of

from recommender.evaluation.lessons import FEW, without_lists
from recommender.evaluation.metrics import DEPTH
from recommender.index.sparse import best
from recommender.loaded import Index
from recommender.papers import Draft
from recommender.prepare import prepare
from recommender.progress import stage
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.store.library import Library, opened

LEAST = 6
"""A draft of fewer wanted papers would have too few left."""
NEAREST = 1000
"""Papers around a draft whose lists are taken away."""


def given(settings: Settings, asked: Asked, draws: int, seed: int) -> None:
    """Text alone, text with references, and references alone; several draws of the references of each draft."""
    compared = Comparison(f"{FEW} references given, the others wanted, {draws} draws")
    able = [(draft, sorted(wanted)) for draft, wanted in asked if len(wanted) >= LEAST]
    with opened(settings) as library, stage("Asking", draws * len(able), " drafts") as tick:
        recommenders = blends_of(Recommender.open(settings, library))
        dice = np.random.default_rng(seed)
        for _ in range(draws):
            for draft, wanted in able:
                papers = tuple(sorted(dice.permutation(wanted)[:FEW].tolist()))
                alone = replace(draft, filters=replace(draft.filters, without=papers))
                ways = {"text": alone, "text, given not taken off": draft,
                        "text and papers": replace(draft, references=papers),
                        "papers": Draft(references=papers, exclude=draft.exclude, filters=draft.filters)}
                compared.add({f"{way}, {name}": [id for id, _ in one.ranking(how, DEPTH)]
                              for name, one in recommenders.items() for way, how in ways.items()},
                             set(wanted) - set(papers))
                tick(1)
    print(compared.text(seed))


def removed(settings: Settings, asked: Asked, seed: int) -> None:
    """As it is, without the lists of each draft's nearest papers, and without any list."""
    compared = Comparison("Reference lists removed")
    with opened(settings) as library:
        whole = Recommender.open(settings, library)
        every, none = blends_of(whole), blends_of(knowing_less(settings, library))
        with stage("Asking", len(asked), " drafts") as tick:
            for draft, wanted in asked:
                found = {}
                for name in every:
                    found[f"all known, {name}"] = [id for id, _ in every[name].ranking(draft, DEPTH)]
                    found[f"not of the {NEAREST} nearest, {name}"] = _without_nearest(every[name], draft)
                    found[f"none known, {name}"] = [id for id, _ in none[name].ranking(draft, DEPTH)]
                compared.add(found, wanted)
                tick(1)
    print(compared.text(seed))


def knowing_less(settings: Settings, library: Library, hidden: set[int] | None = None) -> Recommender:
    """On the library's index, every signal fitted again without these papers' lists (None: without any)."""
    index = Index.load(settings)
    keys = index.corpus.keys
    corpus = without_lists(index.corpus, np.zeros(len(keys), dtype=np.bool_) if hidden is None
                           else ~np.isin(keys, sorted(hidden)))
    signals = {}
    with stage("Fitting signals", len(SIGNALS), " signals") as tick:
        for name, signal in SIGNALS.items():
            signals[name] = signal.fit(corpus, settings)
            tick(1)
    return Recommender(settings, library, Index(index.folder, index.manifest, corpus, signals, index.blends))


def _without_nearest(recommender: Recommender, draft: Draft) -> list[str]:
    index, library = recommender.index, recommender.library
    query, _ = prepare(index.corpus, index.bm25, library, draft)
    listing = query.lists_references.copy()
    listing[best(query.lexical, NEAREST, query.visible)] = False
    keys = index.corpus.keys[index.rank(replace(query, lists_references=listing, memo={}), DEPTH).rows].tolist()
    ids = library.ids_of(keys)
    return [ids[key] for key in keys]
