"""Feature tables -> one score, with each signal's part in it: base and parts add up to the score exactly.

A gate of a few trees tells which candidates cannot be among the best. The blend of the others is a sum of small boosted
trees: a mean of forests that differ by what chance showed each of them. On each path from a tree's root to a leaf
stand features of one signal, and of the query's context; so every leaf belongs to one signal, or, where context alone
led to it, to the base. There is one for each kind of query: with text, papers or both, without or with the meaning of
texts. That of both goes on from the blends of either: its score is theirs, weighed, and what its own trees add. In
small libraries that list no references, texts are ranked by trees of their like as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.errors import ArtifactError
from recommender.forest import Forest, Model
from recommender.index.sparse import Rows
from recommender.signals.base import Features, Scores

Tables = Mapping[str, Features]
"""Signal name -> [rows × its features]."""
CONTEXT = ("density", "papers", "anchors")
"""What is known of a query as a whole: how dense citation evidence is around it, log of the library's size, log of
the number of anchors. Not how long a draft is: what that tells of one collection misleads in another."""
KINDS = tuple(f"{kind}{meaning}" for meaning in ("", ", meaning") for kind in (
    "text", "papers", "list", "text and papers"))
"""Kinds of queries: a draft's text by itself, a few papers in its place, a whole list of them, papers given beside a
text; each once more where vectors say what texts mean."""
UNDER = {f"text and papers{meaning}": (f"text{meaning}", f"papers{meaning}") for meaning in ("", ", meaning")}
"""Kind -> those from whose blends its own goes on; they come before it in KINDS."""
SMALL = 3000
"""A library of fewer papers, and without reference lists, ranks texts by what small libraries teach, too."""
SMALL_KINDS = {kind: f"small, {kind}" for kind in ("text", "text, meaning")}
"""Kind of query -> the name of what they teach, which has half of the say there."""
GIVEN = "given "
"""Stands before the names of what is said of given papers beside a text."""
KEPT = 128
"""Candidates beyond three times those asked for that the gate lets through to the forests (a cascade as Viola and Jones
have it, "Rapid object detection", 2001)."""
SHIPPED = Path(__file__).parent / "shipped_blend.json"


@dataclass(frozen=True)
class Scored:
    """Rows, best first, with their scores and what each signal contributed."""

    rows: Rows
    score: Scores
    base: Scores
    parts: dict[str, Scores]
    """Signal name -> [rows]; NaN where the signal had nothing to go on."""
    likelihood: Scores
    """[rows] the calibrated chance of being cited, strictly increasing in the score; NaN where not calibrated."""

    def at(self, places: Rows) -> Scored:
        """The rows at these places, in this order."""
        return Scored(self.rows[places], self.score[places], self.base[places],
                      {name: part[places] for name, part in self.parts.items()}, self.likelihood[places])


@dataclass(frozen=True, eq=False)
class Blend:
    """Learned trees, and the map from score to likelihood."""

    columns: tuple[tuple[str, str], ...]
    """(signal, feature) of each input column; the context's have no signal."""
    gate: str = ""
    """The gate's trees, in LightGBM's text form."""
    forests: Sequence[tuple[float, str]] = ()
    """What each counts in the score, and its trees in LightGBM's text form."""
    under: Mapping[str, tuple[float, Blend]] = field(default_factory=dict)
    """Kind -> weight and blend from whose score this one goes on, whose gate is the sum of theirs."""
    calibration: tuple[float, float] | None = None
    """Slope (positive) and intercept of the log-odds as a function of the score (Platt, 1999)."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """Where it was learned and how it did there."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The signals that it hears."""
        return tuple(dict.fromkeys(signal for signal, _ in self.columns if signal))

    # Few kinds of queries are asked of one process: trees are read out of their text when they are first wanted.

    @cached_property
    def gatekeeper(self) -> Forest:
        """The gate, ready to tell."""
        own = [Model(self.gate, range(len(self.columns)))] if self.gate else []
        return Forest.read(own + [Model(blend.gate, self._columns_of(kind)) for kind, (_, blend) in self.under.items()],
                           [0] * len(self.columns))

    @cached_property
    def forest(self) -> Forest:
        """All trees, one forest behind the other; a leaf counts as much as its forest does in the score."""
        owners = {name: number for number, name in enumerate(self.names, start=1)}
        models = [Model(trees, range(len(self.columns)), share) for share, trees in self.forests]
        for kind, (weight, blend) in self.under.items():
            models += [Model(trees, self._columns_of(kind), weight * share) for share, trees in blend.forests]
        return Forest.read(models, [owners.get(signal, 0) for signal, _ in self.columns])

    def _columns_of(self, kind: str) -> list[int]:
        """Where the columns of a blend under this one stand among its own."""
        places = {column: place for place, column in enumerate(self.columns)}
        before = GIVEN if kind.startswith("papers") else ""
        return [places[signal, before + feature] for signal, feature in self.under[kind][1].columns]

    def below(self, inputs: Features) -> Scores:
        """[rows × under] the scores of those from which this one goes on."""
        return np.stack([blend.scores(inputs[:, self._columns_of(kind)]) for kind, (_, blend) in self.under.items()],
                        axis=1)

    def on(self, blends: Blends) -> Blend:
        """The same going on from others than it was learned on."""
        under = {kind: (weight, blends[kind]) for kind, (weight, _) in self.under.items()}
        return replace(self, under=under)

    def as_dict(self) -> dict[str, Any]:
        """As what `of` reads, fit for JSON."""
        return {"columns": self.columns, "calibration": self.calibration, "about": self.about,
                "under": {kind: weight for kind, (weight, _) in self.under.items()},
                "gate": self.gate.split("\n"), "forests": [(share, trees.split("\n")) for share, trees in self.forests]}

    @classmethod
    def of(cls, said: Mapping[str, Any], blends: Blends) -> Blend:
        """From what `as_dict` gave, going on from some of these blends."""
        calibration = said["calibration"]
        return cls(tuple((signal, feature) for signal, feature in said["columns"]), "\n".join(said["gate"]),
                   [(float(share), "\n".join(trees)) for share, trees in said["forests"]],
                   {kind: (float(weight), blends[kind]) for kind, weight in said["under"].items()},
                   None if calibration is None else (float(calibration[0]), float(calibration[1])), said["about"])

    def rank(self, rows: Rows, tables: Tables, context: Mapping[str, float], features: Mapping[str, Sequence[str]],
             k: int) -> Scored:
        """The k best of these rows, best first; ties go to the smaller row, which is the smaller id.

        A signal without a table counts as missing. `features` names each table's columns.
        """
        if not len(rows):
            return Scored(rows, np.zeros(0), np.zeros(0), {}, np.zeros(0))
        inputs = matrix(self.columns, tables, context, features, len(rows))
        kept = passing(self.gatekeeper, inputs, KEPT + 3 * k)
        places = self.forest.places(inputs[kept])
        chosen = np.lexsort((rows[kept], -self.forest.values.take(places).sum(axis=1)))[:k]
        top, parts = kept[chosen], self._parts(places[chosen])
        score = parts.sum(axis=1)
        order = np.lexsort((rows[top], -score))
        top, parts, score = top[order], parts[order], score[order]
        named = {name: np.where(np.isfinite(tables[name][top]).any(axis=1), parts[:, i + 1], np.nan)
                 for i, name in enumerate(self.names) if name in tables}
        # What a signal's trees say of missing evidence is said of no evidence of its: it belongs to the base.
        base = score - np.nansum(np.stack(list(named.values())), axis=0) if named else score
        return Scored(rows[top], score, base, named, self._likelihood(score))

    def part(self, inputs: Features, name: str) -> tuple[Scores, Scores]:
        """[rows] one signal's part, and the score, of inputs [rows × columns] in the blend's own order."""
        parts = self._parts(self.forest.places(inputs))
        return parts[:, 1 + self.names.index(name)], parts.sum(axis=1)

    def scores(self, inputs: Features) -> Scores:
        """[rows] the score of inputs [rows × columns] in the blend's own order, whatever the gate says."""
        return self.forest.sums(inputs)

    def _parts(self, places: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """[rows × (base, signals)] sums of the leaves at these places [rows × trees], by owner."""
        values, owners = self.forest.values, self.forest.owners
        width = len(self.names) + 1
        own = owners.take(places) + np.arange(len(places))[:, None] * width
        sums = np.bincount(own.ravel(), weights=values.take(places).ravel(), minlength=len(places) * width)
        return np.asarray(sums.reshape(len(places), width), dtype=np.float64)

    def _likelihood(self, score: Scores) -> Scores:
        if self.calibration is None:
            return np.full(len(score), np.nan)
        slope, intercept = self.calibration
        return np.asarray(1 / (1 + np.exp(-(slope * score + intercept))))


Blends = Mapping[str, Blend]
"""Kind of query -> its blend; every one of KINDS."""


def as_text(blends: Blends) -> str:
    """As the JSON that `load` reads."""
    return json.dumps({kind: blend.as_dict() for kind, blend in blends.items()}, indent=0)


def load(path: Path, is_small: bool = False) -> Blends:
    """Read what `as_text` gave, for a small library or not. Raises ArtifactError for anything else."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        blends: dict[str, Blend] = {}
        for kind in KINDS:
            blends[kind] = Blend.of(said[kind], blends)
        small = {kind: Blend.of(said[name], blends) for kind, name in SMALL_KINDS.items() if is_small}
        return blends | {kind: joined(blend, blends[kind], 0.5) for kind, blend in small.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"The blend at {path} cannot be read: {error}. Rebuild it with: recommender build",
                            ) from error


def matrix(columns: Sequence[tuple[str, str]], tables: Tables, context: Mapping[str, float],
           features: Mapping[str, Sequence[str]], rows: int) -> Features:
    """[rows × columns] the blend's input, NaN for what there is not."""
    inputs = np.full((rows, len(columns)), np.nan, dtype=np.float32)
    for place, (signal, feature) in enumerate(columns):
        if not signal:
            inputs[:, place] = context[feature]
        elif signal in tables and feature in features[signal]:
            inputs[:, place] = tables[signal][:, features[signal].index(feature)]
    return inputs


def passing(gate: Forest, inputs: Features, number: int) -> Rows:
    """The rows of inputs [rows × columns] that a gate lets through, ascending."""
    if len(inputs) <= number:
        return np.arange(len(inputs))
    told = gate.sums(inputs)
    return np.sort(np.argsort(-told, kind="stable")[:number])


def joined(one: Blend, other: Blend, share: float) -> Blend:
    """`share` of the score of `one` and the rest of the other's, behind the gate of `one` and about what it is.

    Not calibrated. Raises ValueError where they read different columns, or go on from different kinds.
    """
    if one.columns != other.columns or one.under.keys() != other.under.keys():
        raise ValueError("blends of different columns")
    both = (share, one), (1 - share, other)
    under = {kind: (sum(part * blend.under[kind][0] for part, blend in both), below)
             for kind, (_, below) in one.under.items()}
    forests = [(part * weight, trees) for part, blend in both if part for weight, trees in blend.forests]
    return replace(one, forests=forests, under=under, calibration=None)
