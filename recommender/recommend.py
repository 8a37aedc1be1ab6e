"""Query -> recommendations: the only module that knows all of the online line."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from recommender import browse
from recommender.blend import Scored
from recommender.browse import EntityCard, EntityEntry
from recommender.catalogue import Catalogue
from recommender.errors import InputError
from recommender.familiarity import familiarity, is_familiar, words_of
from recommender.index.artifact import current
from recommender.ingest.read import Record, read_text
from recommender.loaded import Index, nominated, tables_of
from recommender.missing import PAPERS, Suggestion, missing, spoken_of
from recommender.papers import Answer, Draft, Evidence, Missing, Paper, Recommendation, Span
from recommender.prepare import prepare, worded
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.signals.base import Query, Signal
from recommender.signals.cooccurrence import Cooccurrence
from recommender.steering import REACH, steered
from recommender.store.corrections import Corrections
from recommender.store.library import Library
from recommender.themes import Theme, themes
from recommender.variety import POOL, varied

REASONS = 8
"""Pieces of evidence shown a signal."""
NEAREST = 20
"""Papers nearest by text among which one must be close."""
CLOSE = 0.15
"""Cosine of draft and paper under which even the nearest paper is about something else; asked where the library is too
small, or the draft too short, to judge by familiarity."""

STRANGE = ("The library seems to hold nothing on the subject of this draft; these are the nearest papers there are. "
           "Import papers on it and build again, or search by title or author.")
"""Said where a draft's words are strange to the library."""


@dataclass(frozen=True, slots=True)
class MatchedReferences:
    """What of a pasted bibliography the library knows."""

    ids: tuple[str, ...]
    missing: tuple[tuple[int, str], ...]
    """(line, title or reason) of the entries that are not in the library, or could not be read."""


class Recommender:
    """Answers queries from one library and its current index; safe to share between threads."""

    def __init__(self, settings: Settings, library: Library, index: Index) -> None:
        self.settings = settings
        self.library = library
        self.index = index
        self.corrections = Corrections(library)
        self._loading = threading.Lock()
        self._catalogue: Catalogue | None = None

    @classmethod
    def open(cls, settings: Settings, library: Library) -> Recommender:
        """On the current index. Raises ArtifactError, naming the cure, where there is none."""
        return cls(settings, library, Index.load(settings))

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the current build says of itself."""
        return self.index.manifest

    def refresh(self) -> bool:
        """Take up a newer build; queries under way end on the one they began with."""
        if current(self.settings.index) == self.index.folder:
            return False
        with self._loading:
            if current(self.settings.index) != self.index.folder:
                self.index = Index.load(self.settings)
        return True

    def catalogue(self, index: Index | None = None) -> Catalogue:
        """The index's methods, datasets and tasks under the corrections of now."""
        index, revision, held = index or self.index, self.corrections.revision(), self._catalogue
        if held is None or held.corpus is not index.corpus or held.revision != revision:
            held = self._catalogue = Catalogue(index.corpus, self.corrections.naming(), revision)
        return held

    def is_behind_corrections(self) -> bool:
        """Whether the index was built under other corrections of methods, datasets and tasks than hold now."""
        return self.catalogue().naming.digest != str(self.manifest.get("corrections", ""))

    def signal_names(self) -> tuple[str, ...]:
        """The signals, in the order in which parts are shown."""
        return tuple(self.index.signals)

    def recommend(self, draft: Draft, k: int = 20, variety: float = 0.0) -> Answer:
        """The k papers that the draft's author would cite, best first, explained.

        `variety` (0 to 1) is how much score a paper gives up for being unlike those before it.
        """
        begun, index = time.perf_counter(), self.index
        catalogue = self.catalogue(index)
        query, spans = prepare(index.corpus, index.bm25, self.library, draft, catalogue.naming)
        if query.is_empty and not index.understands(query):
            note = ("None of the draft's words occurs in the library." if draft.text else
                    "There is nothing to go on: no text, and no paper that the library knows.")
            return Answer((), spans, (), False, note, time.perf_counter() - begun)
        pool = POOL * k if variety else k
        scored = index.rank(query, max(pool, REACH) if draft.entities else pool)
        scored = steered(scored, catalogue, draft.entities, spans, pool)
        if variety:
            scored = varied(scored, index.factors(scored.rows), k, variety)
        relevant, note = self._judgement(index, draft, query, scored)
        lacking = self._missing(index, catalogue, query, draft, spans) if relevant else []
        papers = self._papers(index, [*scored.rows.tolist(), *(row for one in lacking for row in _shown(one))])
        evidence = self._evidence(index, worded(query, self.library), scored.rows.tolist(), catalogue)
        found = tuple(
            Recommendation(papers[row], float(scored.score[i]), self._parts(scored, i),
                           evidence[row], float(scored.base[i]),
                           None if np.isnan(scored.likelihood[i]) else float(scored.likelihood[i]))
            for i, row in enumerate(scored.rows.tolist()) if row in papers)
        named = tuple(Missing(*catalogue.entity(one.column), one.score, len(one.rows),
                              tuple(papers[row] for row in _shown(one) if row in papers)) for one in lacking)
        return Answer(found, spans, named, relevant, note, time.perf_counter() - begun)

    def apart(self, draft: Draft) -> Draft:
        """The draft with its own record hidden, where the library holds one: nobody cites what they are writing."""
        own = self.library.match([Paper(title=draft.title)])[0] if draft.title else None
        return draft if own is None else replace(draft, exclude=(*draft.exclude, own))

    def themes(self, answer: Answer) -> list[Theme]:
        """The answer's papers as named groups, by their places in it."""
        index, papers = self.index, [found.paper for found in answer.recommendations]
        keys = self.library.keys_of(paper.id for paper in papers)
        # A newer build than the answer's may lack a paper.
        held = [(place, int(rows[0])) for place, paper in enumerate(papers)
                if len(rows := index.corpus.rows_of([keys.get(paper.id, -1)]))]
        places, shown = [place for place, _ in held], [papers[place] for place, _ in held]
        named = self.entities_of([paper.id for paper in shown])
        found = themes(shown, [[name for _, name in named.get(paper.id, ())] for paper in shown],
                       index.factors(np.array([row for _, row in held], dtype=np.intp)))
        return [Theme(theme.name, tuple(places[at] for at in theme.places)) for theme in found]

    def check(self, signals: Sequence[str] | None) -> None:
        """Raises InputError for a name that is no signal, and for an empty choice."""
        unknown = sorted(set(signals or ()) - SIGNALS.keys())
        if unknown or (signals is not None and not signals):
            raise InputError(f"There is no signal {', '.join(unknown) or 'without a name'}. "
                             f"There are: {', '.join(SIGNALS)}.")

    def ranking(self, draft: Draft, k: int, signals: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """(paper id, score) of the k best, unexplained, by these signals (default: the whole blend)."""
        return self.rankings(draft, k, {"": signals})[""]

    def rankings(self, draft: Draft, k: int, by: Mapping[str, Sequence[str] | None],
                 ) -> dict[str, list[tuple[str, float]]]:
        """The same for several choices of signals, by name; the draft is prepared once."""
        for signals in by.values():
            self.check(signals)
        index = self.index
        query, _ = prepare(index.corpus, index.bm25, self.library, draft, self.catalogue(index).naming)
        found = {}
        for name, signals in by.items():
            scored = index.rank(query, k, signals)
            keys = index.corpus.keys[scored.rows].tolist()
            ids = self.library.ids_of(keys)
            found[name] = [(ids[key], float(score)) for key, score in zip(keys, scored.score, strict=True)
                           if key in ids]
        return found

    def nominated(self, draft: Draft) -> tuple[set[str], set[str]]:
        """Ids of the papers that the signals nominate for a draft's hundred best, all that the blend gets to see, and
        the names of the signals that have anything to say of them."""
        index = self.index
        query, _ = prepare(index.corpus, index.bm25, self.library, draft, self.catalogue(index).naming)
        rows = nominated(index.signals, query)
        speaking = {name for name, told in tables_of(index.signals, query, rows).items() if np.isfinite(told).any()}
        return set(self.library.ids_of(index.corpus.keys[rows].tolist()).values()), speaking

    def with_citers(self, ids: Iterable[str]) -> list[tuple[Paper, bool]]:
        """The papers of these ids that the library has, each with whether indexed papers cite it."""
        keys, corpus = self.library.keys_of(ids), self.index.corpus
        cited_by = corpus.by_column.get("citations")
        citers = np.zeros(len(corpus)) if cited_by is None else np.diff(cited_by.indptr)
        return [(paper, bool(citers[corpus.rows_of([key])].any()))
                for key, paper in self.library.papers_by_key(list(keys.values())).items()]

    # -- browsing --------------------------------------------------------------------------------------------

    def entities(self, query: str = "", label: str | None = None, limit: int = 50, offset: int = 0,
                 sort: str = "use") -> tuple[list[EntityEntry], int]:
        """Methods, datasets and tasks by use, growth or name, and how many match."""
        return browse.entities(self.catalogue(), query, label, limit, offset, sort)

    def entity(self, label: str, name: str) -> EntityCard | None:
        """One method, dataset or task under any of its spellings."""
        return browse.entity(self.catalogue(), label, name)

    def typical(self, label: str, name: str, limit: int) -> list[Paper]:
        """The papers that are most about it."""
        catalogue = self.catalogue()
        rows = browse.typical(catalogue, label, name, limit)
        return self.library.papers(catalogue.corpus.keys[rows].tolist())

    def entities_of(self, ids: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
        """Paper id -> (label, name) of what it names, methods first; papers not in the index are left out."""
        keys = self.library.keys_of(ids)
        found = browse.entities_of(self.catalogue(), keys.values())
        return {id: found[key] for id, key in keys.items() if key in found}

    def naming(self, papers: Sequence[Paper]) -> list[tuple[Paper, list[tuple[str, str]]]]:
        """Each paper with the (label, name) of what it names; none where it is not in the index."""
        named = self.entities_of(paper.id for paper in papers)
        return [(paper, named.get(paper.id, [])) for paper in papers]

    # -- how -------------------------------------------------------------------------------------------------

    def _papers(self, index: Index, rows: Sequence[int]) -> dict[int, Paper]:
        keys = index.corpus.keys[list(rows)].tolist()
        found = self.library.papers_by_key(keys)
        return {row: found[key] for row, key in zip(rows, keys, strict=True) if key in found}

    def _parts(self, scored: Scored, place: int) -> dict[str, float]:
        return {name: float(part[place]) for name, part in scored.parts.items() if not np.isnan(part[place])}

    def _missing(self, index: Index, catalogue: Catalogue, query: Query, draft: Draft, spans: tuple[Span, ...],
                 ) -> list[Suggestion]:
        signal = index.signals["cooccurrence"]
        if not isinstance(signal, Cooccurrence):
            return []
        named = frozenset(catalogue.home[query.entities.rows].tolist())
        return missing(catalogue, signal, query, named, spoken_of(draft, spans))

    def _evidence(self, index: Index, query: Query, rows: Sequence[int], catalogue: Catalogue,
                  ) -> dict[int, tuple[Evidence, ...]]:
        """What stands behind each row's parts; evidence that is a paper is named by its id."""
        found = {row: [named for signal in index.signals.values() for one in _reasons(signal, query, row)
                       if (named := catalogue.evidence(one)) is not None] for row in rows}
        papers = {int(one.name) for every in found.values() for one in every if one.kind == "paper"}
        keys = {row: int(index.corpus.keys[row]) for row in papers}
        ids = self.library.ids_of(keys.values())
        return {row: tuple(Evidence(one.signal, one.kind, ids.get(keys[int(one.name)], ""), one.amount, one.link)
                           if one.kind == "paper" else one for one in every) for row, every in found.items()}

    def _judgement(self, index: Index, draft: Draft, query: Query, scored: Scored) -> tuple[bool, str]:
        """Whether the library holds anything on the draft's subject, and what to say where it does not."""
        if not len(scored.rows):
            return False, "No paper passes the filters."
        told = familiarity(index.corpus, words_of(draft.title, draft.abstract))
        judged = is_familiar(told, index.manifest.get("familiarity", ()))
        if query.has_papers or (_closeness(index, query) >= CLOSE if judged is None else judged):
            return True, ""
        return False, STRANGE


def _reasons(signal: Signal, query: Query, row: int) -> list[Evidence]:
    """A signal's largest evidence; papers given beside a text add which papers speak for the row."""
    found = list(islice(signal.explain(query, row), REASONS))
    if query.given is not None:
        named = {one.name for one in found}
        found += [one for one in islice(signal.explain(query.given, row), REASONS)
                  if one.kind == "paper" and one.name not in named]
    return found


def _closeness(index: Index, query: Query) -> float:
    """How close the nearest papers come to the query's text, 0 to 1."""
    return query.known * float(index.bm25.cosine(query, query.near.rows[:NEAREST]).max(initial=0.0))


def _shown(one: Suggestion) -> list[int]:
    """Rows of the papers that stand beside a suggestion."""
    shown: list[int] = one.rows[:PAPERS].tolist()
    return shown


def match_references(library: Library, text: str) -> MatchedReferences:
    """A pasted bibliography against the library: BibTeX or any other format read, or one id or DOI a line."""
    try:
        items = list(read_text(text))
    except InputError:
        lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        known = library.keys_of(id for _, id in lines)
        names = library.ids_of(known.values())
        return MatchedReferences(tuple(dict.fromkeys(names[known[id]] for _, id in lines if id in known)),
                                 tuple((number, id) for number, id in lines if id not in known))
    found = library.match([item.paper for item in items if isinstance(item, Record)])
    matched = iter(found)
    ids: list[str] = []
    missing: list[tuple[int, str]] = []
    for item in items:
        if not isinstance(item, Record):
            missing.append((item.line, item.reason))
        elif (id := next(matched)) is not None:
            ids.append(id)
        else:
            missing.append((item.line, item.paper.title))
    return MatchedReferences(tuple(dict.fromkeys(ids)), tuple(missing))
