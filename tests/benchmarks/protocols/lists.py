"""Half of a list given, the other half wanted, beside plain implicit ALS on the same lists.

Lists of 10 to 200 papers, drawn by seed, keep one half of their papers in a copy of the library; the other half is
taken off them, and the copy is built. Asked is with the given half as anchors, without text. The factorisation is
fitted on the same memberships, with several settings, of which the best by recall@20 on these very lists is shown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from compare import BLEND, Comparison, blends_of, ranked
from copies import copied, without_memberships
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
from sqlalchemy import select
from threadpoolctl import threadpool_limits

from recommender.evaluation.metrics import DEPTH, recall
from recommender.papers import Draft
from recommender.progress import stage
from recommender.settings import Settings
from recommender.store.library import Library, opened
from recommender.store.schema import ListItemRow

SIZES = (10, 200)
GRID = tuple(product((64, 128, 200), (1.0, 10.0, 100.0), (10.0, 40.0, 100.0)))
"""Factors, regularisation, and alpha, the weight of a membership."""
ITERATIONS = 15
TARGET = 1.15


@dataclass(frozen=True, slots=True)
class Halved:
    """A list's papers, by key."""

    given: list[int]
    wanted: list[int]


def halves(library: Library, most: int, seed: int) -> dict[int, Halved]:
    """List key -> its halves."""
    held: dict[int, list[int]] = defaultdict(list)
    for one, paper in library.memberships():
        held[one].append(paper)
    generator = np.random.default_rng(seed)
    able = sorted(one for one, papers in held.items() if SIZES[0] <= len(papers) <= SIZES[1])
    found = {}
    for one in sorted(generator.permutation(able)[:most].tolist()):
        papers = generator.permutation(sorted(held[one])).tolist()
        found[one] = Halved(papers[:(len(papers) + 1) // 2], papers[(len(papers) + 1) // 2:])
    return found


def take_off(library: Library, halved: dict[int, Halved]) -> None:
    """The wanted papers, under whatever ids they stand on the list."""
    off = {}
    for one, half in halved.items():
        with library.engine.connect() as connection:
            ids = list(connection.scalars(select(ListItemRow.paper_id).where(ListItemRow.list_key == one)))
        keys, wanted = library.keys_of(ids), set(half.wanted)
        off[one] = [id for id in ids if keys.get(id) in wanted]
    without_memberships(library, off)


def factorised(library: Library, halved: dict[int, Halved], seed: int) -> dict[int, list[str]]:
    """List key -> ids by plain ALS, with the settings of the best recall@20."""
    pairs = np.array(list(library.memberships()), dtype=np.int64)
    lists, at = np.unique(pairs[:, 0], return_inverse=True)
    papers, columns = np.unique(pairs[:, 1], return_inverse=True)
    held = csr_matrix((np.ones(len(pairs), dtype=np.float32), (at, columns)), shape=(len(lists), len(papers)))
    ids = library.ids_of(papers.tolist())
    names = np.array([ids[key] for key in papers.tolist()])
    rows = np.searchsorted(lists, list(halved))
    wanted = {one: dict.fromkeys(library.ids_of(half.wanted).values(), 1) for one, half in halved.items()}
    best, reached = {}, -1.0
    with stage("Plain factorisations", len(GRID), " settings") as tick, threadpool_limits(1, "blas"):
        for factors, regularization, alpha in GRID:
            model = AlternatingLeastSquares(factors, regularization, alpha, iterations=ITERATIONS, random_state=seed)
            model.fit(held, show_progress=False)
            top, _ = model.recommend(rows, held[rows], N=DEPTH, filter_already_liked_items=True)
            found = {one: names[places[places >= 0]].tolist() for one, places in zip(halved, top, strict=True)}
            mean = float(np.mean([recall(found[one], grades, 20) for one, grades in wanted.items()]))
            if mean > reached:
                best, reached = found, mean
                said = f"{factors} factors, regularisation {regularization}, alpha {alpha}"
            tick(1)
    print(f"plain ALS at its best: {said}")
    return best


def run(settings: Settings, work: Path | None, most: int, seed: int) -> None:
    """Measure and print."""
    with opened(settings) as library:
        halved = halves(library, most, seed)
    compared = Comparison("Lists, half of each given")
    with copied(settings, work, lambda library: take_off(library, halved)) as recommender:
        plain = factorised(recommender.library, halved, seed)
        recommenders = blends_of(recommender)
        with stage("Asking", len(halved), " lists") as tick:
            for one, half in halved.items():
                ids = recommender.library.ids_of([*half.given, *half.wanted])
                draft = Draft(references=tuple(ids[key] for key in half.given))
                compared.add({"plain ALS": plain[one], **ranked(recommenders, draft)},
                             {ids[key] for key in half.wanted})
                tick(1)
    print(compared.text(seed))
    ratio = compared.mean(BLEND, "recall@20") / compared.mean("plain ALS", "recall@20")
    print(f"recall@20 of the blend is {ratio:.3f} times that of plain ALS (target {TARGET})")
