"""The library as its own examiner: its papers as drafts, held out, with controls that must come out as they should.

By time, the newest papers are the drafts, and reference lists of their years and later are unknown; at random, any
papers are, and only theirs are. Factors are fitted again without them. What is compared is learned on some of the
drafts and measured on the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt

from recommender.blend import Blend
from recommender.errors import InputError
from recommender.evaluation import SPLITS
from recommender.evaluation.learning import learn, measures_of, parted, scores_of
from recommender.evaluation.lessons import COLUMNS, Examples, draft_rows, lessons
from recommender.evaluation.metrics import bootstrap
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows
from recommender.papers import Paper
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.signals.base import Features, Signal

MOST = 400
LEARNED = 0.6
"""Share of the drafts that the blends learn from."""
FEWEST = 20
MEASURED = ("nDCG@10", "recall@20", "recall@100")
NOISY, SHUFFLED = "cooccurrence", ("citations",)
"""The signal that is fed with noise, and those whose columns are shuffled among a draft's candidates."""


@dataclass(frozen=True)
class Examination:
    """What each ranking reached on each draft held out [drafts × MEASURED], and how large the noise's part grew."""

    values: dict[str, npt.NDArray[np.float64]]
    noise: float
    """Spread of the noise's part beside the spread of the score."""
    learned_on: int

    def as_text(self, seed: int) -> str:
        """The table, each gain in nDCG@10 over BM25 with its interval."""
        base = self.values["bm25"]
        lines = [f"{'learned on ' + str(self.learned_on) + ', measured on ' + str(len(base)) + ' drafts':<40}"
                 + "".join(f"{name:>12}" for name in MEASURED) + "   gain over bm25, 95 % of bootstraps"]
        for name, values in self.values.items():
            low, high = bootstrap((values - base)[:, 0].tolist(), seed)
            lines.append(f"{name:<40}" + "".join(f"{mean:>12.4f}" for mean in values.mean(axis=0))
                         + ("" if name == "bm25" else f"   {low:+.4f} to {high:+.4f}"))
        lines.append(f"noise in place of {NOISY}: its part spreads {self.noise:.3f} of the score's spread")
        return "\n".join(lines)


def examine(corpus: Corpus, signals: Mapping[str, Signal], texts: Callable[[Rows], Mapping[int, Paper]],
            settings: Settings, split: str, tick: Callable[[int], object] = lambda n: None) -> Examination:
    """BM25, the blend, the blend learned anew without each signal, and the controls.

    Raises InputError for an unknown split and where the library has too few reference lists.
    """
    if split not in SPLITS:
        raise InputError(f"There is no split {split!r}. There are: {', '.join(SPLITS)}.")
    rows, _ = draft_rows(corpus, MOST, settings.seed, split)
    if len(rows) < FEWEST:
        raise InputError(f"Only {len(rows)} papers of the library have reference lists to learn from; {FEWEST} are "
                         "needed. Evaluate with drafts and judgements of your own instead.")
    examples = lessons(corpus, signals, texts, settings, MOST, ("all",), tick, split)
    if examples is None:
        raise InputError("No paper's references are among its candidates.")
    generator = np.random.default_rng(settings.seed)
    share = 1 - LEARNED
    taught, test = parted(examples, share)
    blend = learn(taught, settings.seed)
    plain = COLUMNS.index(("bm25", "bm25"))
    values = {"bm25": measures_of(np.concatenate([np.nan_to_num(table[:, plain]) for table in test.tables]), test),
              "blend": measures_of(scores_of(blend, test), test)}
    for name in SIGNALS:
        if any(signal == name for signal, _ in used(blend)):
            without = learn(taught, settings.seed, (name,))
            values[f"blend learned without {name}"] = measures_of(scores_of(without, test), test)
    shuffled, asked = parted(_changed(examples, SHUFFLED, lambda table: generator.permutation(table, axis=0)), share)
    values["blend, citations shuffled"] = measures_of(scores_of(learn(shuffled, settings.seed), asked), asked)
    noisy, asked = parted(_changed(examples, (NOISY,), lambda table: generator.random(table.shape).astype(np.float32)),
                          share)
    learned = learn(noisy, settings.seed)
    values[f"blend, noise for {NOISY}"] = measures_of(scores_of(learned, asked), asked)
    return Examination(values, _noise(learned, asked), len(taught.groups))


def used(blend: Blend) -> set[tuple[str, str]]:
    """The columns on which the trees split."""
    forests = [lightgbm.Booster(model_str=trees) for _, trees in blend.forests]
    counts = np.sum([forest.feature_importance("split") for forest in forests], axis=0)
    return {column for column, count in zip(blend.columns, counts, strict=True) if count and column[0]}


def _changed(examples: Examples, names: Sequence[str], change: Callable[[Features], Features]) -> Examples:
    """The examples with these signals' columns changed, draft by draft."""
    places = [i for i, (signal, _) in enumerate(COLUMNS) if signal in names]
    tables = []
    for table in examples.tables:
        made = table.copy()
        made[:, places] = change(table[:, places])
        tables.append(made)
    return Examples(tuple(tables), examples.cited, examples.groups, examples.modes, examples.drafts, examples.missed)


def _noise(blend: Blend, examples: Examples) -> float:
    """Spread of the noisy signal's part, beside that of the whole score."""
    parts, scores = [], []
    for table in examples.tables:
        part, score = blend.part(table, NOISY)
        parts.append(part)
        scores.append(score)
    return float(np.concatenate(parts).std() / (np.concatenate(scores).std() or 1.0))
