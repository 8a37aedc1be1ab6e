"""What there is to browse beside papers: methods, datasets and tasks, as the current index knows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from recommender.index.corpus import NO_YEAR
from recommender.index.sparse import Rows
from recommender.loaded import Index
from recommender.papers import ENTITY_LABELS
from recommender.signals.cooccurrence import Cooccurrence
from recommender.text.entities import match_key

TOGETHER = 12


@dataclass(frozen=True, slots=True)
class EntityCard:
    """One method, dataset or task and where it stands."""

    label: str
    name: str
    papers: int
    by_year: dict[int, int]
    """Year -> papers, for every year from the first to the last; papers without a year are not in it."""
    together: list[tuple[str, str, int]]
    """(label, name, papers in common) of what it occurs with, strongest association first."""


def entities(index: Index, query: str = "", label: str | None = None, limit: int = 50, offset: int = 0,
             ) -> tuple[list[tuple[str, str, int]], int]:
    """(label, name, papers) of the entities whose name holds the text, most used first, and how many there are."""
    block = index.corpus.by_column.get("entities")
    if block is None:
        return [], 0
    used = np.diff(block.indptr)
    names = index.corpus.vocabularies["entities"].names
    wanted = query.casefold().strip()
    prefix = f"{label}\t" if label else ""
    columns = np.array([column for column, full in enumerate(names) if full.startswith(prefix)
                        and (not wanted or wanted in full.partition("\t")[2].casefold())], dtype=np.intp)
    order = columns[np.argsort(-used[columns], kind="stable")]
    return [(*index.corpus.entity_name(column), int(used[column]))
            for column in order[offset:offset + limit].tolist()], len(columns)


def entity(index: Index, label: str, name: str) -> EntityCard | None:
    """The card of an entity under any of its spellings; None where no paper names it."""
    column = _column(index, label, name)
    if column is None:
        return None
    rows = _rows(index, column)
    years = Counter(year for year in index.corpus.years[rows].tolist() if year != NO_YEAR)
    span = range(min(years), max(years) + 1) if years else range(0)
    signal = index.signals["cooccurrence"]
    together = []
    if isinstance(signal, Cooccurrence) and signal.together is not None:
        together = [(*index.corpus.entity_name(partner), int(signal.together[column, partner]))
                    for partner in signal.partners(column, TOGETHER).rows.tolist()]
    return EntityCard(*index.corpus.entity_name(column), len(rows), {year: years[year] for year in span}, together)


def entity_keys(index: Index, label: str, name: str, limit: int, offset: int) -> list[int]:
    """Library keys of the papers that name an entity, newest first."""
    column = _column(index, label, name)
    if column is None:
        return []
    rows = _rows(index, column)
    order = np.lexsort((rows, -index.corpus.years[rows].astype(np.int64)))
    return [int(key) for key in index.corpus.keys[rows[order][offset:offset + limit]]]


def entities_of(index: Index, key: int) -> list[tuple[str, str]]:
    """(label, name) of what a paper names, methods first."""
    block, rows = index.corpus.blocks.get("entities"), index.corpus.rows_of([key])
    if block is None or not len(rows):
        return []
    columns = block.indices[block.indptr[rows[0]]:block.indptr[rows[0] + 1]].tolist()
    return sorted((index.corpus.entity_name(column) for column in columns),
                  key=lambda one: (ENTITY_LABELS.index(one[0]), one[1].casefold()))


def _column(index: Index, label: str, name: str) -> int | None:
    keys = index.corpus.vocabularies.get("entity_keys")
    return keys.columns.get(f"{label}\t{match_key(name) or name}") if keys else None


def _rows(index: Index, column: int) -> Rows:
    block = index.corpus.by_column["entities"]
    return np.asarray(block.indices[block.indptr[column]:block.indptr[column + 1]], dtype=np.intp)
