"""How fast drafts are answered, and how much memory that takes, beside rank-bm25 in the same run.

    python tests/benchmarks/speed.py DATA DRAFTS.jsonl [PEER_DRAFTS]

DATA is a data folder with an index; the first PEER_DRAFTS drafts (default 3) are scored by rank-bm25 too.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from rank_bm25 import BM25Okapi

from recommender.evaluation.files import draft_of
from recommender.papers import Draft
from recommender.recommend import Recommender
from recommender.settings import load_settings
from recommender.store.library import opened
from recommender.text.terms import terms


def timed(work: Callable[[Draft], object], drafts: Sequence[Draft]) -> list[float]:
    """Milliseconds for each draft."""
    found = []
    for draft in drafts:
        begun = time.perf_counter()
        work(draft)
        found.append((time.perf_counter() - begun) * 1000)
    return found


def say(name: str, times: Sequence[float]) -> None:
    """One line: median, ninety-fifth percentile, largest."""
    print(f"{name:<44}{np.median(times):>9.1f}{np.percentile(times, 95):>9.1f}{max(times):>9.1f} ms")


def main(data: str, drafts_file: str, peer_drafts: int) -> None:
    """Measure and print."""
    with open(drafts_file, encoding="utf-8") as file:
        drafts = [draft_of(json.loads(line)) for line in file]
    settings = load_settings(data)
    with opened(settings) as library:
        begun = time.perf_counter()
        recommender = Recommender.open(settings, library)
        print(f"loaded {recommender.manifest['papers']} papers in {time.perf_counter() - begun:.2f} s")
        timed(lambda draft: recommender.recommend(draft, 20), drafts[:5])
        print(f"{'':<44}{'median':>9}{'p95':>9}{'max':>9}")
        say("explained top 20, all signals", timed(lambda draft: recommender.recommend(draft, 20), drafts))
        given = [replace(draft, references=tuple(id for id, _ in recommender.ranking(draft, 3))) for draft in drafts]
        timed(lambda draft: recommender.recommend(draft, 20), given[:5])
        say("explained top 20, its first three given", timed(lambda draft: recommender.recommend(draft, 20), given))
        say("unexplained top 100, all signals", timed(lambda draft: recommender.ranking(draft, 100), drafts))
        say("unigram BM25, top 100", timed(lambda draft: recommender.ranking(draft, 100, ["bm25"]), drafts))
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        if peer_drafts:
            peer = BM25Okapi([[term for part in (paper.title, paper.title, paper.abstract, *paper.keywords)
                               for term in terms(part) if term] for _, paper in library.stream()], k1=2.0, b=0.85)
            say("rank-bm25, every paper's score", timed(
                lambda draft: peer.get_scores([term for term in terms(draft.text) if term]), drafts[:peer_drafts]))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 3)
