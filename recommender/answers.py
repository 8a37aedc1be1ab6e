"""Answers written down: as JSON for programs, as text for a terminal."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from recommender.explain import reasons
from recommender.export.jsonl import write_jsonl
from recommender.names import parse_name
from recommender.papers import Answer, Missing, Paper, Recommendation
from recommender.themes import Theme

WIDTH = 100


def paper_json(paper: Paper) -> dict[str, Any]:
    """A paper in the canonical JSON form."""
    made: dict[str, Any] = json.loads("".join(write_jsonl([paper])))
    return made


def answer_json(answer: Answer, groups: Sequence[Theme] | None = None) -> dict[str, Any]:
    """An answer as the API gives it; with groups, also the ids of each theme's papers."""
    grouped = {} if groups is None else {"themes": [
        {"name": theme.name, "papers": [answer.recommendations[place].paper.id for place in theme.places]}
        for theme in groups]}
    return {
        "recommendations": [{
            "paper": paper_json(found.paper), "score": found.score, "base": found.base, "parts": dict(found.parts),
            "likelihood": found.likelihood, "evidence": [asdict(one) for one in found.evidence],
            "reasons": reasons(found)} for found in answer.recommendations],
        "relevant": answer.relevant, "note": answer.note, "entities": [asdict(span) for span in answer.entities],
        "missing": missing_json(answer.missing), "seconds": answer.seconds,
        **grouped,
    }


def missing_json(missing: Sequence[Missing]) -> list[dict[str, Any]]:
    """What the draft does not name, with the ids of the nearest papers that do."""
    return [{"label": one.label, "name": one.name, "score": one.score, "near": one.near,
             "papers": [paper.id for paper in one.papers]} for one in missing]


def answer_text(answer: Answer, groups: Sequence[Theme] | None = None) -> str:
    """An answer for reading: rank, title, who and when, and why; then what the nearest papers use besides."""
    lines = []
    for theme in groups or [Theme("", tuple(range(len(answer.recommendations))))]:
        lines += [f"== {theme.name}", ""] if theme.name else []
        lines += [line for place in theme.places for line in _lines(place + 1, answer.recommendations[place])]
    for label, said in (("Dataset", "Papers like this also evaluate on"), ("Method", "Papers like this also use")):
        names = ", ".join(one.name for one in answer.missing if one.label == label)
        lines += textwrap.wrap(f"{said}: {names}", WIDTH, subsequent_indent="  ") if names else []
    return "\n".join(lines)


def _lines(place: int, found: Recommendation) -> list[str]:
    paper = found.paper
    names = [parse_name(name).family for name in paper.authors]
    who = names[0] + (f" and {names[1]}" if len(names) == 2 else " et al." if len(names) > 2 else "") if names else ""
    about = ", ".join(str(part) for part in (who, paper.year, paper.venue) if part)
    lead = f"{place:3d}. "
    title = textwrap.wrap(paper.title, WIDTH - 5) or [paper.id]
    return [lead + title[0], *(" " * 5 + line for line in title[1:]),
            *([" " * 5 + about] if about else []),
            f"     {paper.id}   score {found.score:.3f}",
            *(" " * 5 + line for reason in reasons(found) for line in textwrap.wrap(f"- {reason}", WIDTH - 5)), ""]
