"""What there is to browse beside papers: methods, datasets and tasks, as the current index knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.catalogue import Catalogue
from recommender.index.corpus import NO_YEAR
from recommender.index.sparse import Rows, gather
from recommender.papers import ENTITY_LABELS
from recommender.signals.cooccurrence import SHRINKAGE

TOGETHER = 12
"""Names shown a kind of what an entity occurs with."""
RECENT = 3
"""The library's last so many years are recent."""
SHRUNK = 2.0
"""Recent papers' worth of the library's own growth that an entity's is shrunk towards."""
SORTS = ("use", "growth", "name")


@dataclass(frozen=True, slots=True)
class EntityEntry:
    """One method, dataset or task in an overview."""

    label: str
    name: str
    papers: int
    growth: float
    """How much more often it is named in recent years than the library's own growth would have it; 1: as often."""


@dataclass(frozen=True, slots=True)
class EntityCard:
    """One method, dataset or task and where it stands."""

    label: str
    name: str
    papers: int
    by_year: dict[int, int]
    """Year -> papers, for every year from the first to the last; papers without a year are not in it."""
    together: dict[str, list[tuple[str, int]]]
    """Kind -> (name, papers in common) of what it occurs with, strongest association first."""
    spellings: list[tuple[str, str]]
    """(label, spelling) of what was read as this, the most used first."""
    growth: float
    keys: Sequence[int]
    """Library keys of the papers that name it, newest first."""


def entities(catalogue: Catalogue, query: str = "", label: str | None = None, limit: int = 50, offset: int = 0,
             sort: str = "use") -> tuple[list[EntityEntry], int]:
    """The entities one of whose spellings holds the text, and how many there are; by use, growth or name."""
    found = catalogue.matching(query, label)
    columns = np.array([column for column, _, _ in found], dtype=np.intp)
    used = catalogue.used
    grown = growth(catalogue)
    if sort == "name":
        order = sorted(range(len(found)), key=lambda i: (found[i][2].casefold(), found[i][1]))
    else:
        by = grown if sort == "growth" else used
        order = np.lexsort((-used[columns], -by[columns])).tolist() if len(columns) else []
    return [EntityEntry(found[i][1], found[i][2], int(used[found[i][0]]), float(grown[found[i][0]]))
            for i in order[offset:offset + limit]], len(found)


def growth(catalogue: Catalogue) -> npt.NDArray[np.float64]:
    """[entities] recent use against what was to be expected, shrunk: (recent + SHRUNK) / (papers · s + SHRUNK).

    s is the share of the library's dated papers that are of its last RECENT years: an entity that grows as the
    library does stands at 1, and one named in few papers near it.
    """
    if "growth" not in catalogue.memo:
        catalogue.memo["growth"] = _growth(catalogue)
    return catalogue.memo["growth"]


def _growth(catalogue: Catalogue) -> npt.NDArray[np.float64]:
    corpus, used = catalogue.corpus, catalogue.used
    dated = corpus.years != NO_YEAR
    if not dated.any() or not len(used):
        return np.ones(len(used))
    recent = dated & (corpus.years > corpus.years.max() - RECENT)
    share = float(recent.sum() / dated.sum())
    block = corpus.by_column["entities"]
    owner = np.repeat(np.arange(len(used)), np.diff(block.indptr))
    counts = [np.bincount(owner, weights=mask[block.indices], minlength=len(used)) for mask in (recent, dated)]
    for column in np.flatnonzero(catalogue.home != np.arange(len(used))).tolist():
        if (at := int(catalogue.home[column])) >= 0:
            rows = catalogue.rows(at)
            for count, mask in zip(counts, (recent, dated), strict=True):
                count[at] = mask[rows].sum()
    return np.asarray((counts[0] + SHRUNK) / (counts[1] * share + SHRUNK), dtype=np.float64)


def entity(catalogue: Catalogue, label: str, name: str) -> EntityCard | None:
    """The card of an entity under any of its spellings; None where no paper names it."""
    column = catalogue.column(label, name)
    if column is None:
        return None
    rows = catalogue.rows(column)
    corpus = catalogue.corpus
    years = Counter(year for year in corpus.years[rows].tolist() if year != NO_YEAR)
    span = range(min(years), max(years) + 1) if years else range(0)
    order = np.lexsort((rows, -corpus.years[rows].astype(np.int64)))
    return EntityCard(
        *catalogue.entity(column), len(rows), {year: years[year] for year in span},
        _together(catalogue, column, rows), catalogue.spellings(column),
        float(growth(catalogue)[column]), corpus.keys[rows[order]].tolist())


def typical(catalogue: Catalogue, label: str, name: str, limit: int) -> Rows:
    """Rows of the papers that name an entity most: often, and few others beside it."""
    column = catalogue.column(label, name)
    block = catalogue.corpus.blocks.get("entities")
    if column is None or block is None:
        return np.zeros(0, dtype=np.intp)
    rows = catalogue.rows(column)
    counts = np.asarray(block[rows][:, catalogue.columns(column)].sum(axis=1)).ravel()
    crowd = np.diff(block.indptr)[rows]
    return rows[np.argsort(-np.log1p(counts) / np.sqrt(crowd), kind="stable")[:limit]]


def entities_of(catalogue: Catalogue, keys: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Library key -> (label, name) of what the paper names, methods first; papers not in the index are left out."""
    rows = catalogue.corpus.rows_of(keys)
    return {key: sorted((catalogue.entity(column) for column in named_by(catalogue, row)),
                        key=lambda one: (ENTITY_LABELS.index(one[0]), one[1].casefold()))
            for key, row in zip(catalogue.corpus.keys[rows].tolist(), rows.tolist(), strict=True)}


def named_by(catalogue: Catalogue, row: int) -> list[int]:
    """The entity columns that a paper names, once each."""
    block = catalogue.corpus.blocks.get("entities")
    if block is None:
        return []
    columns = catalogue.home[block.indices[block.indptr[row]:block.indptr[row + 1]]]
    return sorted({column for column in columns.tolist() if column >= 0})


def _together(catalogue: Catalogue, column: int, rows: Rows) -> dict[str, list[tuple[str, int]]]:
    """Kind -> (name, papers in common) of what an entity occurs with; by the association of signals/cooccurrence."""
    names, _, owner = gather(catalogue.corpus.blocks["entities"], rows)
    home = catalogue.home[names]
    pairs = np.unique(np.column_stack([home, owner])[(home >= 0) & (home != column)], axis=0)
    others, common = np.unique(pairs[:, 0], return_counts=True)
    lift = np.log(common * len(catalogue.corpus) / (len(rows) * np.maximum(catalogue.used[others], 1)))
    strength = np.where(lift > 0, lift * common / (common + SHRINKAGE), 0)
    found: dict[str, list[tuple[str, int]]] = {kind: [] for kind in ENTITY_LABELS}
    for place in np.argsort(-strength, kind="stable").tolist():
        kind, name = catalogue.entity(int(others[place]))
        if strength[place] > 0 and len(found[kind]) < TOGETHER:
            found[kind].append((name, int(common[place])))
    return {kind: names for kind, names in found.items() if names}
