"""What the tagger sees of a token: features of the words around it, of its noun phrase, and of the text.

Law: training and prediction see the same. Each feature is of one of three kinds, so that prediction can look
most of it up at once: a feature of a word in a *slot* beside the token, a *pair* of neighbouring words, or a
*code*, a small number.
"""

from __future__ import annotations

from typing import NamedTuple

from recommender.text.spelling import look
from recommender.text.tokens import SHAPES, folded, shape

LABELS = ("O", "B-Dataset", "I-Dataset", "B-Method", "I-Method", "B-Task", "I-Task")
KINDS = ("Dataset", "Method", "Task")

SLOTS = ("-2", "-1", "0", "+1", "+2", "head", "before", "after", "beside")
"""Where the word stands whose features are taken: around the token; last of its noun phrase; the function words or
marks that open and close the phrase; the last word of the phrase before."""

COMPANIES = 65
"""The coarsest clusters of words, and 0 for none."""

CODES = {
    "shapes": len(SHAPES) ** 3, "distance": 16, "known": 13, "known-1": 13, "known+1": 13, "beside": 13,
    "rule": 7, "rule-1": 7, "rule+1": 7, "mined": 5, "mined-1": 5, "mined+1": 5,
    "companies-": COMPANIES**2, "companies+": COMPANIES**2, "companies head": COMPANIES**2,
    "count": 5 * len(SHAPES), "acronym": 4, "glued": 8, "place": 12, "length": 8,
}
"""Code -> how many values it has."""
FLAGGED_CODES = frozenset(("shapes", "known", "rule", "mined", "glued", "distance", "place", "companies head"))
"""Codes that are given to the learner once more with the source before them."""


class Knowledge(NamedTuple):
    """What plain abstracts taught about words: clusters of folded words, marks of cased ones, names."""

    clusters: dict[str, tuple[int, ...]]
    marks: dict[str, str]
    names: dict[str, int]
    """Key of a name -> 1 for a dataset, 2 for a method."""


def company(word: str, knowledge: Knowledge) -> int:
    """The word's coarsest cluster, from 1; 0 for none."""
    parts = knowledge.clusters.get(folded(word), ()) if word else ()
    return parts[0] + 1 if parts else 0


def word_features(word: str, knowledge: Knowledge) -> list[tuple[list[str], list[str]]]:
    """Slot by slot, the features of a word: those of all texts, and those given with the source before them too.

    An empty word is what stands beyond a sentence's ends.
    """
    if not word:
        return [([f"{slot}:w="], []) for slot in SLOTS]
    known = _Word(word, knowledge)
    name = [*known.name, *known.clusters]
    found: list[tuple[list[str], list[str]]] = []
    for slot in SLOTS:
        some: list[str] = []
        if slot == "0":
            some = [*name, *known.form, *known.marks]
            many = [*some, *known.cased, *known.tails, *known.fronts, f"l={look(word)}"]
        elif slot in ("-1", "+1"):
            many = [*name, *known.form, *known.tails[1:2], *known.marks]
        elif slot == "head":
            many, some = [*name, *known.tails[1:2], *known.form], name
        elif slot in ("-2", "+2", "beside"):
            many = [*name[:3], *known.form]
        else:
            many = known.name
        found.append(([f"{slot}:{one}" for one in many], [f"{slot}:{one}" for one in some]))
    return found


def bare_features(word: str, knowledge: Knowledge) -> list[str]:
    """All features that a word has in any slot, without the slot before them."""
    if not word:
        return ["w="]
    known = _Word(word, knowledge)
    return [*known.name, *known.clusters, *known.form, *known.marks, *known.cased, *known.tails, *known.fronts,
            f"l={look(word)}"]


class _Word:
    """The kinds of features of one word."""

    def __init__(self, word: str, knowledge: Knowledge) -> None:
        low = folded(word)
        parts = knowledge.clusters.get(low, ())
        self.name = [f"w={low}"]
        self.clusters = [f"c{place}={part}" for place, part in enumerate(parts)] or ["c=none"]
        self.form = [f"s={SHAPES[shape(word)]}"]
        mark = "" if word.islower() else knowledge.marks.get(word, "")
        self.marks = [f"m={mark[at:at + 2]}" for at in range(0, len(mark), 2)]
        self.cased = [] if word.islower() else [f"W={word}"]
        sizes = (2, 3, 4) if len(low) > 3 and low[0].isalpha() else ()
        self.tails, self.fronts = [f"e={low[-size:]}" for size in sizes], [f"b={low[:size]}" for size in sizes]
