"""Word clusters and name statistics from plain abstracts.

Words that keep the same company get the same cluster: counts of the words right before and after each word,
as positive pointwise mutual information, reduced by a truncated SVD (LSA), parted by k-means.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from recommender.text.spelling import word_lists
from recommender.text.tokens import FUNCTION, folded, tokens

SIZES = (64, 256, 1024)
_LISTS = word_lists()
_HEADS = {"D": _LISTS["dataset heads"], "M": _LISTS["naming heads"] | frozenset(("algorithm", "approach", "methods",
          "models", "networks", "algorithms")), "T": frozenset(("task", "tasks", "problem", "problems"))}


@dataclass(slots=True)
class Survey:
    """What reading many abstracts tells: how often words stand alone, side by side, and before telling heads."""

    seen: Counter[str] = field(default_factory=Counter)
    """Folded words."""
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    cased: Counter[str] = field(default_factory=Counter)
    """Words with a capital or digit, as they stand."""
    told: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in _HEADS})
    """Kind -> cased word -> how often a head of that kind follows."""


def abstracts(files: Iterable[Path]) -> Iterator[str]:
    """Title and abstract of every record of JSON lines, gzipped or not."""
    for file in files:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield f"{record.get('title') or ''}\n\n{record.get('abstract') or ''}"


def survey(texts: Iterable[str]) -> Survey:
    """Read the texts once."""
    found = Survey()
    folds: dict[str, str] = {}
    for text in texts:
        words = tokens(text).words
        low = []
        for word in words:
            fold = folds.get(word)
            if fold is None:
                fold = folds[word] = folded(word)
            low.append(fold)
        found.seen.update(low)
        found.pairs.update(pairwise(low))
        for word, after in zip(words, low[1:], strict=False):
            if not word.islower() and word[0].isalnum():
                found.cased[word] += 1
                for kind, heads in _HEADS.items():
                    if after in heads:
                        found.told[kind][word] += 1
    return found


def name_marks(found: Survey, least: int = 3) -> dict[str, str]:
    """Cased word -> marks such as "D2M1": how much of its use is before a dataset's, a method's, a task's head."""
    marks: dict[str, str] = {}
    for word, count in found.cased.items():
        if count < least or folded(word) in FUNCTION:
            continue
        mark = ""
        for kind, counter in found.told.items():
            told = counter[word]
            if told >= 2 and told / count >= .02:
                mark += kind + ("3" if told / count >= .25 else "2" if told / count >= .08 else "1")
        if mark:
            marks[word] = mark
    return marks


def clusters(found: Survey, size: int = 32_000, company: int = 4_000, rank: int = 100,
             sizes: tuple[int, ...] = SIZES, seed: int = 7) -> dict[str, tuple[int, ...]]:
    """Folded word -> its cluster at each size, for the most frequent words."""
    words = [word for word, count in sorted(found.seen.items(), key=lambda one: (-one[1], one[0]))[:size] if count > 2]
    place = {word: index for index, word in enumerate(words)}
    near = min(company, len(words))
    rows, columns, values = [], [], []
    for (left, right), count in found.pairs.items():
        one, other = place.get(left), place.get(right)
        if one is None or other is None:
            continue
        if other < near:
            rows.append(one)
            columns.append(other)
            values.append(count)
        if one < near:
            rows.append(other)
            columns.append(near + one)
            values.append(count)
    table = sparse.coo_matrix((np.array(values, np.float64), (rows, columns)), shape=(len(words), 2 * near)).tocsr()
    vectors = _vectors(table, min(rank, min(table.shape) - 1), seed)
    parts = [_kmeans(vectors, min(count, len(words)), seed) for count in sizes]
    return {word: tuple(int(part[index]) for part in parts) for word, index in place.items()}


def _vectors(table: sparse.csr_matrix, rank: int, seed: int) -> NDArray[np.float32]:
    """Unit rows of the truncated SVD of positive PMI; columns smoothed by the power .75."""
    total = table.sum()
    row, column = np.asarray(table.sum(1)).ravel(), np.asarray(table.sum(0)).ravel() ** .75
    column *= total / max(column.sum(), 1e-9)
    coo = table.tocoo()
    weight = np.log(coo.data * total / (row[coo.row] * column[coo.col]))
    keep = weight > 0
    ppmi = sparse.csr_matrix((weight[keep], (coo.row[keep], coo.col[keep])), shape=table.shape)
    start = np.random.default_rng(seed).standard_normal(min(table.shape))
    left, values, _ = svds(ppmi, k=rank, v0=start)
    vectors = (left * np.sqrt(values)).astype(np.float32)
    units: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return units


def _kmeans(vectors: NDArray[np.float32], count: int, seed: int, passes: int = 12) -> NDArray[np.int64]:
    """Spherical k-means: the centre nearest by cosine, centres begun at distinct rows."""
    rng = np.random.default_rng(seed)
    centres = vectors[np.sort(rng.choice(len(vectors), count, replace=False))]
    nearest = np.zeros(len(vectors), np.int64)
    for _ in range(passes):
        for begin in range(0, len(vectors), 4096):
            nearest[begin:begin + 4096] = (vectors[begin:begin + 4096] @ centres.T).argmax(1)
        members = sparse.csr_matrix((np.ones(len(vectors), np.float32), (nearest, np.arange(len(vectors)))),
                                    shape=(count, len(vectors)))
        sums = np.asarray(members @ vectors)
        size = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(size > 0, sums / np.maximum(size, 1e-9), centres)
    return nearest
