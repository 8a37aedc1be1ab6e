"""The library as arrays: row i is the same paper in every array, and rows are in the order of paper ids.

So the smaller row is the smaller id, and ties broken by row are ties broken by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.links import Links
from recommender.index.sparse import like

NO_YEAR = 0

BLOCKS = ("terms", "titles", "phrases", "authors", "venues", "keywords", "entities", "citations", "lists")
"""The matrices over papers; `titles` has the columns of `terms`, in `citations` columns are papers too (the cited
ones), in `lists` they are lists."""


def no_terms(papers: int) -> csr_matrix:
    """[papers × 0] the block of a library without a word."""
    return csr_matrix((papers, 0), dtype=np.float32)


@dataclass(frozen=True)
class Vocabulary:
    """Column names of a block, and the way back."""

    names: Sequence[str]
    columns: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", {name: i for i, name in enumerate(self.names)})

    def __len__(self) -> int:
        return len(self.names)

    def known(self, names: Iterable[str]) -> list[int]:
        """Columns of those names that there are."""
        return [column for name in names if (column := self.columns.get(name)) is not None]


@dataclass(frozen=True)
class Corpus:
    """The arrays that every signal is fitted on and reads from; [papers] is the number of rows."""

    keys: npt.NDArray[np.int64]
    """[papers] the library's key of each row."""
    years: npt.NDArray[np.int16]
    """[papers] NO_YEAR where unknown."""
    marks: npt.NDArray[np.uint32]
    """[papers] a number that follows from the paper's id alone."""
    has_abstract: npt.NDArray[np.bool_]
    """[papers]"""
    blocks: dict[str, csr_matrix]
    """Name -> [papers × columns] counts; a block without a single entry is absent."""
    by_column: dict[str, csr_matrix]
    """Name -> the same block transposed, [columns × papers]."""
    vocabularies: dict[str, Vocabulary]
    """Column names of terms, phrases, authors, venues, keywords and entities ("label\tname"); `entity_keys` names the
    entity columns by what all spellings of one entity share, `entity_spellings` by these spellings, a line each."""
    row_order: npt.NDArray[np.int64]
    """Rows in the order of their keys."""
    vectors: csr_matrix
    """[papers × terms] tf-idf of unit length."""
    embeddings: npt.NDArray[np.float16] | None = None
    """[papers × dimensions] what the texts mean, of unit length; zeros where unknown. None: of no paper."""

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def links(self) -> Links | None:
        """Who cites whom; None where nobody is known to cite."""
        return Links.of(self.blocks["citations"], self.by_column["citations"]) if "citations" in self.blocks else None

    @cached_property
    def listing(self) -> npt.NDArray[np.bool_]:
        """[papers] whether it lists references."""
        if "citations" not in self.blocks:
            return np.zeros(len(self), dtype=np.bool_)
        return np.asarray(np.diff(self.blocks["citations"].indptr) > 0)

    def rows_of(self, keys: Iterable[int]) -> npt.NDArray[np.intp]:
        """Rows of those keys that are in the index, ascending, once each."""
        wanted = np.array(sorted(set(keys)), dtype=np.int64)
        if not len(wanted) or not len(self):
            return np.zeros(0, dtype=np.intp)
        places = np.searchsorted(self.keys, wanted, sorter=self.row_order)
        rows = self.row_order[np.minimum(places, len(self) - 1)]
        return np.sort(rows[self.keys[rows] == wanted]).astype(np.intp)

    def entity_name(self, column: int) -> tuple[str, str]:
        """(label, canonical name) of an entity column."""
        label, _, name = self.vocabularies["entities"].names[column].partition("\t")
        return label, name

    def save(self, writer: ArrayWriter) -> None:
        """Write everything into a build."""
        writer.array("corpus.keys", self.keys)
        writer.array("corpus.years", self.years)
        writer.array("corpus.marks", self.marks)
        writer.array("corpus.has_abstract", self.has_abstract)
        writer.array("corpus.row_order", self.row_order)
        writer.array("corpus.vectors", self.vectors.data)
        if self.embeddings is not None:
            writer.array("corpus.embeddings", self.embeddings)
        for name, block in self.blocks.items():
            writer.matrix(f"corpus.{name}", block)
            writer.matrix(f"corpus.by_column.{name}", self.by_column[name])
        for name, vocabulary in self.vocabularies.items():
            writer.names(f"corpus.{name}.names", vocabulary.names)

    @classmethod
    def restore(cls, reader: ArrayReader) -> Corpus:
        """Read a build's corpus, memory-mapped."""
        present = [name for name in BLOCKS if reader.has(f"corpus.{name}")]
        named = [name for name in (*BLOCKS, "entity_keys", "entity_spellings")
                 if reader.has(f"corpus.{name}.names.utf8")]
        keys = np.asarray(reader.array("corpus.keys"))
        blocks = {name: reader.matrix(f"corpus.{name}") for name in present}
        return cls(
            keys=keys, years=np.asarray(reader.array("corpus.years")),
            marks=np.asarray(reader.array("corpus.marks")), has_abstract=reader.array("corpus.has_abstract"),
            blocks=blocks,
            by_column={name: reader.matrix(f"corpus.by_column.{name}") for name in present},
            vocabularies={name: Vocabulary(reader.names(f"corpus.{name}.names")) for name in named},
            row_order=np.asarray(reader.array("corpus.row_order")),
            vectors=like(blocks.get("terms", no_terms(len(keys))), reader.array("corpus.vectors")),
            embeddings=reader.array("corpus.embeddings") if reader.has("corpus.embeddings") else None)
