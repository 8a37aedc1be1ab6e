"""Ranks a small bibliography against a draft, straight with rank-bm25: no library, no index.

BM25 Plus (Lv and Zhai, 2011), whose idf is positive even where a word stands in half of a handful of papers.
"""

from __future__ import annotations

from collections.abc import Sequence

from rank_bm25 import BM25Plus

from recommender.papers import Draft, Paper
from recommender.settings import Settings
from recommender.text.terms import terms

TITLE_WEIGHT = 2


def rank_bibliography(papers: Sequence[Paper], draft: Draft, settings: Settings) -> list[tuple[Paper, float]]:
    """The papers with their scores, best first; equal scores keep the bibliography's order."""
    documents = [_terms(paper) for paper in papers]
    if not any(documents):
        return [(paper, 0.0) for paper in papers]
    scorer = BM25Plus(documents, k1=settings.bm25_k1, b=settings.bm25_b)
    query = [term for term in terms(draft.text) if term]
    # Plus gives every paper the same constant for each word that any has; without it, 0 is "nothing in common".
    constant = sum(scorer.idf.get(term) or 0.0 for term in query) * scorer.delta
    scores = [float(score) - constant for score in scorer.get_scores(query)]
    return sorted(zip(papers, scores, strict=True), key=lambda pair: -pair[1])


def _terms(paper: Paper) -> list[str]:
    text = [*(paper.title,) * TITLE_WEIGHT, paper.abstract, *paper.keywords]
    return [term for part in text for term in terms(part) if term]
