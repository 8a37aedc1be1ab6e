"""Sparse sums over a few rows of a large matrix, without touching the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.floating[Any]]


def like(matrix: csr_matrix, data: Floats) -> csr_matrix:
    """Other values in the places of a matrix, whose index arrays are shared; its columns must be sorted in each row."""
    made = csr_matrix(matrix.shape, dtype=np.float32)
    made.data, made.indices, made.indptr = data, matrix.indices, matrix.indptr
    made.has_sorted_indices = made.has_canonical_format = True
    return made


def unit_vectors(counts: csr_matrix) -> csr_matrix:
    """[papers × terms] tf-idf of unit length."""
    papers = counts.shape[0]
    df = np.bincount(counts.indices, minlength=counts.shape[1])
    data = (1 + np.log(counts.data)) * np.log(1 + papers / np.maximum(df, 1))[counts.indices]
    owner = np.repeat(np.arange(papers), np.diff(counts.indptr))
    norm = np.sqrt(np.bincount(owner, weights=data * data, minlength=papers))
    return like(counts, (data / np.maximum(norm, 1e-12)[owner]).astype(np.float32))


def gather(matrix: csr_matrix, rows: Rows) -> tuple[Rows, Floats, Rows]:
    """The entries of these rows: their columns, values, and for each entry the position in `rows`."""
    # `take` needs half the time of brackets.
    starts = matrix.indptr.take(rows)
    lengths = matrix.indptr.take(rows + 1) - starts
    owner = np.arange(len(rows)).repeat(lengths)
    places = np.arange(len(owner)) + (starts - lengths.cumsum() + lengths).take(owner)
    return matrix.indices.take(places).astype(np.intp), matrix.data.take(places), owner


def crossing(matrix: csr_matrix, rows: Rows, columns: Rows) -> csr_matrix:
    """matrix[rows][:, columns], of ascending columns."""
    place = np.full(matrix.shape[1], -1, dtype=np.int32)
    place[columns] = np.arange(len(columns))
    held = matrix[rows]
    at = place.take(held.indices)
    kept = np.flatnonzero(at >= 0)
    return csr_matrix((held.data[kept], at[kept], np.searchsorted(kept, held.indptr)), (len(rows), len(columns)))


def weighted_sum(matrix: csr_matrix, rows: Rows, weights: Floats) -> npt.NDArray[np.float64]:
    """weights @ matrix[rows], dense [columns]."""
    if not len(rows):
        return np.zeros(matrix.shape[1])
    columns, values, owner = gather(matrix, rows)
    return np.asarray(np.bincount(columns, weights=values * weights[owner], minlength=matrix.shape[1]), np.float64)


def row_dots(matrix: csr_matrix, rows: Rows, *vectors: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """[vectors × rows] matrix[rows] @ vector for each of the vectors [columns]."""
    columns, values, owner = gather(matrix, rows)
    return np.array([np.bincount(owner, values * vector[columns], len(rows)) for vector in vectors])


def best(scores: Floats, k: int, allowed: npt.NDArray[np.bool_] | None = None) -> Rows:
    """The rows of the k largest positive scores, best first; ties go to the earlier row (the smaller id)."""
    candidates = foremost(scores, k, allowed)
    return candidates[np.argsort(-scores[candidates], kind="stable")][:k]


def foremost(scores: Floats, k: int, allowed: npt.NDArray[np.bool_] | None = None) -> Rows:
    """The rows of the k largest positive scores, ascending, and of all that equal the last of them."""
    candidates: Rows = np.zeros(0, dtype=np.intp)
    if len(scores) > 16 * k:
        # A sixteenth of the scores tells a floor that probably leaves more than k; then only these are searched.
        sample = scores[::16] if allowed is None else scores[::16] * allowed[::16]
        place = max(len(sample) - k // 4 - 8, 0)
        floor = np.partition(sample, place)[place]
        candidates = np.flatnonzero(scores >= floor) if floor > 0 else candidates
        candidates = candidates if allowed is None else candidates[allowed[candidates]]
    if len(candidates) < k:
        candidates = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    if len(candidates) > k:
        kept = scores[candidates]
        threshold = np.partition(kept, len(kept) - k)[len(kept) - k]
        candidates = candidates[kept >= threshold]
    return candidates
