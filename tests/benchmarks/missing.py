"""Whether "papers like yours also evaluate on" names the dataset that was hidden from an abstract.

    python tests/benchmarks/missing.py DATA [PAPERS_A_DATASET] [LEAST]

DATA is a data folder with an index. Of every dataset that LEAST papers or more name (default 5), up to
PAPERS_A_DATASET (default 6) are drawn by seed. Each is asked as the draft it once was: every spelling of the dataset
blanked out of title and abstract, its own record hidden, and its part in counts and co-occurrences taken out. Reported
is recall at 1, 5 and 10 of the datasets suggested, for the half of the papers on which the constants of
recommender/missing.py were tuned and for the other half, and for all with several ways of scoring switched off.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from scipy.sparse import csr_matrix

from recommender import missing as scoring
from recommender.catalogue import Catalogue
from recommender.missing import missing, spoken_of
from recommender.naming import AS_READ
from recommender.papers import Draft, Paper
from recommender.prepare import prepare
from recommender.recommend import Recommender
from recommender.settings import load_settings
from recommender.signals.base import Query
from recommender.signals.cooccurrence import SHRINKAGE, Cooccurrence
from recommender.store.library import opened
from recommender.text.entities import extract, match_key

SEED = 7
AT = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Case:
    """A paper asked without the name of one of its datasets."""

    column: int
    query: Query
    signal: Cooccurrence
    known: frozenset[str]
    own: list[int]
    """The entities that its record names, which count it among their papers."""
    tuned: bool


def blanked(text: str, key: str) -> str:
    """The text without the name of that key, in all its spellings."""
    forms = {span.surface for span in extract(text) if key in (match_key(span.canonical), match_key(span.surface))}
    for form in sorted(forms, key=len, reverse=True):
        text = re.sub(re.escape(form), " ", text, flags=re.IGNORECASE)
    return text


def without(signal: Cooccurrence, row: int, named: np.ndarray) -> Cooccurrence:
    """The signal as if the paper of that row were not in the library, as far as these entities go."""
    block, used = signal.block, np.diff(signal.by_entity.indptr)
    own = set(block.indices[block.indptr[row]:block.indptr[row + 1]].tolist())
    papers, association = block.shape[0], signal.association.copy()
    for one in own & set(named.tolist()):
        for place in range(association.indptr[one], association.indptr[one + 1]):
            other = int(association.indices[place])
            if other in own:
                common = float(signal.together.data[place]) - 1
                lift = np.log(max(common, 1e-9) * papers / max((used[one] - 1) * (used[other] - 1), 1)) / np.log(papers)
                association.data[place] = min(max(lift, 0), 1) * common / (common + SHRINKAGE) if common else 0
    return Cooccurrence(signal.corpus, csr_matrix(association), signal.together)


def cases(recommender: Recommender, most: int, least: int) -> Iterator[Case]:
    """The papers, in the order of their datasets."""
    index, draw = recommender.index, random.Random(SEED)
    corpus, signal = index.corpus, index.signals["cooccurrence"]
    by_entity = corpus.by_column["entities"]
    for column, full in enumerate(corpus.vocabularies["entity_keys"].names):
        label, _, key = full.partition("\t")
        rows = by_entity.indices[by_entity.indptr[column]:by_entity.indptr[column + 1]].tolist()
        if label != "Dataset" or len(rows) < least:
            continue
        draw.shuffle(rows)
        for row in rows[:most]:
            paper: Paper = recommender.library.papers([int(corpus.keys[row])])[0]
            whole = f"{paper.title}\n\n{paper.abstract}"
            text = blanked(whole, key)
            title, _, abstract = text.partition("\n\n")
            if text == whole or not abstract.strip() or any(match_key(span.canonical) == key for span in extract(text)):
                continue
            draft = Draft(title=title, abstract=abstract, exclude=(paper.id,))
            query, spans = prepare(corpus, index.bm25, recommender.library, draft)
            if not query.is_empty:
                own = signal.block.indices[signal.block.indptr[row]:signal.block.indptr[row + 1]].tolist()
                yield Case(column, query, without(signal, row, query.entities.rows), spoken_of(draft, spans), own,
                           draw.random() < 0.5)


def recalls(catalogue: Catalogue, asked: list[Case]) -> list[float]:
    """Recall at AT of the hidden datasets."""
    places = []
    for case in asked:
        catalogue.used[case.own] -= 1
        found = missing(catalogue, case.signal, case.query, frozenset(case.query.entities.rows.tolist()), case.known,
                        max(AT))
        catalogue.used[case.own] += 1
        columns = [one.column for one in found if catalogue.entity(one.column)[0] == "Dataset"]
        places.append(columns.index(case.column) if case.column in columns else max(AT))
    return [float(np.mean([place < k for place in places])) if places else 0.0 for k in AT]


def main(data: str, most: int, least: int) -> None:
    """Measure and print."""
    settings = load_settings(data)
    with opened(settings) as library:
        recommender = Recommender.open(settings, library)
        asked = list(cases(recommender, most, least))
        catalogue = Catalogue(recommender.index.corpus, AS_READ)
    print(f"{len({case.column for case in asked})} datasets, {len(asked)} papers{'recall@':>22}"
          + "".join(f"{k:>8}" for k in AT))
    halves = {"tuned on": [case for case in asked if case.tuned],
              "held out": [case for case in asked if not case.tuned], "all": asked}
    for name, half in halves.items():
        print(f"{f'{name} ({len(half)})':<48}" + "".join(f"{one:>8.3f}" for one in recalls(catalogue, half)))
    for name, constants in {"without the draft's entities": {"LINK": 0.0}, "without counting use": {"COMMON": 1e12},
                            "near papers as the ranking weighs them": {"FLATTEN": 1.0}}.items():
        with patch.multiple(scoring, **constants):
            print(f"{name:<48}" + "".join(f"{one:>8.3f}" for one in recalls(catalogue, asked)))


if __name__ == "__main__":
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    main(sys.argv[1], *(int(one) for one in (*sys.argv[2:4], *("6", "5")[len(sys.argv[2:4]):])))
