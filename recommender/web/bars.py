"""Each signal's share of a score as one stacked bar, with the reasons in words beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recommender.index.counting import author_name
from recommender.names import fold, parse_name
from recommender.papers import Evidence, Paper, Recommendation

SIGNAL_NAMES = {
    "bm25": "Words in common",
    "semantic": "Meaning",
    "citations": "Citations",
    "anchors": "Papers you gave",
    "cooccurrence": "Methods and datasets",
    "als": "Learned patterns",
    "neighbours": "Authors and keywords",
    "prior": "Age and standing",
}
TONES = 8
"""Colours in site.css."""
_WORDS, _TITLES = 8, 3


@dataclass(frozen=True, slots=True)
class Segment:
    """One signal's share of a result's bar, in hundredths of the longest bar."""

    signal: str
    name: str
    part: str
    start: str
    width: str
    tone: int
    positive: bool
    because: str
    """What stands behind it, in words."""


def legend(bars: Iterable[Sequence[Segment]], tones: Sequence[str]) -> list[tuple[int, str]]:
    """(tone, name) of the signals that have a part in these bars."""
    present = {segment.signal for bar in bars for segment in bar}
    return [(number % TONES, signal_name(name)) for number, name in enumerate(tones) if name in present]


def signal_name(signal: str) -> str:
    """A signal's name for readers."""
    return SIGNAL_NAMES.get(signal, signal.replace("_", " ").capitalize())


def length(one: Recommendation) -> float:
    """How long its bar is: what the signals add, without what they take away."""
    return sum(part for part in one.parts.values() if part > 0)


def segments(
    one: Recommendation, papers: Mapping[str, Paper], longest: float, tones: Sequence[str]
) -> tuple[Segment, ...]:
    """The bar of one recommendation; `tones` are the signals in the order of their colours."""
    found: list[Segment] = []
    start = 0.0
    for signal in sorted(one.parts, key=lambda s: tones.index(s) if s in tones else len(tones)):
        part = one.parts[signal]
        width = max(part, 0.0) / longest * 100
        tone = (tones.index(signal) if signal in tones else len(tones)) % TONES
        found.append(
            Segment(
                signal,
                signal_name(signal),
                f"{part:+.2f}".replace("-", "−"),
                f"{start:.2f}",
                f"{width:.2f}",
                tone,
                part > 0,
                _because(signal, one, papers),
            )
        )
        start += width
    return tuple(found)


def _because(signal: str, one: Recommendation, papers: Mapping[str, Paper]) -> str:
    reasons = sorted(
        (e for e in one.evidence if e.signal == signal and e.amount > 0), key=lambda e: -e.amount
    )
    names = list(dict.fromkeys(name for e in reasons if (name := _reason(e, one.paper, papers))))
    shown = names[: _TITLES if reasons and reasons[0].kind == "paper" else _WORDS]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more


def _reason(e: Evidence, paper: Paper, papers: Mapping[str, Paper]) -> str:
    if e.kind == "count":  # the amount is log(1 + count)
        return f"{round(math.expm1(e.amount))} {e.name}"
    if e.kind == "author":  # evidence names authors by family name and initials; the paper has them in full
        full = next((parse_name(one).full for one in paper.authors if author_name(one) == fold(e.name)), e.name)
        return f"{full} ({e.link})" if e.link else full
    if e.kind == "paper":
        title = papers[e.name].title if e.name in papers else ""
        return title and f"“{title if len(title) <= 70 else title[:69] + '…'}”"
    return e.name
