"""An answer as the page shows it: every number, label and link ready, so that templates compute nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from recommender.papers import ENTITY_LABELS, Answer, Paper, Recommendation
from recommender.store.library import Library
from recommender.store.lists import ListEntry
from recommender.web.bars import Segment, length, segments
from recommender.web.cards import Card, card
from recommender.web.highlight import highlight

_ENTITY_KINDS = {label.lower(): label for label in ENTITY_LABELS}
LATENT = frozenset({"als"})
"""Signals whose evidence is what in the draft speaks for a paper, and need not stand in the paper."""
_CHIPS, _CITING = 8, 3


@dataclass(frozen=True, slots=True)
class Chip:
    """A method, dataset or task that speaks for a paper."""

    label: str
    name: str
    link: str


@dataclass(frozen=True, slots=True)
class Result:
    """One recommendation on the page."""

    rank: int
    card: Card
    abstract: Markup
    segments: tuple[Segment, ...]
    bar_text: str
    chips: tuple[Chip, ...] = ()
    citing: tuple[Paper, ...] = ()
    """Papers near the query that cite it."""
    likelihood: str = ""
    lists: Sequence[ListEntry] = field(default=())


def results(
    answer: Answer, library: Library, held: Mapping[str, Sequence[ListEntry]], tones: Sequence[str]
) -> list[Result]:
    """The answer's recommendations for the page; `tones` are the signals in the order of their colours."""
    named = {e.name for r in answer.recommendations for e in r.evidence if e.kind == "paper"}
    keys = library.keys_of(sorted(named))
    papers = dict(zip(keys, library.papers(list(keys.values())), strict=True))
    longest = max((length(r) for r in answer.recommendations), default=0.0) or 1.0
    return [
        _result(rank, one, papers=papers, longest=longest, lists=held.get(one.paper.id, ()), tones=tones)
        for rank, one in enumerate(answer.recommendations, 1)
    ]


def venue_counts(answer: Answer, chosen: Iterable[str], limit: int = 12) -> list[tuple[str, int]]:
    """The chosen venues, then the most frequent ones among the results."""
    counts = Counter(r.paper.venue for r in answer.recommendations if r.paper.venue)
    first = list(dict.fromkeys(chosen))
    rest = sorted(counts.keys() - set(first), key=lambda venue: (-counts[venue], venue))
    return [(venue, counts[venue]) for venue in (first + rest)[: max(limit, len(first))]]


def _result(
    rank: int,
    one: Recommendation,
    *,
    papers: Mapping[str, Paper],
    longest: float,
    lists: Sequence[ListEntry],
    tones: Sequence[str],
) -> Result:
    reasons = sorted(
        (e for e in one.evidence if e.amount > 0 and e.signal not in LATENT), key=lambda e: -e.amount
    )
    terms = [e.name for e in reasons if e.kind == "term"]
    chips = {
        (e.kind, e.name): Chip(_ENTITY_KINDS[e.kind], e.name, e.link)
        for e in reasons
        if e.kind in _ENTITY_KINDS
    }
    citing = {e.name: papers[e.name] for e in reasons
              if e.signal == "citations" and e.kind == "paper" and e.name in papers}
    bar = segments(one, papers, longest, tones)
    return Result(
        rank,
        card(one.paper),
        highlight(one.paper.abstract, [*terms, *(chip.name for chip in chips.values())]),
        bar,
        ", ".join(f"{segment.name} {segment.part}" for segment in bar),
        tuple(chips.values())[:_CHIPS],
        tuple(citing.values())[:_CITING],
        "" if one.likelihood is None else _percent(one.likelihood),
        lists,
    )


def _percent(chance: float) -> str:
    whole = round(chance * 100)
    return "under 1%" if whole < 1 else "over 99%" if whole > 99 else f"{whole}%"
