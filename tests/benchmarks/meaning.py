"""What the semantic signal is worth by itself: cosine alone, what it adds to the nominated rows, and its times.

    python tests/benchmarks/meaning.py DATA DRAFTS.jsonl QRELS [FEATURES.npz]

DATA is a data folder with vectors (`recommender embed`) and an index that has taken them up. FEATURES.npz, if named,
is given the draft, the paper's key, the signal's features and whether the paper is wanted, for every nominated row.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recommender.evaluation.files import read_drafts, read_qrels
from recommender.evaluation.metrics import Grades, ndcg, recall, relevant
from recommender.index.sparse import Floats, Rows, best
from recommender.ingest.read import Skipped
from recommender.loaded import NOMINATED
from recommender.papers import Draft
from recommender.prepare import prepare
from recommender.recommend import Recommender
from recommender.semantic.encoder import encoder
from recommender.settings import load_settings
from recommender.signals.base import Query
from recommender.signals.semantic import Semantic
from recommender.store.library import opened

Measured = dict[str, list[tuple[float, ...]]]
"""Name -> a draft's figures each."""


class Timer:
    """Milliseconds of each kind of work, a draft at a time."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}
        self.begun = time.perf_counter()

    def start(self) -> None:
        self.begun = time.perf_counter()

    def stop(self, what: str) -> None:
        self.taken.setdefault(what, []).append(1000 * (time.perf_counter() - self.begun))
        self.start()

    def __str__(self) -> str:
        return ", ".join(f"{what} {np.median(taken):.1f} ms" for what, taken in self.taken.items())


def main(data: str, drafts: str, qrels: str, features: str = "") -> None:
    """Print a table, and the times."""
    settings, judged = load_settings(data), read_qrels(Path(qrels))
    with opened(settings) as library:
        recommender = Recommender.open(settings, library)
        signal = recommender.index.signals["semantic"]
        if not isinstance(signal, Semantic) or signal.missing:
            sys.exit("The index holds no vectors. Run: recommender embed, then: recommender build")
        measured: Measured = {}
        saved: list[tuple[np.ndarray, ...]] = []
        timer = Timer()
        asked = [one for one in read_drafts(Path(drafts)) if not isinstance(one, Skipped) and relevant(
            judged.get(one.id, {}))]
        for number, draft in enumerate(asked):
            query = prepared(recommender, draft)
            wanted = recommender.index.corpus.rows_of(library.keys_of(relevant(judged[draft.id])).values())
            wanted = wanted[query.allowed[wanted]]
            by_hand(recommender, signal, query, draft, judged[draft.id], measured)
            rows = nominated(recommender, signal, query, wanted, measured, timer)
            table = signal.describe(query, rows)
            timer.stop("describe all of these")
            saved.append((np.full(len(rows), number), recommender.index.corpus.keys[rows], table,
                          np.isin(rows, wanted)))
    print(f"{len(asked)} drafts, {int(signal.corpus.embeddings.any(axis=1).sum())} papers with vectors")  # type: ignore[union-attr]
    for name, values in measured.items():
        print(f"{name:<52}" + "".join(f"{value:>10.4f}" for value in np.mean(values, axis=0)))
    print(timer)
    if features:
        draft_of, keys, tables, hits = (np.concatenate(parts) for parts in zip(*saved, strict=True))
        np.savez_compressed(features, draft=draft_of, key=keys, table=tables, wanted=hits,
                            names=np.array(signal.features))


def prepared(recommender: Recommender, draft: Draft) -> Query:
    """The draft as the program asks with it."""
    return prepare(recommender.index.corpus, recommender.index.bm25, recommender.library, draft)[0]


def by_hand(recommender: Recommender, signal: Semantic, query: Query, draft: Draft, grades: Grades,
            measured: Measured) -> None:
    """nDCG@10, recall@20 and recall@100 of the cosine with every paper, in full and as it is scanned."""
    meaning = signal._encoded(query)
    if meaning is None or signal.corpus.embeddings is None:
        return
    full = signal.corpus.embeddings.astype(np.float32) @ meaning
    for name, scores in (("cosine", full), ("cosine as scanned", signal._scanned(query, meaning)),
                         ("bm25", query.lexical)):
        ids = ids_of(recommender, best(scores, 100, query.allowed))
        measured.setdefault(f"{name}: nDCG@10, recall@20, recall@100", []).append(
            (ndcg(ids, grades, 10), recall(ids, grades, 20), recall(ids, grades, 100)))


def ids_of(recommender: Recommender, rows: Rows) -> Sequence[str]:
    """Paper ids of rows, in their order."""
    keys = recommender.index.corpus.keys[rows].tolist()
    ids = recommender.library.ids_of(keys)
    return [ids[key] for key in keys]


def nominated(recommender: Recommender, signal: Semantic, query: Query, wanted: Rows,
              measured: Measured, timer: Timer) -> Rows:
    """All rows that are nominated; how many there are, and the share of the wanted they hold, piece by piece."""
    others = [name for name in recommender.signal_names() if name != signal.name]
    rest = recommender.index.candidates(query, 0, others)
    query.memo.clear()
    encoder(signal.model).vector.cache_clear()
    timer.start()
    meaning = signal._meaning(query)
    timer.stop("encode the draft")
    if meaning is None:
        return rest
    scanned = signal._scanned(query, meaning)
    timer.stop("scan")
    nearest = best(scanned, NOMINATED, query.allowed)
    timer.stop("best of the scan")
    signal._around(query, meaning)
    timer.stop("near papers")
    own = signal.nominate(query, NOMINATED)
    timer.stop("nominate, scanned")
    for name, rows in (("others", rest), ("others and the nearest", np.union1d(rest, nearest)),
                       ("others and all of semantic", np.union1d(rest, own)), ("semantic by itself", own)):
        measured.setdefault(f"{name}: rows, share of the wanted", []).append((float(len(rows)), share(rows, wanted)))
    return np.union1d(rest, own)


def share(rows: Rows | Floats, wanted: Rows) -> float:
    """Of the wanted rows that are there."""
    return float(np.isin(wanted, rows).mean()) if len(wanted) else 0.0


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
