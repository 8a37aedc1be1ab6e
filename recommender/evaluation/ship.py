"""Learns the shipped blend over libraries of many sizes and with many holes.

    python -m recommender.evaluation.ship DATA [DATA ...]

Each DATA is a data folder whose library has been imported. Every library is learned from as it is, from a copy in
which records have lost parts, both with drafts of two periods, and from topical samples that lack whole groups of
metadata. The samples alone teach the blends of small libraries.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from recommender.blend import KINDS, SHIPPED, SMALL, SMALL_KINDS, UNDER, Blend, Blends, as_text
from recommender.build import count, library_texts, stream_with_entities, with_entities
from recommender.errors import InputError
from recommender.evaluation.learning import (
    FEWER,
    TREES,
    calibrated,
    calibration_error,
    ground_of,
    learn,
    left_out,
    ndcg_of,
    of_kind,
    of_small,
    parted,
    scores_of,
)
from recommender.evaluation.lessons import ASKED, Examples, lessons
from recommender.index.corpus import Corpus
from recommender.index.counting import CorpusBuilder, given_entities
from recommender.index.sparse import best
from recommender.papers import Draft, Paper
from recommender.prepare import assemble
from recommender.progress import stage
from recommender.semantic.embedding import vectors_of
from recommender.semantic.vectors import VectorStore
from recommender.settings import Settings, load_settings
from recommender.signals import SIGNALS
from recommender.signals.base import Signal, Weighted
from recommender.signals.bm25 import Bm25
from recommender.store.extractions import Found
from recommender.store.library import Library, opened

DRAFTS = 300
"""Of each period."""
PERIODS = 2
SAMPLES = 100
FORESTS = 2
"""Grown for each kind of query: their mean ranks better than either."""
SAMPLED = 20
"""Drafts of a sample."""
SIZES = (150, SMALL)
HOLES = {"abstract": 0.8, "venue": 0.8, "keywords": 0.8, "authors": 0.3}
"""What an uneven record loses, and how often."""
UNEVEN = 0.45
"""Share of the records that are uneven."""
TWICE = ("given", "anchors")
"""References are given twice, not the same ones: few lessons teach what they are worth."""
MISSING = {"year": 0.5, "authors": 0.4, "keywords": 0.5, "venue": 0.4, "abstract": 0.1}
"""How often a sample lacks a whole group."""

Counted = tuple[int, Paper, Found]


def main(arguments: Sequence[str]) -> None:
    """Learn, say how well, and write the blend into the package. Raises InputError where no library is encoded."""
    if all(vectors_of(load_settings(folder)) is None for folder in arguments):
        raise InputError("None of these libraries knows what its texts mean, and blends that do have to be learned. "
                         "Encode one first: recommender --data DATA embed")
    blends: dict[str, Blend] = {}
    # Those that go on from others learn once these are there.
    for kinds in ([kind for kind in KINDS if kind not in UNDER], [*UNDER]):
        grounds = {kind: ground for kind in kinds if (ground := ground_of(kind, blends)) is not None}
        parts: list[Examples] = []
        for folder in arguments:
            settings = load_settings(folder)
            with opened(settings) as library:
                parts += lessons_of(settings, library, _modes(kinds), grounds)
        examples = Examples.joined(parts)
        for kind in kinds:
            chosen = of_kind(examples, kind)
            blends[kind] = learned(chosen, kind, settings.seed, grounds.get(kind))
            if kind in SMALL_KINDS:
                gate = replace(blends[kind], forests=())
                blends[SMALL_KINDS[kind]] = learned(of_small(chosen), kind, settings.seed, gate, FEWER)
    SHIPPED.write_text(as_text(blends), encoding="utf-8")


def learned(examples: Examples, kind: str, seed: int, ground: Blend | None = None, trees: int = TREES) -> Blend:
    """The blend of one kind of query, calibrated; says how well it does on the drafts held out."""
    taught, test = parted(examples)
    about = {"learned on": f"{len(examples.groups)} queries"}
    blend = calibrated(learn(taught, seed, left_out(kind), about, FORESTS, ground, trees), test)
    error, _ = calibration_error(blend, test)
    print(f"{kind}, {len(examples.groups)} queries, held out: nDCG@10 "
          f"{ndcg_of(scores_of(blend, test), test).mean():.4f}, calibration error {error:.4f}")
    return blend


def lessons_of(settings: Settings, library: Library, modes: tuple[str, ...], gates: Blends | None = None,
               ) -> list[Examples]:
    """What one library teaches, asked in these modes: as it is, with holes, and in samples; `gates` as in `lessons`."""
    return [part for part in _of_library(settings, library, modes, gates) if part is not None]


def _modes(kinds: Iterable[str]) -> tuple[str, ...]:
    """What teaches these kinds."""
    once = dict.fromkeys(mode for kind in kinds for mode in ASKED[kind.partition(", ")[0]])
    return (*once, *(mode for mode in TWICE if mode in once))


def _of_library(settings: Settings, library: Library, modes: tuple[str, ...], gates: Blends | None,
                ) -> Iterator[Examples | None]:
    generator = np.random.default_rng(settings.seed)
    store = vectors_of(settings)
    whole, _ = count(library, library.status().papers, stage, store=store)
    yield from _periods(settings, library, whole, "whole", modes, gates)
    uneven = _counted(library, store, (_with_holes(one, generator) for one in stream_with_entities(library)))
    yield from _periods(settings, library, uneven, "uneven", modes, gates)
    bm25 = Bm25.fit(whole, settings)
    with stage("Samples", SAMPLES, " samples") as tick:
        for _ in range(SAMPLES):
            yield _sample(settings, library, store, whole, bm25, generator, modes, gates)
            tick(1)


def _sample(settings: Settings, library: Library, store: VectorStore | None, whole: Corpus, bm25: Bm25,
            generator: np.random.Generator, modes: tuple[str, ...], gates: Blends | None) -> Examples | None:
    """A topical sample: the papers nearest to one that lists references, without some groups of metadata."""
    listed = np.flatnonzero(np.diff(whole.blocks["citations"].indptr) >= 5)
    centre = library.papers([int(whole.keys[generator.choice(listed)])])[0]
    size = int(np.exp(generator.uniform(*np.log(SIZES))))
    every = np.ones(len(whole), dtype=np.bool_)
    query = assemble(whole, bm25, Draft(title=centre.title, abstract=centre.abstract), Weighted.none(),
                     Weighted.none(), every, every)
    near = best(query.lexical, size)
    missing = [name for name, chance in MISSING.items() if generator.random() < chance]
    papers = library.papers_by_key(whole.keys[near].tolist())
    chosen = sorted(papers.items(), key=lambda one: one[1].id)
    corpus = _counted(library, store, (_blank(one, missing) for one in with_entities(library, chosen)))
    asked = modes if generator.random() < 0.25 else tuple(mode for mode in modes if mode == "none")
    return lessons(corpus, _fitted(corpus, settings), library_texts(library, corpus), settings, SAMPLED, asked,
                   gates=gates)


def _periods(settings: Settings, library: Library, corpus: Corpus, title: str, modes: tuple[str, ...],
             gates: Blends | None) -> Iterator[Examples | None]:
    signals, texts = _fitted(corpus, settings), library_texts(library, corpus)
    for period in range(PERIODS):
        with stage(f"Lessons from the {title} library, period {period + 1}", DRAFTS, " drafts") as tick:
            yield lessons(corpus, signals, texts, settings, DRAFTS, modes, tick, period=period, gates=gates)


def _fitted(corpus: Corpus, settings: Settings) -> dict[str, Signal]:
    # Lessons fit the factors themselves.
    return {name: signal.fit(corpus, settings) for name, signal in SIGNALS.items() if name != "als"}


def _counted(library: Library, store: VectorStore | None, papers: Iterable[Counted]) -> Corpus:
    builder = CorpusBuilder()
    for key, paper, found in papers:
        builder.add(key, paper, found)
    return builder.finish(library.citations(), library.memberships(), store.of_hashes if store else None)


def _with_holes(one: Counted, generator: np.random.Generator) -> Counted:
    if generator.random() >= UNEVEN:
        return one
    return _blank(one, [name for name, chance in HOLES.items() if generator.random() < chance])


def _blank(one: Counted, names: Collection[str]) -> Counted:
    """A paper that lacks these; with the abstract go the entities that were read in its text."""
    (key, paper, found), empty = one, Paper()
    blank = replace(paper, **{name: getattr(empty, name) for name in names})
    return key, blank, [*given_entities(paper)] if "abstract" in names else found


if __name__ == "__main__":
    if not sys.argv[1:] or not all(Path(folder).is_dir() for folder in sys.argv[1:]):
        sys.exit(__doc__)
    try:
        main(sys.argv[1:])
    except InputError as error:
        sys.exit(str(error))
