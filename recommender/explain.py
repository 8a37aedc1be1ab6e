"""Parts -> sentences a person reads: why a paper is recommended, strongest signal first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from recommender.papers import Evidence, Recommendation

SHOWN = 5
"""Names in one sentence."""


def reasons(found: Recommendation) -> list[str]:
    """One sentence a signal that speaks for the paper and can say why."""
    order = sorted(found.parts, key=lambda name: (-found.parts[name], name))
    sentences = []
    for signal in order:
        evidence = [one for one in found.evidence if one.signal == signal and one.amount > 0]
        if found.parts[signal] > 0 and evidence and signal in _SENTENCES:
            sentences.append(_SENTENCES[signal](evidence))
    return [sentence for sentence in sentences if sentence]


def _names(evidence: Sequence[Evidence]) -> str:
    return ", ".join(dict.fromkeys(one.name for one in evidence[:SHOWN]))


def _words(evidence: Sequence[Evidence]) -> str:
    return f"shares the words {_names(evidence)}"


def _meaning(evidence: Sequence[Evidence]) -> str:
    return "says something near to it in other words"


def _citations(evidence: Sequence[Evidence]) -> str:
    papers = len(evidence)
    if papers == 1:
        return "cited by a paper near to the draft"
    return f"cited by {papers} of the papers nearest to the draft"


def _given(evidence: Sequence[Evidence]) -> str:
    papers = len(evidence)
    return f"like {papers} of the papers given" if papers > 1 else "like a paper that was given"


def _entities(evidence: Sequence[Evidence]) -> str:
    named = [one for one in evidence if not one.link]
    linked = [f"{one.name} ({one.link})" for one in evidence if one.link][:SHOWN]
    parts = [f"also about {_names(named)}"] if named else []
    parts += [f"goes with it: {', '.join(linked)}"] if linked else []
    return "; ".join(parts)


def _factors(evidence: Sequence[Evidence]) -> str:
    telling = [one for one in evidence if one.kind != "paper"]
    return f"near in theme, through {_names(telling)}" if telling else "near in theme"


def _people(evidence: Sequence[Evidence]) -> str:
    own, others = ([one for one in evidence if bool(one.link) is linked] for linked in (True, False))
    parts = [f"by authors of papers near to the draft: {_names(others)}"] if others else []
    parts += [f"by the draft's own authors: {_names(own)}"] if own else []
    return "; ".join(parts)


_SENTENCES: dict[str, Callable[[Sequence[Evidence]], str]] = {
    "bm25": _words, "semantic": _meaning, "citations": _citations, "anchors": _given, "cooccurrence": _entities,
    "als": _factors, "neighbours": _people,
}
