"""Draft -> prepared query: analyses the text, finds its entities, its anchors and the papers nearest to it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from recommender.index.corpus import NO_YEAR, Corpus
from recommender.index.counting import author_name
from recommender.index.sparse import Rows, best, gather, weighted_sum
from recommender.names import fold
from recommender.naming import AS_READ, Naming
from recommender.papers import Choice, Draft, Span
from recommender.semantic.encoder import text_of
from recommender.signals.base import Mask, Query, Scores, Weighted
from recommender.signals.bm25 import Bm25
from recommender.store.library import Library
from recommender.text.entities import extract
from recommender.text.terms import terms, words

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-z])")
TITLE_WEIGHT = 3
"""A title's word counts three times in a draft."""
NEAR = 200
"""The nearest papers by text whose references, authors, … are evidence."""
SHARPNESS = 3
"""A near paper's weight is its lexical score to this power: the nearest few count most."""
PHRASING = 0.5
"""What the best paper by phrases counts beside the best by words, where nearness is measured."""
WIDER = 500
"""Nearest papers that the widest look around the draft takes in."""
ANCHOR_SHARE = 0.1
"""Of the weight of all near papers, what anchors themselves have where there are any."""
READ = 50
"""Papers in place of a text whose own words name the terms."""
CENTRE_TERMS = 500
"""Terms, and phrases, of the anchors that stand for them."""
SENTENCES = 40
"""Sentences of a draft that are looked at one by one."""
SENTENCE_TERMS = 4
"""A sentence with fewer known terms says too little by itself."""


def prepare(corpus: Corpus, bm25: Bm25, library: Library, draft: Draft, naming: Naming = AS_READ,
            ) -> tuple[Query, tuple[Span, ...]]:
    """The query of a draft, and the methods, datasets and tasks recognised in its text."""
    rows = _Rows(corpus, library, (draft.exclude, draft.references, draft.liked, draft.disliked,
                                   draft.filters.without))
    visible = not_newer(corpus, draft.filters.year_to)
    excluded = rows.of(draft.exclude)
    visible[excluded] = False
    hidden = set(excluded.tolist())
    anchors = {row: 1.0 for row in rows.of(draft.references + draft.liked).tolist() if row not in hidden}
    anchors |= {row: -1.0 for row in rows.of(draft.disliked).tolist() if row not in hidden}
    allowed = visible & _passing(corpus, draft)
    allowed[list(anchors)] = False
    allowed[rows.of(draft.filters.without)] = False
    spans = tuple(extract(draft.text)) if draft.text else ()
    entities = entity_columns(corpus, spans, draft.entities, naming)
    return assemble(corpus, bm25, draft, Weighted.of(anchors), entities, visible, allowed, excluded), spans


def worded(query: Query, library: Library) -> Query:
    """The query for one who explains it: papers in place of a text name its terms as they write them."""
    if not len(query.liked):
        return query
    given = library.papers_by_key(query.corpus.keys[query.liked.rows[:READ]].tolist())
    written = " ".join(" ".join((paper.title, paper.abstract, *paper.keywords)) for _, paper in sorted(given.items()))
    return replace(query, surfaces={**_surfaces(query.corpus, written), **query.surfaces})


def assemble(corpus: Corpus, bm25: Bm25, draft: Draft, anchors: Weighted, entities: Weighted, visible: Mask,
             allowed: Mask, hidden: Rows | None = None) -> Query:
    """The query, once ids are rows and masks are known: the same for a draft that is asked and one that is learned.

    A text and papers beside it are two queries, the papers' in the text's.
    """
    if not len(anchors.positive()) or not _says_something(corpus, draft, entities):
        return _assembled(corpus, bm25, draft, anchors, entities, visible, allowed, hidden)
    against = Weighted(anchors.rows[anchors.weights < 0], anchors.weights[anchors.weights < 0])
    papers = replace(draft, title="", abstract="", entities=())
    return replace(
        _assembled(corpus, bm25, draft, against, entities, visible, allowed, hidden),
        given=_assembled(corpus, bm25, papers, anchors, Weighted.none(), visible, allowed, hidden))


def _says_something(corpus: Corpus, draft: Draft, entities: Weighted) -> bool:
    """Whether the library knows a word, or a method or dataset, of the draft's text."""
    vocabulary = corpus.vocabularies.get("terms")
    known = vocabulary is not None and any(term in vocabulary.columns for term in terms(draft.text))
    return known or (bool(draft.text.strip()) and len(entities) > 0)


def _assembled(corpus: Corpus, bm25: Bm25, draft: Draft, anchors: Weighted, entities: Weighted, visible: Mask,
               allowed: Mask, hidden: Rows | None) -> Query:
    """The query of a text, or of papers in its place."""
    title, abstract = terms(draft.title), terms(draft.abstract)
    written = Counter({term: TITLE_WEIGHT * count for term, count in Counter(title).items()})
    written.update(abstract)
    chosen, chosen_pairs = _chosen_words(draft.entities, written)
    counts = _sum(written, chosen)
    text_terms = _columns(corpus, "terms", counts)
    phrases = _columns(corpus, "phrases",
                       _sum(Counter(_pairs(title)) + Counter(_pairs(abstract)), chosen_pairs))
    liked = anchors.positive()
    if len(liked):
        text_terms = _together(_centre(corpus, "terms", liked), text_terms)
        phrases = _together(_centre(corpus, "phrases", liked), phrases)
        entities = entities if len(entities) else _shared(corpus, liked)
    lexical, phrased = _scores(bm25, text_terms, phrases)
    closeness = nearness(lexical, phrased)
    nearest = _nearest(closeness, visible, anchors)
    return Query(
        corpus=corpus, terms=text_terms, known=_known(corpus, bm25, counts, text_terms),
        title=_columns(corpus, "terms", Counter(title)), sentences=_sentences(corpus, draft), phrases=phrases,
        entities=entities, anchors=anchors,
        visible=visible, allowed=allowed,
        lists_references=visible, lexical=lexical, phrased=phrased,
        closeness=closeness, nearest=nearest, near=_near(closeness, nearest, liked),
        year=draft.filters.year_to, hidden=np.zeros(0, dtype=np.intp) if hidden is None else hidden,
        authors=_author_columns(corpus, draft.authors), own_authors=draft.own_authors,
        wording="" if len(liked) else text_of(draft.title, draft.abstract),
        surfaces=_surfaces(corpus, " ".join((draft.text, *(one.name for one in draft.entities)))))


def _surfaces(corpus: Corpus, text: str) -> dict[int, str]:
    """Term column -> the word for it that comes first in a text."""
    vocabulary = corpus.vocabularies.get("terms")
    return {} if vocabulary is None else {
        vocabulary.columns[term]: word for term, word in zip(reversed(terms(text)), reversed(words(text)), strict=True)
        if term in vocabulary.columns}


def _author_columns(corpus: Corpus, names: Iterable[str]) -> Rows:
    """Columns of the authors of these names, ascending; several spellings of a name are one author."""
    vocabulary = corpus.vocabularies.get("authors")
    found = vocabulary.known(author_name(name) for name in names if fold(name)) if vocabulary else []
    return np.array(sorted(set(found)), dtype=np.intp)


def not_newer(corpus: Corpus, year: int | None) -> Mask:
    """[papers] those of that year or older, and those without a year; None: all."""
    if year is None:
        return np.ones(len(corpus), dtype=np.bool_)
    mask: Mask = (corpus.years == NO_YEAR) | (corpus.years <= year)
    return mask


def entity_columns(corpus: Corpus, spans: Iterable[Span], choices: Iterable[Choice] = (), naming: Naming = AS_READ,
                   ) -> Weighted:
    """Columns of the entities that the spans name, as often as the draft names them (square root).

    What the author says comes on top: an entity taken away is left out, one added counts as named once, and the
    weight multiplies.
    """
    keys = corpus.vocabularies.get("entity_keys")
    if keys is None:
        return Weighted.none()
    counts = Counter(column for span in spans for column in naming.columns(keys.columns, span.label, span.canonical))
    weights = {column: float(np.sqrt(count)) for column, count in counts.items()}
    for one in choices:
        for column in naming.columns(keys.columns, one.label, one.name):
            weights[column] = weights.get(column, 1.0) * one.weight
    return Weighted.of({column: weight for column, weight in weights.items() if weight > 0})


def _chosen_words(choices: Iterable[Choice], counts: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Terms and phrases of what the author added or wants more of, as often as they count beyond the draft's own."""
    more: dict[str, float] = {}
    pairs: dict[str, float] = {}
    for one in choices:
        sequence = terms(one.name)
        # Once more at most: a draft that is all of one name is near to nothing. The rest is for steering.py.
        extra = min(one.weight, 2.0) - all(counts.get(term) for term in sequence if term)
        if extra > 0:
            more |= {term: extra for term in sequence if term}
            pairs |= dict.fromkeys(_pairs(sequence), extra)
    return more, pairs


class _Rows:
    """Ids -> rows, asked of the library once for all of a draft's ids."""

    def __init__(self, corpus: Corpus, library: Library, groups: Iterable[tuple[str, ...]]) -> None:
        self.corpus = corpus
        self.keys = library.keys_of(id for group in groups for id in group)

    def of(self, ids: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        return self.corpus.rows_of(self.keys[id] for id in ids if id in self.keys)


def _passing(corpus: Corpus, draft: Draft) -> Mask:
    passing = np.ones(len(corpus), dtype=np.bool_)
    if draft.filters.year_from is not None:
        passing &= (corpus.years == NO_YEAR) | (corpus.years >= draft.filters.year_from)
    if draft.filters.venues:
        passing &= False
        if "venues" in corpus.vocabularies:
            for column in corpus.vocabularies["venues"].known(draft.filters.venues):
                by_venue = corpus.by_column["venues"]
                passing[by_venue.indices[by_venue.indptr[column]:by_venue.indptr[column + 1]]] = True
    return passing


def _sum(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in dict.fromkeys((*one, *other))}


def _columns(corpus: Corpus, block: str, counts: Mapping[str, float]) -> Weighted:
    vocabulary = corpus.vocabularies.get(block)
    if vocabulary is None:
        return Weighted.none()
    return Weighted.of({column: math.sqrt(count) for name, count in counts.items()
                        if (column := vocabulary.columns.get(name)) is not None})


def _known(corpus: Corpus, bm25: Bm25, counts: Mapping[str, float], known: Weighted) -> float:
    """The known terms' share of the draft's length; a term that no paper has is as rare as can be."""
    vocabulary = corpus.vocabularies.get("terms")
    rarest = np.log(1 + len(corpus)) ** 2
    strange = sum(count * rarest for term, count in counts.items()
                  if term and (vocabulary is None or term not in vocabulary.columns))
    familiar = float((bm25.rarity[known.rows] ** 2 * known.weights ** 2).sum())
    return float(np.sqrt(familiar / (familiar + strange))) if familiar else 0.0


def _pairs(sequence: list[str]) -> list[str]:
    return [f"{one} {other}" for one, other in pairwise(sequence) if one and other]


def _scores(bm25: Bm25, text_terms: Weighted, phrases: Weighted) -> tuple[Scores, Scores]:
    """[papers] by words, and by phrases."""
    return (bm25.unigrams.scores(text_terms), bm25.phrases.scores(phrases) if bm25.phrases is not None
            else np.zeros(len(bm25.corpus)))


def _sentences(corpus: Corpus, draft: Draft) -> tuple[Weighted, ...]:
    """The known terms of each sentence, the title among them, once each."""
    parts = [draft.title, *_SENTENCE_END.split(draft.abstract)][:SENTENCES]
    found = (_columns(corpus, "terms", Counter(set(terms(part)))) for part in parts)
    return tuple(sentence for sentence in found if len(sentence) >= SENTENCE_TERMS)


def _centre(corpus: Corpus, block: str, liked: Weighted) -> Weighted:
    """The anchors' terms as if a draft had used them: square roots of their counts, mean over anchors."""
    matrix = corpus.blocks.get(block)
    if matrix is None:
        return Weighted.none()
    columns, counts, owner = gather(matrix, liked.rows)
    shares = np.sqrt(counts) * (liked.weights / liked.weights.sum())[owner]
    centre: Scores = np.bincount(columns, weights=shares, minlength=matrix.shape[1]).astype(np.float64)
    kept = np.sort(best(centre, CENTRE_TERMS))
    return Weighted(kept, centre[kept])


def _together(one: Weighted, other: Weighted) -> Weighted:
    """The columns of both, weights added."""
    if not len(other):
        return one
    columns, places = np.unique(np.concatenate([one.rows, other.rows]), return_inverse=True)
    weights: Scores = np.bincount(places, np.concatenate([one.weights, other.weights])).astype(np.float64)
    return Weighted(columns, weights)


def _shared(corpus: Corpus, liked: Weighted) -> Weighted:
    block = corpus.blocks.get("entities")
    if block is None:
        return Weighted.none()
    counts = weighted_sum(block, liked.rows, liked.weights)
    columns = np.sort(best(counts, CENTRE_TERMS))
    return Weighted(columns, np.sqrt(counts[columns]))


def nearness(lexical: Scores, phrased: Scores) -> Scores:
    """[papers] how near each paper is by its text: words, and phrases at a discount, each as a share of the best."""
    words_best, phrases_best = float(lexical.max(initial=0.0)), float(phrased.max(initial=0.0))
    near = lexical / words_best if words_best else lexical
    return near + PHRASING * phrased / phrases_best if phrases_best else near


def _nearest(closeness: Scores, visible: Mask, anchors: Weighted) -> Rows:
    """The visible papers nearest to the query, best first, anchors left out."""
    candidates = visible.copy()
    candidates[anchors.rows] = False
    return best(closeness, WIDER, candidates)


def _near(closeness: Scores, nearest: Rows, liked: Weighted) -> Weighted:
    rows = nearest[:NEAR]
    weights = closeness[rows] ** SHARPNESS
    near = Weighted(rows, weights / weights.sum() if len(rows) else weights)
    if not len(liked):
        return near
    share = ANCHOR_SHARE if len(near) else 1.0
    return Weighted(np.concatenate([liked.rows, near.rows]),
                    np.concatenate([share * liked.weights / liked.weights.sum(), (1 - share) * near.weights]))
