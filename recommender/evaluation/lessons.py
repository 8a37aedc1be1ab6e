"""Papers as drafts: what each would have been asked with, what it then cited, under several states of knowledge.

A learning draft's own record is hidden, and so is everything newer. Of the others' reference lists it sees all, a
random part, those outside its own field, or none; and it is asked with its text, with some of its references beside
the text, or with references alone, so that the blend learns what each signal is worth in each case. Reading lists
teach too: half of one is given, the other half is wanted; where there are too few, reference lists stand in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import compress
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags_array
from threadpoolctl import threadpool_limits

from recommender.blend import CONTEXT, GIVEN, Blend, Blends, passing
from recommender.index.corpus import NO_YEAR, Corpus
from recommender.index.sparse import Rows, best
from recommender.loaded import FEATURES, MANY, bm25_of, context_of, kind_of, nominated
from recommender.papers import Draft, Filters, Paper
from recommender.prepare import assemble, entity_columns, not_newer
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.signals.als import Als
from recommender.signals.base import Features, Mask, Query, Signal, Weighted
from recommender.signals.semantic import Semantic
from recommender.text.entities import extract

REFERENCES = 5
"""A paper with fewer references in the library teaches too little."""
ASKED = {"text": ("all", "older", "part", "field", "none"), "papers": ("anchors", "alone"), "list": ("list", "half"),
         "text and papers": ("given",)}
"""Kind of query -> the modes that teach its blend. Reference lists known: all, those of the years before the learning
drafts', a part of these, those outside the draft's field, none. Asked with three references alone, with one reference
alone, with half of a reading list, with half of the references, with text and some references."""
MODES = tuple(mode for modes in ASKED.values() for mode in modes)
LISTED = (2 * MANY, 200)
"""Papers on a list that teaches."""
LISTS = 20
"""Reading lists that teach well enough for reference lists not to stand in for them."""
FEW = 3
"""References that are given as anchors; beside a text every other time, otherwise any number up to half of them."""
TAUGHT = 400
"""Candidates of a query that the gate lets through to what the forests learn from."""


@dataclass(frozen=True)
class Examples:
    """Candidates of many queries: what the signals say of each, and whether the draft cited it."""

    tables: tuple[Features, ...]
    """[queries] of [candidates × INPUTS], or PAIRED; apart, for together they would stand in memory twice."""
    cited: npt.NDArray[np.bool_]
    """[all candidates]"""
    groups: npt.NDArray[np.int64]
    """[queries] how many candidates each query has; they stand one after another."""
    modes: tuple[str, ...]
    """[queries]"""
    drafts: npt.NDArray[np.uint32]
    """[queries] which it was: a number that follows from a draft's id, in whatever library, or from a list's place."""
    missed: npt.NDArray[np.int64]
    """[queries] how many cited papers were not among the candidates."""

    @classmethod
    def joined(cls, parts: list[Examples]) -> Examples:
        """Several libraries' examples as one; a draft that several hold is the same draft."""
        return cls(sum((part.tables for part in parts), ()), np.concatenate([part.cited for part in parts]),
                   np.concatenate([part.groups for part in parts]), sum((part.modes for part in parts), ()),
                   np.concatenate([part.drafts for part in parts]),
                   np.concatenate([part.missed for part in parts]))

    def where(self, chosen: npt.NDArray[np.bool_]) -> Examples:
        """The queries chosen [queries]."""
        kept = np.repeat(chosen, self.groups)
        return Examples(tuple(compress(self.tables, chosen)), self.cited[kept], self.groups[chosen],
                        tuple(mode for mode, keep in zip(self.modes, chosen, strict=True) if keep),
                        self.drafts[chosen], self.missed[chosen])


EDGELESS = ("bm25", "cooccurrence")
"""Signals that nothing of what a lesson hides goes into."""
COLUMNS = tuple((name, feature) for name, features in FEATURES.items() for feature in features)
INPUTS = (*COLUMNS, *(("", name) for name in CONTEXT))
"""(signal, feature) of each column of the examples."""
PAIRED = (*INPUTS, *((signal, GIVEN + feature) for signal, feature in INPUTS))
"""The same where papers are given beside a text."""
_PLACES = {column: place for place, column in enumerate(PAIRED)}


def draft_rows(corpus: Corpus, most: int, seed: int, split: str = "time", period: int = 0) -> tuple[Rows, int | None]:
    """The papers to learn from, and the last year whose reference lists count as evidence for them.

    The newest papers with references where years are known (time split), otherwise, or with the split "random", a
    random draw (None). Period 1 has the newest of those that count as evidence in period 0, or another draw, and so on.
    """
    if "citations" not in corpus.blocks or "terms" not in corpus.blocks:
        return np.zeros(0, dtype=np.intp), None
    listed = np.diff(corpus.blocks["citations"].indptr)
    written = np.diff(corpus.blocks["terms"].indptr) >= 15
    able = np.flatnonzero((listed >= REFERENCES) & written)
    if not len(able):
        return able, None
    dated = able[corpus.years[able] != NO_YEAR]
    generator = np.random.default_rng(seed + period)
    if split == "random" or len(dated) < len(able) / 2:
        return np.sort(generator.permutation(able)[:most]), None
    dated = dated[np.argsort(-corpus.years[dated], kind="stable")]
    newest, last = dated[:0], None
    for _ in range(period + 1):
        dated = dated[len(newest):]
        if not len(dated):
            return dated, None
        last = int(corpus.years[dated[min(most, max(len(dated) // 4, 1)) - 1]]) - 1
        newest = dated[corpus.years[dated] > last]
    return np.sort(generator.permutation(np.sort(newest))[:most]), last


def without_lists(corpus: Corpus, keep: Mask, uncited: Rows | None = None) -> Corpus:
    """The corpus with the reference lists of the other papers unknown, and `uncited` papers cited by none."""
    if "citations" not in corpus.blocks:
        return corpus
    cited = np.ones(len(corpus), dtype=np.float32)
    cited[[] if uncited is None else uncited] = 0
    kept = csr_matrix(diags_array(keep.astype(np.float32)) @ corpus.blocks["citations"] @ diags_array(cited))
    kept.eliminate_zeros()
    others = {name: block for name, block in corpus.blocks.items() if name != "citations"}
    columns = {name: block for name, block in corpus.by_column.items() if name != "citations"}
    if kept.nnz:
        others["citations"], columns["citations"] = kept, csr_matrix(kept.T)
    return replace(corpus, blocks=others, by_column=columns)


def lessons(corpus: Corpus, signals: Mapping[str, Signal], papers: Callable[[Rows], Mapping[int, Paper]],
            settings: Settings, most: int, modes: tuple[str, ...] = MODES,
            tick: Callable[[int], object] = lambda n: None, split: str = "time", period: int = 0,
            gates: Blends | None = None) -> Examples | None:
    """Examples from a library's own reference lists; None where no paper can teach. `draft_rows` says what periods are.

    Candidates are all that is nominated; with `gates`, those that the gate of such a query lets through. `papers` gives
    the texts of rows. `signals` may lack the factors: they are fitted again, once on what drafts may know and once
    without any reference list, and so is the map of citations; no other signal learns from reference lists.
    """
    rows, last = draft_rows(corpus, most, settings.seed, split, period)
    if not len(rows) or not modes:
        return None
    generator = np.random.default_rng(settings.seed + period)
    known = np.ones(len(corpus), dtype=np.bool_)
    known[rows] = False
    if last is not None:
        known &= (corpus.years <= last) & (corpus.years != NO_YEAR)
    lists = _teaching_lists(corpus, most if "list" in modes else 0, generator)
    modes = tuple(mode for mode in modes if mode != "half" or len(lists) < LISTS)
    hidden = without_memberships(corpus, rows, lists)
    nobody = np.zeros(len(corpus), dtype=np.bool_)
    listing = {is_blind: nobody if is_blind else known for is_blind in {mode == "none" for mode in modes}}
    if hidden is not corpus:
        signals = {name: signal if name in EDGELESS else SIGNALS[name].fit(hidden, settings)
                   for name, signal in signals.items() if name != Als.name}
    answering = {is_blind: _fitted_anew(signals, without_lists(hidden, keep, rows), settings)
                 for is_blind, keep in listing.items()}
    texts = papers(rows)
    cites = corpus.blocks["citations"]
    found: list[tuple[Features, npt.NDArray[np.bool_], str, int, int]] = []

    def learn_from(draft: int, mode: str, asked: Query, cited: Rows) -> None:
        asking = answering[mode == "none"]
        candidates = nominated(asking, asked)
        wanted = np.zeros(len(corpus), dtype=np.bool_)
        wanted[cited] = True
        wanted &= asked.allowed
        if not wanted[candidates].any():
            return
        told = described(asking, asked, candidates)
        if gates:
            blend = gates[kind_of(asked, asking)]
            passed = passing(blend.gatekeeper, inputs_of(blend, told), TAUGHT)
            candidates, told = candidates[passed], told[passed]
        hits = wanted[candidates]
        if hits.any():
            found.append((told, hits, mode, draft, int(wanted.sum() - hits.sum())))

    # A lesson's products are small: BLAS threads would cost more than they bring, most of all beside other work.
    with threadpool_limits(1, "blas"):
        for row in rows.tolist():
            query = learning_query(corpus, signals, texts[row], row)
            cited = np.sort(cites.indices[cites.indptr[row]:cites.indptr[row + 1]])
            for mode, asked in _questions(corpus, signals, texts[row], query, known, last, row, cited, modes,
                                          generator):
                learn_from(int(corpus.marks[row]), mode, asked, cited)
            tick(1)
        for column in lists.tolist():
            held = corpus.by_column["lists"]
            papers_held = generator.permutation(held.indices[held.indptr[column]:held.indptr[column + 1]])
            given, rest = np.split(papers_held, [len(papers_held) // 2])
            asked = _knowing(anchored_query(corpus, signals, np.sort(given)), known)
            learn_from(crc32(f"list {column}".encode()), "list", asked, rest)
    if not found:
        return None
    return Examples(tuple(table for table, *_ in found), np.concatenate([cited for _, cited, *_ in found]),
                    np.array([len(cited) for _, cited, *_ in found]), tuple(mode for _, _, mode, _, _ in found),
                    np.array([draft for *_, draft, _ in found], dtype=np.uint32),
                    np.array([missed for *_, missed in found]))


def _fitted_anew(signals: Mapping[str, Signal], corpus: Corpus, settings: Settings) -> dict[str, Signal]:
    """The signals in the registry's order; what they learn from reference lists, from those of this corpus alone."""
    learned: dict[str, Signal] = {Als.name: Als.fit(corpus, settings)}
    if isinstance(semantic := signals.get(Semantic.name), Semantic):
        learned[semantic.name] = semantic.taught_by(corpus)
    every = {**signals, **learned}
    return {name: every[name] for name in SIGNALS}


def learning_query(corpus: Corpus, signals: Mapping[str, Signal], paper: Paper, row: int,
                   anchors: Rows | None = None, text: bool = True) -> Query:
    """A paper as the draft it once was, its own record and everything newer hidden; anchors may stand for its text."""
    year = int(corpus.years[row])
    filters = Filters(year_to=None if year == NO_YEAR else year)
    draft = Draft(title=paper.title, abstract=paper.abstract, filters=filters) if text else Draft(filters=filters)
    visible = not_newer(corpus, filters.year_to)
    visible[row] = False
    allowed = visible.copy()
    given = Weighted.none() if anchors is None else Weighted(anchors, np.ones(len(anchors)))
    allowed[given.rows] = False
    entities = entity_columns(corpus, extract(draft.text)) if text else Weighted.none()
    return assemble(corpus, bm25_of(signals), draft, given, entities, visible, allowed, np.array([row]))


def anchored_query(corpus: Corpus, signals: Mapping[str, Signal], anchors: Rows) -> Query:
    """Papers alone, of any year."""
    every = np.ones(len(corpus), dtype=np.bool_)
    others = every.copy()
    others[anchors] = False
    return assemble(corpus, bm25_of(signals), Draft(), Weighted(anchors, np.ones(len(anchors))), Weighted.none(), every,
                    others)


def described(signals: Mapping[str, Signal], query: Query, rows: Rows) -> Features:
    """[rows × INPUTS] what all signals and the context say; of papers beside a text too, [rows × PAIRED]."""
    context = np.tile(np.array(context_of(signals, query), dtype=np.float32), (len(rows), 1))
    every = []
    for side, known in zip(query.sides, np.split(context, len(query.sides), axis=1), strict=True):
        every += [*(signal.describe(side, rows) for signal in signals.values()), known]
    return np.concatenate(every, axis=1)


def inputs_of(blend: Blend, told: Features) -> Features:
    """[rows × the blend's columns] of [rows × INPUTS], or PAIRED; the same array where these are all of them."""
    places = [_PLACES[column] for column in blend.columns]
    return told if places == list(range(told.shape[1])) else told[:, places]


def without_memberships(corpus: Corpus, rows: Rows, columns: Rows) -> Corpus:
    """The corpus with these papers on no list, and nothing on these lists."""
    if "lists" not in corpus.blocks:
        return corpus
    papers, names = (np.ones(size, dtype=np.float32) for size in corpus.blocks["lists"].shape)
    papers[rows], names[columns] = 0, 0
    lists = csr_matrix(diags_array(papers) @ corpus.blocks["lists"] @ diags_array(names))
    lists.eliminate_zeros()
    return replace(corpus, blocks={**corpus.blocks, "lists": lists},
                   by_column={**corpus.by_column, "lists": csr_matrix(lists.T)})


def _teaching_lists(corpus: Corpus, most: int, generator: np.random.Generator) -> Rows:
    """Columns of the reading lists to learn from."""
    if "lists" not in corpus.by_column:
        return np.zeros(0, dtype=np.intp)
    sizes = np.diff(corpus.by_column["lists"].indptr)
    able = np.flatnonzero((sizes >= LISTED[0]) & (sizes <= LISTED[1]))
    # A library's own lists are few: most of them stay what the others are found by.
    return np.sort(generator.permutation(able)[:min(most, len(able) // 4)])


def _questions(corpus: Corpus, signals: Mapping[str, Signal], paper: Paper, query: Query, known: Mask, last: int | None,
               row: int, cited: Rows, modes: tuple[str, ...], generator: np.random.Generator,
               ) -> Iterator[tuple[str, Query]]:
    """The draft's queries, one a mode."""
    newest = known if last is None else (corpus.years < corpus.years[row]) & (corpus.years != NO_YEAR)
    for mode in modes:
        if mode in ("given", "anchors", "alone", "half"):
            visible = cited[query.visible[cited]]
            if len(visible) >= (LISTED[0] if mode == "half" else FEW + 1):
                given = {"alone": 1, "half": len(visible) // 2}.get(mode, FEW)
                if mode == "given" and generator.random() < 0.5:
                    given = int(generator.integers(1, len(visible) // 2, endpoint=True))
                anchors = np.sort(generator.permutation(visible)[:given])
                asked = learning_query(corpus, signals, paper, row, anchors, text=mode == "given")
                yield mode, _knowing(asked, newest)
        elif mode == "all":
            yield mode, _knowing(query, newest)
        elif mode == "older" and last is not None:
            yield mode, _knowing(query, known)
        elif mode == "part":
            yield mode, _knowing(query, known & (generator.random(len(corpus)) < generator.uniform(0.1, 0.5)))
        elif mode == "field":
            yield mode, _knowing(query, known & ~_nearest(query, int(generator.integers(300, 3000))))
        elif mode == "none":
            yield mode, _knowing(query, np.zeros(len(corpus), dtype=np.bool_))


def _knowing(query: Query, listing: Mask) -> Query:
    """The query where only these papers' reference lists are known."""
    return replace(query, lists_references=query.visible & listing, memo={},
                   given=None if query.given is None else _knowing(query.given, listing))


def _nearest(query: Query, papers: int) -> Mask:
    near = np.zeros(len(query.corpus), dtype=np.bool_)
    near[best(query.lexical, min(papers, max(len(near) // 4, 1)))] = True
    return near
