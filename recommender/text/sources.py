"""Which guideline a text is to be read by: the three training sources mark names differently.

Plain prose is read as SciREX marks it, a sentence without punctuation as TDMSci does. Tokenised text (spaces before
its commas and full stops) is of the source whose words and layout it shares most: a softmax over counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SOURCES = ("scirex", "tdmsci", "scierc")
PLAIN, BARE = SOURCES.index("scirex"), SOURCES.index("tdmsci")
_APART, _CLOSE = re.compile(r"\s[.,:;?)](?:\s|$)"), re.compile(r"\w[.,:;?)](?:\s|$)")
_STOP = re.compile(r"\s[.?!](?:\s|$)")
_LAYOUTS = {"<spaced hyphen>": re.compile(r"\w - \w"), "<tied hyphen>": re.compile(r"\w-\w"),
            "<bracket name>": re.compile(r"-[LR]RB-"), "<bracket>": re.compile(r"[()]"),
            "<heading>": re.compile(r"\b(?:document|section) : ")}


def layout(text: str) -> str:
    """How the text was prepared: "tokenised" has punctuation apart from words, "bare" has none at all, else "plain"."""
    apart, close = len(_APART.findall(text, 0, 4000)), len(_CLOSE.findall(text, 0, 4000))
    if apart or close or "\n" in text.strip() or len(text) > 400:
        return "tokenised" if apart > 0 and apart >= close else "plain"
    return "bare"


def clues(text: str, lows: Sequence[str]) -> set[str]:
    """What a source is told by: the words in use and the layout."""
    found = {low for low in lows if low.isalpha() and len(low) > 2}
    found.update(name for name, pattern in _LAYOUTS.items() if pattern.search(text, 0, 4000))
    size = len(lows)
    found.add("<short>" if size < 60 else "<middle>" if size < 250 else "<long>")
    found.add("<one sentence>" if len(_STOP.findall(text, 0, 4000)) < 2 else "<sentences>")
    found.add("<>")
    return found


@dataclass(frozen=True, slots=True)
class Guide:
    """Clue -> weight a source."""

    weights: dict[str, NDArray[np.float32]]

    def source(self, text: str, lows: Sequence[str]) -> int:
        """The place in SOURCES of the guideline for a text, given its folded words."""
        prepared = layout(text)
        if not self.weights or prepared != "tokenised":
            return BARE if prepared == "bare" else PLAIN
        score = np.zeros(len(SOURCES), np.float32)
        for clue in sorted(clues(text, lows[:400])):
            if clue in self.weights:
                score += self.weights[clue]
        return int(score.argmax())

    def saved(self) -> dict[str, Any]:
        """The arrays of a model file."""
        names = sorted(self.weights)
        return {"clues": np.frombuffer("\n".join(names).encode(), np.uint8),
                "guide": np.array([self.weights[name] for name in names], np.float32).reshape(-1, len(SOURCES))}

    @staticmethod
    def load(held: Mapping[str, NDArray[Any]]) -> Guide:
        """The guide among the arrays of a model file."""
        names = held["clues"].tobytes().decode().split("\n")
        return Guide(dict(zip(names, held["guide"], strict=True)) if len(held["guide"]) else {})
