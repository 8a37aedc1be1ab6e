"""Small libraries: topical samples of a large one, counted and fitted in memory, asked with the shipped blend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from compare import BLEND, Comparison, ranked
from drafts import Lists, as_draft, lists_of, not_newer

from recommender.build import with_entities
from recommender.evaluation import ship
from recommender.evaluation.lessons import draft_rows, without_lists
from recommender.index.corpus import Corpus
from recommender.index.counting import CorpusBuilder
from recommender.index.sparse import Rows
from recommender.loaded import Index, shipped_for
from recommender.papers import Draft, Paper
from recommender.progress import stage
from recommender.recommend import Recommender
from recommender.settings import Settings, load_settings
from recommender.signals import SIGNALS
from recommender.store.library import Library, opened

SIZES = (150, 3000)
CENTRAL = 5
"""References that the paper in the middle of a sample has at least."""
FEWEST = 3
"""References inside the sample that a draft has at least."""
DRAFTS = 8
"""Drafts a sample at most."""
OF_SIZE = {227: 30, 1000: 10, 10_000: 3}
"""Papers -> samples."""
OF_SIZE_DRAFTS = 40


@dataclass(frozen=True)
class Source:
    """The library that samples are taken from."""

    settings: Settings
    library: Library
    recommender: Recommender
    lists: Lists

    @classmethod
    @contextmanager
    def opened(cls, settings: Settings) -> Iterator[Source]:
        """With its index, which finds what is near."""
        with opened(settings) as library:
            yield cls(settings, library, Recommender.open(settings, library), lists_of(library.citations()))

    def near(self, generator: np.random.Generator, size: int) -> list[int]:
        """Keys of the papers nearest to one that lists references, itself the first of them."""
        centres = sorted(key for key, cited in self.lists.items() if len(cited) >= CENTRAL)
        centre = self.library.papers([int(generator.choice(centres))])[0]
        found = self.recommender.ranking(Draft(title=centre.title, abstract=centre.abstract), size, ["bm25"])
        return list(self.library.keys_of(id for id, _ in found).values())

    def counted(self, keys: Sequence[int], missing: Sequence[str] = (), is_citing: bool = True) -> Corpus:
        """A library of these papers alone; `missing` names fields that none of them has."""
        empty, builder = Paper(), CorpusBuilder()
        papers = sorted(self.library.papers_by_key(keys).items(), key=lambda one: one[1].id)
        for key, paper, found in with_entities(self.library, papers):
            builder.add(key, replace(paper, **{name: getattr(empty, name) for name in missing}), found)
        edges = ((citing, cited) for citing in keys for cited in self.lists.get(citing, ())) if is_citing else ()
        return builder.finish(edges, [])

    def of(self, corpus: Corpus) -> Recommender:
        """Every signal fitted on the corpus, and the shipped blend."""
        signals = {name: signal.fit(corpus, self.settings) for name, signal in SIGNALS.items()}
        return Recommender(self.settings, self.library, Index(Path(), {}, corpus, signals, shipped_for(corpus)))


def samples(settings: Settings, many: int, learned_from: Iterable[str], seed: int) -> None:
    """Samples of 150 to 3,000 papers without references, years and authors.

    Wanted are a draft's references inside the sample. `learned_from` are the data folders that ship.py learned from:
    drafts that are none of its own there are shown once more by themselves.
    """
    generator = np.random.default_rng(seed)
    learned = set().union(*(_learned(folder) for folder in learned_from))
    compared, unknown = Comparison(f"{many} topical samples"), Comparison("Drafts that ship.py has not learned from")
    with Source.opened(settings) as source, stage("Samples", many, " samples") as tick:
        for _ in range(many):
            keys = source.near(generator, int(np.exp(generator.uniform(*np.log(SIZES)))))
            inside = set(keys)
            able = [key for key in sorted(inside) if len(source.lists.get(key, set()) & inside) >= FEWEST]
            recommender = source.of(source.counted(keys, ("authors", "year"), is_citing=False))
            for key in generator.permutation(able)[:DRAFTS].tolist():
                paper = source.library.papers([key])[0]
                rankings = ranked({BLEND: recommender}, as_draft(paper, (), dated=False))
                wanted = set(source.library.ids_of(sorted(source.lists[key] & inside)).values())
                compared.add(rankings, wanted)
                if paper.id not in learned:
                    unknown.add(rankings, wanted)
            tick(1)
    print(compared.text(seed))
    if learned:
        print(unknown.text(seed))


def sizes(settings: Settings, share: float, seed: int) -> None:
    """Samples of 227, 1,000 and 10,000 papers with all that is known of them, with and without reference lists.

    The drafts are a sample's newest papers with references in it, a quarter at most; lists of their years are unknown.
    """
    generator = np.random.default_rng(seed)
    with opened(settings) as library:
        papers = library.status().papers
    many = {size: max(int(number * share), 1) for size, number in OF_SIZE.items() if size < papers}
    compared = {size: (Comparison(f"{size} papers, references known"), Comparison(f"{size} papers, no references"))
                for size in many}
    with Source.opened(settings) as source, stage("Samples", sum(many.values()), " samples") as tick:
        for size in (size for size, number in many.items() for _ in range(number)):
            corpus = source.counted(source.near(generator, size))
            rows, last = draft_rows(corpus, OF_SIZE_DRAFTS, seed)
            known = np.ones(len(corpus), dtype=np.bool_) if last is None else corpus.years <= last
            known[rows] = False
            for keep, comparison in zip((known, np.zeros_like(known)), compared[size], strict=True):
                _ask(source, source.of(without_lists(corpus, keep)), corpus, rows, comparison)
            tick(1)
    for pair in compared.values():
        for comparison in pair:
            print(comparison.text(seed))


def _ask(source: Source, recommender: Recommender, corpus: Corpus, rows: Rows, comparison: Comparison) -> None:
    inside = set(corpus.keys.tolist())
    for key, paper in source.library.papers_by_key(corpus.keys[rows].tolist()).items():
        wanted = not_newer(source.library.papers(sorted(source.lists[key] & inside)), paper.year)
        if wanted:
            comparison.add(ranked({BLEND: recommender}, as_draft(paper, ())), wanted)


def _learned(folder: str) -> set[str]:
    """Ids of the papers that ship.py asks with when it learns from this folder: all is done but the learning."""
    found: set[str] = set()

    def record(corpus: Corpus, _signals: Any, texts: Callable[[Rows], dict[int, Paper]], settings: Settings, most: int,
               *_rest: Any) -> None:
        rows, _ = draft_rows(corpus, most, settings.seed)
        found.update(paper.id for paper in texts(rows).values())

    settings = load_settings(folder)
    with (opened(settings) as library, patch.object(ship, "lessons", record), patch.object(ship, "SIGNALS", {}),
          patch.object(ship, "vectors_of", lambda _settings: None)):
        list(ship._of_library(settings, library))
    return found
