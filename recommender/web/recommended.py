"""Recommendations as every page shows them: for a draft, a list or a paper the same block, from one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import session

from recommender.errors import ArtifactError
from recommender.papers import Answer, Draft
from recommender.store.lists import ListEntry
from recommender.web import forms, views
from recommender.web.bars import legend
from recommender.web.desk import desk
from recommender.web.results import Result, results


def recommended(draft: Draft, k: int) -> dict[str, Any]:
    """What `_results.html` shows of the k best papers; without an index, what to do about it."""
    answer, trouble = ask(draft, k + 1)
    more = None
    if answer:
        more = min(k + forms.STEP, forms.MOST) if k < min(len(answer.recommendations), forms.MOST) else None
        answer = replace(answer, recommendations=answer.recommendations[:k])
    held = desk().lists.holding_each([one.paper.id for one in answer.recommendations] if answer else [])
    shown = results(answer, desk().library, held, tones()) if answer else []
    return {
        "answer": answer,
        "trouble": trouble,
        "results": shown,
        "groups": groups(answer, shown) if answer else [],
        "variety": views.choice(),
        "varieties": list(views.VARIETY),
        "themed": views.is_themed(),
        "legend": legend((result.segments for result in shown), tones()),
        "more": more,
        "lists": overview(),
        "k": k,
    }


def groups(answer: Answer, shown: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    """The results under the names of their themes, or all under no name where they are not grouped."""
    if not views.is_themed():
        return [("", list(shown))]
    return [(theme.name, [shown[place] for place in theme.places]) for theme in desk().recommender.themes(answer)]


def ask(draft: Draft, k: int) -> tuple[Answer | None, str]:
    """The answer to a query; without an index None, and what to do about it."""
    try:
        return answer_to(draft, k), ""
    except ArtifactError as error:
        return None, str(error)


def answer_to(draft: Draft, k: int) -> Answer:
    """The answer to a query as this reader wants it, its own record apart. Raises ArtifactError without an index."""
    recommender = desk().recommender
    return recommender.recommend(recommender.apart(draft), k, views.variety())


def overview() -> list[ListEntry]:
    """Every list, the one used last first, for the menus that add to a list."""
    last = session.get("last_list")
    return sorted(desk().lists.overview(), key=lambda entry: entry.id != last)


def tones() -> Sequence[str]:
    """The signals in the order of their colours; none without an index."""
    try:
        return desk().recommender.signal_names()
    except ArtifactError:
        return ()
