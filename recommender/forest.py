"""LightGBM's trees asked all at once: which leaf of each tree a row of inputs ends in.

Every leaf of a tree is a bit, the leftmost the lowest. A split that sends a row to its right rules out the leaves on
its left, and the lowest bit that is left is the row's leaf (Lucchese et al., "QuickScorer: A fast algorithm to rank
documents with additive ensembles of regression trees", 2015). Law: it is the leaf that LightGBM itself finds
(which takes for 0 what is within 1e-35 of it; no feature is).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.index.sparse import Rows

_LEFT, _MISSING, _NAN = 2, 12, 8
"""In a split's `decision_type`: missing goes left; how missing is told; by NaN. Otherwise NaN is 0."""
TOGETHER = 450
"""Trees asked together: of more, what is worked out for some hundred rows would not stay in the processor's cache."""


@dataclass(frozen=True)
class Model:
    """Trees as LightGBM writes them."""

    text: str
    columns: Sequence[int]
    """[its columns] where each stands among the inputs."""
    weight: float = 1.0
    """What its leaves' values are taken times."""


@dataclass(frozen=True)
class Forest:
    """Trees side by side; all have as many leaves and splits as the largest, and make no use of what is too many."""

    values: npt.NDArray[np.float64]
    """[trees × leaves] from left to right, times the weight of their model."""
    owners: Rows
    """[trees × leaves] who owns the last owned column on the way to each; 0 for nobody."""
    columns: Rows
    """[splits × trees] the column that is asked, plus the number of columns where missing goes left."""
    thresholds: npt.NDArray[np.float32]
    """[splits × trees] the largest value that goes left."""
    kept: npt.NDArray[np.unsignedinteger[Any]]
    """[splits × trees] the bits of the leaves that going right does not rule out."""

    @classmethod
    def read(cls, models: Iterable[Model], owners: Sequence[int]) -> Forest:
        """From models, one behind the other; `owners` [columns] are 0 for nobody."""
        trees = [(tree, model) for model in models for tree in _trees(model.text)]
        width = max((len(tree["leaf_value"].split()) for tree, _ in trees), default=1)
        full = (1 << width) - 1
        leaves, splits = (len(trees), width), (width - 1, len(trees))
        made = cls(np.zeros(leaves), np.zeros(leaves, dtype=np.intp), np.zeros(splits, dtype=np.intp),
                   np.zeros(splits, dtype=np.float32), np.full(splits, full, dtype=np.min_scalar_type(full)))
        for number, (tree, model) in enumerate(trees):
            made._grow(number, tree, model, owners)
        return made

    def _grow(self, number: int, tree: dict[str, str], model: Model, owners: Sequence[int]) -> None:
        """Write one tree into its place."""
        asked, left, right, kinds = ([int(word) for word in tree[name].split()] for name in (
            "split_feature", "left_child", "right_child", "decision_type"))
        asked = [model.columns[column] for column in asked]
        thresholds = [float(word) for word in tree["threshold"].split()]
        values = [model.weight * float(word) for word in tree["leaf_value"].split()]

        def descend(node: int, owner: int, first: int) -> int:
            """Number the leaves below a node from `first` on; how many there are then."""
            if node < 0:
                self.values[number, first], self.owners[number, first] = values[~node], owner
                return first + 1
            owner = owners[asked[node]] or owner
            middle = descend(left[node], owner, first)
            last = descend(right[node], owner, middle)
            missing_left = kinds[node] & _LEFT if kinds[node] & _MISSING == _NAN else thresholds[node] >= 0
            self.columns[node, number] = asked[node] + (len(owners) if missing_left else 0)
            self.thresholds[node, number] = _not_above(thresholds[node])
            self.kept[node, number] -= (1 << middle) - (1 << first)
            return last

        descend(0 if asked else -1, 0, 0)

    def places(self, inputs: npt.NDArray[np.float32]) -> Rows:
        """[rows × trees] the leaf that each row of inputs [rows × columns] ends in, by its place among all leaves."""
        told = inputs.T.copy()  # column by column in memory too
        sides = np.concatenate([told, np.fmax(told, np.float32(-np.inf))])
        bits = self.kept.dtype
        left = np.full((len(self.values), len(inputs)), np.iinfo(bits).max, dtype=bits)
        for first in range(0, len(left), TOGETHER):
            some = slice(first, first + TOGETHER)
            for columns, thresholds, kept in zip(self.columns, self.thresholds, self.kept, strict=True):
                goes_left = sides.take(columns[some], axis=0) <= thresholds[some, None]
                # Minus one has all bits: nothing is ruled out where the row goes left.
                left[some] &= np.negative(goes_left, dtype=bits) | kept[some, None]
        # As a float, a power of two is its exponent alone: above 23 bits of fraction, 127 too large.
        lowest = (left & np.negative(left)).astype(np.float32).view(np.int32) >> 23
        found: Rows = lowest.T.astype(np.intp, order="C")
        found += np.arange(len(left)) * self.values.shape[1] - 127
        return found

    def sums(self, inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """[rows] the trees' values together, added up in their order as LightGBM does, to the last bit."""
        return np.asarray(self.values.take(self.places(inputs)).cumsum(axis=1)[:, -1])


def _trees(text: str) -> Iterator[dict[str, str]]:
    """Each tree's fields."""
    for block in text.partition("\nend of trees")[0].split("\nTree=")[1:]:
        yield dict(line.split("=", 1) for line in block.split("\n") if "=" in line)


def _not_above(threshold: float) -> np.float32:
    """The largest number of single precision that is not above: of such numbers it parts the same ones."""
    near = np.float32(threshold)
    # A plain number beside one of single precision would be compared as one.
    return np.nextafter(near, np.float32(-np.inf)) if float(near) > threshold else near
