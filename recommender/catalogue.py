"""An index's methods, datasets and tasks as the corrections of this moment show them.

Law: what can hold at once holds at once (a muted entity is gone, a merged or renamed one goes by its new name,
whichever build is served); a spelling that was split off, or a correction taken back, shows with the next build.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from recommender.index.corpus import Corpus, Vocabulary
from recommender.index.sparse import Rows
from recommender.naming import Naming
from recommender.papers import ENTITY_LABELS, Evidence
from recommender.text.entities import match_key

MUTED = -1


class Catalogue:
    """The entities of one corpus under one naming; a column is the one that an entity is shown as."""

    def __init__(self, corpus: Corpus, naming: Naming, revision: int = 0) -> None:
        self.corpus = corpus
        self.naming = naming
        self.revision = revision
        self.memo: dict[str, npt.NDArray[np.float64]] = {}
        """What browsing has worked out and asks for again."""
        self.names = corpus.vocabularies.get("entities", Vocabulary(()))
        self.keys = corpus.vocabularies.get("entity_keys", Vocabulary(()))
        self.home: npt.NDArray[np.intp] = np.arange(len(self.names), dtype=np.intp)
        """[entities] the column that each column is shown as; MUTED where it is not shown."""
        self._shown: dict[int, tuple[str, str]] = {}
        stand_ins: dict[str, int] = {}
        for key in naming.spoken_of():
            column = self.keys.columns.get(key)
            if column is None:
                continue
            home = naming.home(key)
            if home is None:
                self.home[column] = MUTED
                continue
            # Before the next build a new name may have no column yet: the first that goes there stands for it.
            at = self.keys.columns.get(home, stand_ins.setdefault(home, column))
            self.home[column] = at
            shown = naming.shown(home)
            if shown is not None:
                self._shown[at] = shown

    def column(self, label: str, name: str) -> int | None:
        """The column of an entity under any of its spellings; None where no paper names it, or it is muted."""
        found = self.naming.columns(self.keys.columns, label, name)
        at = int(self.home[found[0]]) if found else MUTED
        return None if at == MUTED else at

    def entity(self, column: int) -> tuple[str, str]:
        """(label, name) of a column."""
        return self._shown.get(column) or self.corpus.entity_name(column)

    def rows(self, column: int) -> Rows:
        """The papers that name it, ascending."""
        block = self.corpus.by_column["entities"]
        parts = [block.indices[block.indptr[one]:block.indptr[one + 1]] for one in self.columns(column)]
        return np.unique(np.concatenate(parts)).astype(np.intp)

    def columns(self, column: int) -> list[int]:
        """The columns that are shown as this one: itself, and what was merged into it since the build."""
        return np.flatnonzero(self.home == column).tolist() if column in self._shown else [column]

    def spellings(self, column: int) -> list[tuple[str, str]]:
        """(label, spelling) of the names that were read as this entity, the most used first."""
        lines = self.corpus.vocabularies.get("entity_spellings")
        if lines is None:
            return []
        return [(label, name) for one in self.columns(column) for full in lines.names[one].split("\n")
                for label, _, name in [full.partition("\t")]]

    @cached_property
    def used(self) -> npt.NDArray[np.intp]:
        """[entities] how many papers name each; 0 for columns that are not shown."""
        block = self.corpus.by_column.get("entities")
        if block is None:
            return np.zeros(0, dtype=np.intp)
        counts: npt.NDArray[np.intp] = np.diff(block.indptr).astype(np.intp)
        counts[self.home != np.arange(len(self.home))] = 0
        for column in self._shown:
            counts[column] = len(self.rows(column))
        return counts

    @cached_property
    def everything(self) -> list[tuple[int, str, str]]:
        """(column, label, name) of every entity shown, by label and name as they were read."""
        columns = np.flatnonzero(self.home == np.arange(len(self.home))).tolist()
        return [(column, *self.entity(column)) for column in columns]

    @cached_property
    def _searched(self) -> dict[int, str]:
        """Column -> all that a search looks through: name, spellings, and what they share, in lower case."""
        return {column: "\n".join((name, *(spelling for _, spelling in self.spellings(column)),
                                   self.keys.names[column].partition("\t")[2])).casefold()
                for column, _, name in self.everything}

    def matching(self, text: str, label: str | None = None) -> list[tuple[int, str, str]]:
        """Those of a kind (None: any) one of whose spellings holds the text, hyphens and case aside."""
        wanted = text.casefold().strip()
        key = match_key(text) or wanted
        return [one for one in self.everything if (not label or one[1] == label)
                and (not wanted or wanted in (searched := self._searched[one[0]]) or key in searched)]

    def evidence(self, one: Evidence) -> Evidence | None:
        """Evidence by a method, dataset or task under the name that it has now; None where it is muted."""
        if not self.naming.corrections or (label := one.kind.capitalize()) not in ENTITY_LABELS:
            return one
        now = self._now(label, one.name)
        return None if now is None else replace(one, kind=now[0].lower(), name=now[1])

    def _now(self, label: str, name: str) -> tuple[str, str] | None:
        """How an entity of the index is called now; None where it is muted."""
        column = self.keys.columns.get(self.naming.key(label, name))
        if column is None:
            return label, name
        return None if self.home[column] == MUTED else self.entity(int(self.home[column]))
