"""What words tell of a name: the head of its phrase, its ending, and the long form before an acronym."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from recommender.text.spelling import word_lists

_LISTS = word_lists()
_DATASET, _METHOD, _TASK = (_LISTS[f"{kind} heads"] for kind in ("dataset", "method", "task"))
_FUNCTION = _LISTS["function words"] | _LISTS["describing words"]
_DATASET_ENDS, _METHOD_ENDS = tuple(_LISTS["dataset endings"]), tuple(_LISTS["method endings"])
NAME_HEADS = _DATASET | _LISTS["naming heads"] | frozenset(("approach", "module", "strategy", "technique"))
"""Words that say of the name beside them that it is one."""
_APPOSITION = re.compile(
    r"\s*(?:\)|\([^()]{0,80}\))?\s*(?:,|:|is|as|–|—)\s*(?:which is |is )?(?:an?|[Tt]he|our|A)\s+"
    r"([^.;:()]+(?:\([^()]{0,20}\)[^.;:()]+)?)"
)
_VERSION = re.compile(r"[vV]?\d+(?:\.\d+)?$")


class Word(NamedTuple):
    """A word and where it stands."""

    text: str
    start: int
    end: int


def end_label(name: str) -> str:
    """What the name's ending before its version tells: HotpotQA is a dataset, ConvNetV2 a method."""
    name = _VERSION.sub("", name)
    if len(name) > 4 and name.endswith(_DATASET_ENDS):
        return "Dataset"
    return "Method" if len(name) > 4 and name.endswith(_METHOD_ENDS) else ""


def head_word(phrase: str) -> str:
    """A noun phrase's head in small letters: its last word before a function word."""
    head = ""
    for word in phrase.lower().split():
        if word in _FUNCTION and head:
            break
        # "transformer-based" ends no phrase, though "based" does.
        head = word.strip(".,;:()").rpartition("-")[2]
    return head


def head_label(phrase: str) -> str:
    """The label that a noun phrase's head says."""
    head = head_word(phrase)
    if head in _DATASET:
        return "Dataset"
    if head in _TASK:
        return "Task"
    return "Method" if head in _METHOD or head.rstrip("s") in _METHOD else ""


def long_form_start(short: str, words: Sequence[Word], index: int, text: str) -> int | None:
    """First word of the long form before an acronym (Schwartz and Hearst 2003: letters matched backwards)."""
    letters = [c for c in short.lower() if c.isalnum()]
    left = len(letters) - 1
    if text[words[index - 1].end : words[index].start].strip(" \n\"'”’") != "(":
        return None
    # Initials go first: backwards, "Proximal Policy Optimization (PPO)" would be content with its last two words.
    first = index - len(letters)
    if first >= 0 and [word.text[0].lower() for word in words[first:index]] == letters:
        between = (text[words[at].end : words[at + 1].start] for at in range(first, index - 1))
        if all(gap.strip(" \n-–") == "" for gap in between):
            return first
    limit = max(0, index - min(len(letters) + 5, 2 * len(letters)))
    for at in range(index - 1, limit - 1, -1):
        word = words[at].text.lower()
        for place in range(len(word) - 1, -1, -1):
            # The acronym's first letter has to open a word; the others may stand anywhere.
            if word[place] == letters[left] and (left or place == 0 or not word[place - 1].isalnum()):
                left -= 1
                if left < 0:
                    return at
        if at and text[words[at - 1].end : words[at].start].strip(" \n/'-–\""):
            return None
    return None


def called_dataset(words: Sequence[Word], plain: str, at: int) -> bool:
    """Whether what is called so is a dataset: "a corpus for parsing named X"."""
    for word in reversed(words[max(0, at - 9) : at]):
        if word.text in NAME_HEADS or "." in plain[word.end : word.end + 1]:
            return word.text in _DATASET
    return False


def apposition(plain: str, end: int) -> str:
    """What the text says the name just given is: "X, a large corpus of …"."""
    match = _APPOSITION.match(plain[end : end + 160])
    for part in match.group(1).split(",") if match else ():
        label = head_label(part)
        # "X, a small, fast model" goes on behind the comma, "X, a model, and Y data" does not.
        if label or _LISTS["function words"].intersection(part.split()[1:]):
            return label
    return ""
