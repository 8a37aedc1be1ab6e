"""Learns the shipped blend over libraries of many sizes and with many holes.

    python -m recommender.evaluation.ship DATA [DATA ...]

Each DATA is a data folder whose library has been imported. Every library is learned from as it is, from a copy in
which records have lost parts, both with drafts of two periods, and from topical samples that lack whole groups of
metadata.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from recommender.blend import KINDS, SHIPPED, as_text
from recommender.build import count, library_texts, stream_with_entities
from recommender.evaluation.learning import (
    calibrated,
    calibration_error,
    learn,
    left_out,
    ndcg_of,
    of_kind,
    parted,
    scores_of,
)
from recommender.evaluation.lessons import MODES, Examples, lessons
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
SIZES = (150, 3000)
HOLES = {"abstract": 0.8, "venue": 0.8, "keywords": 0.8, "authors": 0.3}
"""What an uneven record loses, and how often."""
UNEVEN = 0.45
"""Share of the records that are uneven."""
QUESTIONS = (*MODES, "given", "anchors")
"""Three references are given twice, not the same ones: few lessons teach what they are worth."""
MISSING = {"year": 0.5, "authors": 0.4, "keywords": 0.5, "venue": 0.4, "abstract": 0.1}
"""How often a sample lacks a whole group."""

Counted = tuple[int, Paper, Found]


def main(arguments: Sequence[str]) -> None:
    """Learn, say how well, and write the blend into the package."""
    parts: list[Examples] = []
    for folder in arguments:
        settings = load_settings(folder)
        with opened(settings) as library:
            parts += lessons_of(settings, library)
    examples = Examples.joined(parts)
    blends = {}
    for kind in KINDS:
        chosen = of_kind(examples, kind)
        taught, test = parted(chosen)
        about = {"learned on": f"{len(chosen.groups)} queries of {len(parts)} libraries"}
        blends[kind] = calibrated(learn(taught, settings.seed, left_out(kind), about, FORESTS), test)
        error, _ = calibration_error(blends[kind], test)
        print(f"{kind}, held out: nDCG@10 {ndcg_of(scores_of(blends[kind], test), test).mean():.4f}, "
              f"calibration error {error:.4f}")
    SHIPPED.write_text(as_text(blends), encoding="utf-8")


def lessons_of(settings: Settings, library: Library, modes: tuple[str, ...] = QUESTIONS) -> list[Examples]:
    """What one library teaches, asked in these modes: as it is, with holes, and in samples."""
    return [part for part in _of_library(settings, library, modes) if part is not None]


def _of_library(settings: Settings, library: Library, modes: tuple[str, ...]) -> Iterator[Examples | None]:
    generator = np.random.default_rng(settings.seed)
    store = vectors_of(settings)
    whole, _ = count(library, library.status().papers, stage, store=store)
    yield from _periods(settings, library, whole, "whole", modes)
    uneven = _counted(library, store, ((key, _with_holes(paper, generator), found)
                                       for key, paper, found in stream_with_entities(library)))
    yield from _periods(settings, library, uneven, "uneven", modes)
    bm25 = Bm25.fit(whole, settings)
    with stage("Samples", SAMPLES, " samples") as tick:
        for _ in range(SAMPLES):
            yield _sample(settings, library, store, whole, bm25, generator, modes)
            tick(1)


def _sample(settings: Settings, library: Library, store: VectorStore | None, whole: Corpus, bm25: Bm25,
            generator: np.random.Generator, modes: tuple[str, ...]) -> Examples | None:
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
    corpus = _counted(library, store, ((key, _blank(paper, missing), [*given_entities(paper)])
                                       for key, paper in chosen))
    asked = modes if generator.random() < 0.25 else ("none",)
    return lessons(corpus, _fitted(corpus, settings), library_texts(library, corpus), settings, SAMPLED, asked)


def _periods(settings: Settings, library: Library, corpus: Corpus, title: str, modes: tuple[str, ...],
             ) -> Iterator[Examples | None]:
    signals, texts = _fitted(corpus, settings), library_texts(library, corpus)
    for period in range(PERIODS):
        with stage(f"Lessons from the {title} library, period {period + 1}", DRAFTS, " drafts") as tick:
            yield lessons(corpus, signals, texts, settings, DRAFTS, modes, tick, period=period)


def _fitted(corpus: Corpus, settings: Settings) -> dict[str, Signal]:
    # Lessons fit the factors themselves.
    return {name: signal.fit(corpus, settings) for name, signal in SIGNALS.items() if name != "als"}


def _counted(library: Library, store: VectorStore | None, papers: Iterable[Counted]) -> Corpus:
    builder = CorpusBuilder()
    for key, paper, found in papers:
        builder.add(key, paper, found)
    return builder.finish(library.citations(), library.memberships(), store.of_hashes if store else None)


def _with_holes(paper: Paper, generator: np.random.Generator) -> Paper:
    if generator.random() >= UNEVEN:
        return paper
    return _blank(paper, [name for name, chance in HOLES.items() if generator.random() < chance])


def _blank(paper: Paper, names: Iterable[str]) -> Paper:
    empty = Paper()
    return replace(paper, **{name: getattr(empty, name) for name in names})


if __name__ == "__main__":
    if not sys.argv[1:] or not all(Path(folder).is_dir() for folder in sys.argv[1:]):
        sys.exit(__doc__)
    main(sys.argv[1:])
