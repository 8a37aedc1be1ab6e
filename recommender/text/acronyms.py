"""Acronyms behind their long forms: "Graph Neural Network (GNN)" binds both spellings to one name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from recommender.text.gazetteer import gazetteer
from recommender.text.spelling import NO_NAMES, acronym, long_form, look, word_lists
from recommender.text.telling import (
    NAME_HEADS,
    Word,
    apposition,
    called_dataset,
    head_label,
    head_word,
    long_form_start,
)

_LISTS = word_lists()
_VERBS, _CALLS, _SURE = _LISTS["introducing verbs"], _LISTS["calling words"], _LISTS["sure heads"]
_FUNCTION, _OTHERS = _LISTS["function words"], _LISTS["other heads"]
_PHRASE_ENDS = ("ly", "es", "ds", "ts")
_STORES = frozenset(("collection", "database"))


class Acronym(NamedTuple):
    """An acronym, what it is and how it is shown, and where its long form stands."""

    short: str
    label: str
    """Empty: no method, dataset or task."""
    shown: str
    start: int
    end: int
    certain: bool
    """Whether that is what the acronym means throughout the text."""


def acronyms(text: str, plain: str, words: Sequence[Word]) -> Iterator[Acronym]:
    """ "Graph Neural Network (GNN)" binds both spellings to one name, whatever GNN means elsewhere."""
    for index, word in enumerate(words):
        opened = index and plain[word.start - 1] == "("
        if not opened or plain[word.end : word.end + 1] not in (")", ",", ";"):
            continue
        short = acronym(word.text)
        first = long_form_start(short, words, index, plain) if short else None
        if first is None:
            continue
        start, end = words[first].start, words[index - 1].end
        label, shown = _defined(plain, words, short, text[start:end], first, index)
        # "Locked-image Tuning (LiT)" has the looks of a name, though its head says nothing.
        certain = bool(label) or look(short) < 3 or not _capitalised(words[first:index])
        certain = certain or gazetteer().lookup(short) is not None
        yield Acronym(short, label, shown, start, end, certain)


def _capitalised(words: Sequence[Word]) -> bool:
    return all(word.text[0].isupper() for word in words)


def _defined(plain: str, words: Sequence[Word], short: str, long: str, first: int, index: int) -> tuple[str, str]:
    """Label and canonical name of an acronym with its long form; no label where it is no entity."""
    known = gazetteer().lookup(long)
    if known:
        return known.label, known.canonical
    head = long.rsplit(maxsplit=1)[-1]
    part = gazetteer().lookup(re.split(r"[\s-]", long)[-1])
    label = head_label(head)
    said = _said_behind(plain, words, index)
    if short in NO_NAMES or (not said and head_word(long) in _OTHERS):
        return "", ""
    if first and words[first - 1].text in _CALLS and not said:
        said = "Dataset" if called_dataset(words, plain, first) else "Method"
    introduced = any(w.text in _VERBS or w.text in _CALLS for w in words[max(0, first - 8) : first])
    behind = [w.text for w in words[index + 1 : index + 3]]
    introduced = introduced or (behind[:1] in (["is"], ["are"]) and behind[-1] in _VERBS)
    if label == "Method" and not introduced and head.lower().rstrip("s") not in _SURE:
        label = ""
    if not label and part and part.label == "Method":
        label = "Method"
    last_two = gazetteer().lookup(" ".join(re.split(r"[\s-]", long)[-2:]))
    if last_two and last_two.label == "Task":
        label = "Task"
    label = said or label
    if not label and introduced and (long[0].isupper() or look(short) > 2):
        label = "Method"
    usual = gazetteer().lookup(short)
    if usual and usual.label == label and usual.proper and " " not in usual.canonical:
        return label, usual.canonical
    # A short acronym means many things, so its long form stands for it; a long one is the name.
    return label, short if len(short) > 3 else long_form(long)


def _said_behind(plain: str, words: Sequence[Word], index: int) -> str:
    """What "(ABC) fusion approach" or "(ABC): a new benchmark" says that ABC is."""
    end = words[index].end
    if plain[end : end + 2] == ") ":
        for place in range(index + 1, min(index + 4, len(words))):
            head = words[place].text
            if place > index + 1 and plain[words[place - 1].end : words[place].start].strip():
                break
            if head in NAME_HEADS or head in _STORES:
                return "Dataset" if head in _STORES else head_label(head)
            # A verb or what else ends the phrase: "(ABC) increasingly uses data".
            if head in _FUNCTION or not head.islower() or head.endswith(_PHRASE_ENDS):
                break
        return ""
    said = apposition(plain, end) if plain[end : end + 1] == ")" else ""
    return said if said != "Task" else ""
