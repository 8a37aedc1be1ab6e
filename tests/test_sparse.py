"""Sums over a few rows are those of the whole matrix, and the best are those of a full sort."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from recommender.index.sparse import best, crossing, gather, row_dots, weighted_sum

ROWS = np.array([7, 0, 7, 3, 12])


@pytest.fixture(scope="module")
def matrix() -> csr_matrix:
    made = csr_matrix(random_array((13, 9), density=0.4, format="csr", rng=np.random.default_rng(1)))
    made.sort_indices()
    return made


def test_what_is_gathered_of_rows_is_what_stands_in_them(matrix: csr_matrix) -> None:
    columns, values, owner = gather(matrix, ROWS)
    found = np.zeros((len(ROWS), 9))
    found[owner, columns] = values
    assert (found == matrix.toarray()[ROWS]).all()
    assert [len(part) for part in gather(matrix, ROWS[:0])] == [0, 0, 0]


def test_sums_are_those_of_the_rows_in_full(matrix: csr_matrix) -> None:
    full, numbers = matrix.toarray()[ROWS], np.arange(9.0)
    np.testing.assert_allclose(row_dots(matrix, ROWS, numbers, numbers > 4), [full @ numbers, full @ (numbers > 4)])
    np.testing.assert_allclose(weighted_sum(matrix, ROWS, np.arange(5.0)), np.arange(5.0) @ full)


@pytest.mark.parametrize("columns", [[], [0, 4, 8], list(range(9))])
def test_a_crossing_is_the_rows_at_these_columns(matrix: csr_matrix, columns: list[int]) -> None:
    some = np.array(columns, dtype=np.intp)
    assert (crossing(matrix, ROWS, some).toarray() == matrix.toarray()[ROWS][:, some]).all()


@pytest.mark.parametrize("k", [1, 5, 30])
def test_the_best_are_those_of_a_full_sort(k: int) -> None:
    rng = np.random.default_rng(k)
    for size in (0, 1, 17, 40, 2000):
        for most in (2, 40, 10_000):
            scores, allowed = rng.integers(-most, most, size).astype(np.float64), rng.random(size) < 0.5
            for mask in (None, allowed):
                able = np.flatnonzero((scores > 0) & (True if mask is None else mask))
                wanted = able[np.lexsort((able, -scores[able]))][:k]
                assert best(scores, k, mask).tolist() == wanted.tolist()
