"""How good the recommendations are on drafts whose references are known: a table of rankings by measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.evaluation.breakdown import Breakdown
from recommender.evaluation.files import Qrels
from recommender.evaluation.metrics import DEPTH, MEASURES, bootstrap, relevant
from recommender.papers import Draft
from recommender.recommend import Recommender

BASELINE, BLEND = "bm25 alone", "blend"


@dataclass(frozen=True)
class Evaluation:
    """What each ranking reached on each draft."""

    values: dict[str, npt.NDArray[np.float64]]
    """Ranking -> [drafts × measures], in the order of MEASURES; none by or without a silent signal."""
    nominated: float
    """Share of the wanted papers that all signals' nominations together hold, mean over drafts."""
    breakdown: Breakdown
    silent: tuple[str, ...] = ()
    """The signals that had nothing to say of any draft: by itself such a one ranks by what is known of the query."""

    @property
    def drafts(self) -> int:
        """How many drafts had a relevant paper."""
        return len(self.values[BLEND])

    def means(self) -> dict[str, dict[str, float]]:
        """Ranking -> measure -> mean over drafts."""
        return {name: dict(zip(MEASURES, values.mean(axis=0).tolist() if len(values) else [0.0] * len(MEASURES),
                               strict=True)) for name, values in self.values.items()}


def rankings(names: Sequence[str]) -> dict[str, Sequence[str] | None]:
    """What is compared: BM25 alone, each signal, the blend without each signal, the blend (None: all signals)."""
    compared: dict[str, Sequence[str] | None] = {BASELINE: ["bm25"]}
    compared |= {_rows_of(name)[0]: [name] for name in names if name != "bm25"}
    compared |= {_rows_of(name)[1]: [other for other in names if other != name] for name in names}
    return compared | {BLEND: None}


def _rows_of(name: str) -> tuple[str, str]:
    """The rankings by and without a signal."""
    return f"{name} alone", f"blend without {name}"


def evaluate(recommender: Recommender, drafts: Iterable[Draft], qrels: Qrels,
             after_draft: Callable[[int], object] = lambda n: None) -> Evaluation:
    """Every ranking on the drafts that have a relevant paper."""
    names = recommender.signal_names()
    compared = rankings(names)
    values: dict[str, list[list[float]]] = {name: [] for name in compared}
    held: list[float] = []
    breakdown = Breakdown()
    heard: set[str] = set()
    for draft in drafts:
        grades = qrels.get(draft.id, {})
        wanted = relevant(grades)
        if wanted:
            ranked = {name: [paper for paper, _ in ranking]
                      for name, ranking in recommender.rankings(draft, DEPTH, compared).items()}
            for name, ids in ranked.items():
                values[name].append([measure(ids, grades) for measure in MEASURES.values()])
            nominated, speaking = recommender.nominated(draft)
            heard |= speaking
            held.append(len(wanted & nominated) / len(wanted))
            breakdown.add(recommender.with_citers(wanted), draft.filters.year_to,
                          {BASELINE: ranked[BASELINE], BLEND: ranked[BLEND], "nominated": nominated})
        after_draft(1)
    silent = tuple(name for name in names if held and name not in heard)
    left_out = {row for name in silent for row in _rows_of(name)} - {BASELINE}
    return Evaluation({name: np.array(rows).reshape(-1, len(MEASURES)) for name, rows in values.items()
                       if name not in left_out}, float(np.mean(held)) if held else 0.0, breakdown, silent)


def as_text(evaluation: Evaluation, seed: int) -> str:
    """The table in aligned columns, what the blend gains over BM25, and what the nominated rows hold."""
    means = evaluation.means()
    width = max(len(name) for name in means)
    lines = [" " * width + "".join(f"{measure:>12}" for measure in MEASURES)]
    lines += [f"{name:<{width}}" + "".join(f"{values[measure]:>12.4f}" for measure in MEASURES)
              for name, values in means.items()]
    if evaluation.silent:
        lines += ["", f"nothing to say of any draft, and left out: {', '.join(evaluation.silent)}"]
    lines.append("")
    for place, measure in enumerate(MEASURES):
        gains = evaluation.values[BLEND][:, place] - evaluation.values[BASELINE][:, place]
        low, high = bootstrap(gains.tolist(), seed)
        mean = float(gains.mean()) if len(gains) else 0.0
        lines.append(f"{BLEND} over {BASELINE}, {measure}: {mean:+.4f} "
                     f"(95 % of paired bootstraps {low:+.4f} to {high:+.4f})")
    lines.append(f"nominated rows hold {evaluation.nominated:.4f} of the wanted papers")
    lines += ["", *evaluation.breakdown.as_lines()]
    return "\n".join(lines)
