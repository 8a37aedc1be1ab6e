"""Library -> corpus: counts what each paper holds, a paper at a time, into growing integer arrays."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from recommender.index.corpus import NO_YEAR, Corpus, Vocabulary, no_terms
from recommender.index.sparse import unit_vectors
from recommender.ingest.identity import text_hash
from recommender.names import fold, parse_name
from recommender.naming import AS_READ, Naming
from recommender.papers import Paper
from recommender.text.terms import terms

TITLE_WEIGHT = 2
"""A title word counts twice (measured; an abstract's or keyword's once)."""
PHRASE_PAPERS = 3
"""Phrases in fewer papers are not kept: they connect next to nothing and are most of all phrases."""

Found = Iterable[tuple[str, str, int]]
"""(label, canonical name, count) of the methods, datasets and tasks of one paper."""


class _Block:
    """A sparse matrix on its way: entries of one row after another, columns numbered as they come."""

    def __init__(self, columns: dict[str, int] | None = None) -> None:
        self.columns: dict[str, int] = {} if columns is None else columns
        self.indices = array("i")
        self.counts = array("i")
        self.ends = array("q")

    def row(self, counted: Iterable[tuple[str, int]]) -> None:
        columns = self.columns
        for name, count in counted:
            self.indices.append(columns.setdefault(name, len(columns)))
            self.counts.append(count)
        self.ends.append(len(self.indices))

    def finish(self) -> tuple[csr_matrix, Vocabulary]:
        """The matrix with its columns in the order of their names."""
        names = sorted(self.columns)
        place = np.empty(len(names), dtype=np.int32)
        place[[self.columns[name] for name in names]] = np.arange(len(names), dtype=np.int32)
        indices = np.frombuffer(self.indices, dtype=np.int32) if self.indices else np.zeros(0, np.int32)
        counts = np.frombuffer(self.counts, dtype=np.int32) if self.counts else np.zeros(0, np.int32)
        matrix = csr_matrix((counts.astype(np.float32), place[indices], np.array([0, *self.ends], dtype=np.int64)),
                            shape=(len(self.ends), len(names)))
        matrix.sum_duplicates()
        return matrix, Vocabulary(names)


class CorpusBuilder:
    """Counts papers, given in the order of their ids, and makes a corpus of them; entities as `naming` has them."""

    def __init__(self, naming: Naming = AS_READ) -> None:
        self.naming = naming
        self._muted: dict[tuple[str, str], bool] = {}
        self.keys = array("q")
        self.years = array("h")
        self.marks = array("L")
        self.has_abstract = array("b")
        self.blocks = {name: _Block() for name in ("terms", "authors", "venues", "keywords", "entities")}
        self.blocks["titles"] = _Block(self.blocks["terms"].columns)
        self.hashes: list[str] = []
        """Of the texts, row by row."""
        self.sequences = array("i")
        self.sequence_ends = array("q")

    def add(self, key: int, paper: Paper, found: Found) -> None:
        """Count one paper, with the entities found in its text or given by its record."""
        self.keys.append(key)
        self.hashes.append(text_hash(paper.title, paper.abstract))
        self.years.append(paper.year or NO_YEAR)
        self.marks.append(crc32(paper.id.encode("utf-8", "surrogatepass")))
        self.has_abstract.append(bool(paper.abstract))
        fields = [terms(paper.title), terms(paper.abstract), *(terms(keyword) for keyword in paper.keywords)]
        counts: Counter[str] = Counter()
        for number, field in enumerate(fields):
            weight = TITLE_WEIGHT if number == 0 else 1
            for term in field:
                counts[term] += weight
        counts.pop("", None)
        block = self.blocks["terms"]
        block.row(counts.items())
        self.blocks["titles"].row(Counter(term for term in fields[0] if term).items())
        for field in fields:
            self.sequences.extend([block.columns[term] if term else -1 for term in field])
            self.sequences.append(-1)
        self.sequence_ends.append(len(self.sequences))
        self.blocks["authors"].row((author_name(name), 1) for name in dict.fromkeys(paper.authors) if fold(name))
        self.blocks["venues"].row([(paper.venue, 1)] if paper.venue else [])
        self.blocks["keywords"].row(Counter(name for keyword in paper.keywords if (name := fold(keyword))).items())
        self.blocks["entities"].row((f"{label}\t{name}", count) for label, name, count in found
                                    if not self._is_muted(label, name))

    def _is_muted(self, label: str, name: str) -> bool:
        if not self.naming.corrections:
            return False
        if (label, name) not in self._muted:
            self._muted[label, name] = self.naming.of(label, name) is None
        return self._muted[label, name]

    def finish(self, citations: Iterable[tuple[int, int]], memberships: Iterable[tuple[int, int]],
               vectors: Callable[[Sequence[str]], npt.NDArray[np.float16] | None] | None = None) -> Corpus:
        """The corpus, with citations as (citing key, cited key) and lists as (list key, paper key).

        `vectors` gives [hashes × dimensions] for texts by their hashes, zeros where it has none.
        """
        keys = np.array(self.keys, dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        finished = {name: block.finish() for name, block in self.blocks.items()}
        matrix, united, spellings = _united(*finished["entities"], self.naming)
        finished["entities"] = matrix, united
        vocabularies = {name: vocabulary for name, (_, vocabulary) in finished.items() if name != "titles"}
        blocks = {name: matrix for name, (matrix, _) in finished.items()}
        blocks["phrases"], vocabularies["phrases"] = self._phrases(vocabularies["terms"])
        blocks["citations"] = _edges(citations, keys, order, len(keys))
        blocks["lists"] = _lists(memberships, keys, order)
        blocks = {name: matrix for name, matrix in blocks.items() if matrix.nnz}
        vocabularies = {name: vocabulary for name, vocabulary in vocabularies.items() if name in blocks}
        if "entities" in vocabularies:
            vocabularies |= spellings
        return Corpus(
            keys=keys, years=np.array(self.years, dtype=np.int16),
            marks=np.array(self.marks, dtype=np.uint32),
            has_abstract=np.array(self.has_abstract, dtype=np.bool_), blocks=blocks,
            by_column={name: matrix.T.tocsr() for name, matrix in blocks.items()},
            vocabularies=vocabularies, row_order=order,
            vectors=unit_vectors(blocks.get("terms", no_terms(len(keys)))),
            embeddings=vectors(self.hashes) if vectors else None)

    def _phrases(self, vocabulary: Vocabulary) -> tuple[csr_matrix, Vocabulary]:
        """Pairs of adjacent terms (no stop word between) that stand in enough papers."""
        sequence = np.frombuffer(self.sequences, dtype=np.int32) if self.sequences else np.zeros(0, np.int32)
        ends = np.array([0, *self.sequence_ends], dtype=np.int64)
        lengths = ends[1:] - ends[:-1]
        owner = np.repeat(np.arange(len(self.sequence_ends)), lengths)
        pairs = np.flatnonzero((sequence[:-1] >= 0) & (sequence[1:] >= 0) & (owner[:-1] == owner[1:]))
        width = max(len(vocabulary), 1)
        # Columns were numbered as terms came; phrases are named by sorted terms so that names sort the same.
        place = np.empty(width, dtype=np.int64)
        arrival = {name: i for i, name in enumerate(self.blocks["terms"].columns)}
        for i, name in enumerate(vocabulary.names):
            place[arrival[name]] = i
        codes = place[sequence[pairs]] * width + place[sequence[pairs + 1]]
        distinct, columns = np.unique(codes, return_inverse=True)
        matrix = csr_matrix((np.ones(len(codes), dtype=np.float32), (owner[pairs], columns)),
                            shape=(len(self.sequence_ends), len(distinct)))
        matrix.sum_duplicates()
        kept = np.flatnonzero(np.bincount(matrix.indices, minlength=len(distinct)) >= PHRASE_PAPERS)
        names = [f"{vocabulary.names[code // width]} {vocabulary.names[code % width]}"
                 for code in distinct[kept].tolist()]
        return matrix[:, kept].tocsr(), Vocabulary(names)


def author_name(name: str) -> str:
    """The form under which an author of two papers is taken for one person: folded family name and initials."""
    parsed = parse_name(name)
    initials = "".join(word[0] for word in fold(parsed.given).split())
    return f"{fold(f'{parsed.particle} {parsed.family}')} {initials}".strip()


def _united(matrix: csr_matrix, vocabulary: Vocabulary, naming: Naming,
            ) -> tuple[csr_matrix, Vocabulary, dict[str, Vocabulary]]:
    """Spellings of one entity become one column, named by a correction or by the spelling most papers use.

    Returned too: what all spellings of a column share, and the spellings themselves, the most used first.
    """
    papers = np.bincount(matrix.indices, minlength=len(vocabulary))
    groups: dict[str, list[int]] = {}
    for column, full in enumerate(vocabulary.names):
        groups.setdefault(naming.of(*_parted(full)) or "", []).append(column)
    for columns in groups.values():
        columns.sort(key=lambda column: (-papers[column], column))
    shown = {key: "\t".join(naming.shown(key) or _parted(vocabulary.names[columns[0]]))
             for key, columns in groups.items()}
    keys = sorted(groups, key=lambda key: shown[key])
    place = np.zeros(len(vocabulary), dtype=np.int32)
    for i, key in enumerate(keys):
        place[groups[key]] = i
    united = csr_matrix((matrix.data, place[matrix.indices] if matrix.nnz else matrix.indices, matrix.indptr),
                        shape=(matrix.shape[0], len(keys)))
    united.sum_duplicates()
    spellings = ["\n".join(vocabulary.names[column] for column in groups[key]) for key in keys]
    return united, Vocabulary([shown[key] for key in keys]), {
        "entity_keys": Vocabulary(keys), "entity_spellings": Vocabulary(spellings)}


def _parted(full: str) -> tuple[str, str]:
    label, _, name = full.partition("\t")
    return label, name


def _places(wanted: npt.NDArray[np.int64], keys: npt.NDArray[np.int64], order: npt.NDArray[np.intp],
            ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    ordered = keys[order]
    places = np.minimum(np.searchsorted(ordered, wanted), max(len(keys) - 1, 0))
    return order[places], ordered[places] == wanted


def _pairs(pairs: Iterable[tuple[int, int]]) -> npt.NDArray[np.int64]:
    flat = array("q", (number for pair in pairs for number in pair))
    return np.array(flat, dtype=np.int64).reshape(-1, 2)


def _edges(pairs: Iterable[tuple[int, int]], keys: npt.NDArray[np.int64], order: npt.NDArray[np.intp],
           papers: int) -> csr_matrix:
    found = _pairs(pairs)
    if not len(found):
        return csr_matrix((papers, papers), dtype=np.float32)
    citing, known = _places(found[:, 0], keys, order)
    cited, also = _places(found[:, 1], keys, order)
    kept = known & also
    return csr_matrix((np.ones(kept.sum(), dtype=np.float32), (citing[kept], cited[kept])), shape=(papers, papers))


def _lists(pairs: Iterable[tuple[int, int]], keys: npt.NDArray[np.int64], order: npt.NDArray[np.intp]) -> csr_matrix:
    found = _pairs(pairs)
    if not len(found):
        return csr_matrix((len(keys), 0), dtype=np.float32)
    numbers, columns = np.unique(found[:, 0], return_inverse=True)
    rows, known = _places(found[:, 1], keys, order)
    return csr_matrix((np.ones(known.sum(), dtype=np.float32), (rows[known], columns[known])),
                      shape=(len(keys), len(numbers)))


def given_entities(paper: Paper) -> Iterator[tuple[str, str, int]]:
    """The methods, datasets and tasks that a record came with."""
    for label, names in (("Method", paper.methods), ("Dataset", paper.datasets), ("Task", paper.tasks)):
        yield from ((label, name, 1) for name in names)
