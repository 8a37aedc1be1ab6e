"""Names that a text lists behind a word that says what they are: "benchmarks, including X and Y", "tested on X".

Patterns of Hearst ("Automatic acquisition of hyponyms from large text corpora", 1992), one enumeration a head.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from recommender.text.gazetteer import Hit
from recommender.text.spelling import NO_NAMES, base, look, word_lists
from recommender.text.telling import Word, head_label

_LISTS = word_lists()
_HEADS = {
    **dict.fromkeys(_LISTS["listed methods"], "Method"),
    **dict.fromkeys(_LISTS["dataset heads"], "Dataset"),
    **dict.fromkeys(_LISTS["other heads"], ""),
}
_CUES = frozenset((*_HEADS, "on", "On"))
_TRIALS, _FUNCTION, _PLAIN = _LISTS["trial words"], _LISTS["function words"], _LISTS["plain words"]

_OPENS = re.compile(
    r"(?:,? \(?(?:including|such as|like|namely|e\.g\.|i\.e\.|viz\.)[,:]?\s|:\s| \(|,\s(?=[A-Z]))(?:the\s)?"
)
_GOES_BEHIND = frozenset(("and", "confirm", "demonstrate", "indicate", "or", "reveal", "show", "suggest"))
_OPENS_TRIAL = re.compile(r"\s(?:the\s|both\s)?")
_GOES_ON = re.compile(r"(?:,?\s(?:and|or)\s|\s?[,/]\s?)(?:the\s)?")
_CITED = re.compile(r"(?: et al\.?)?,? \(?(?:19|20)\d\d[a-z]?[);,]")
_MOST = 40
"""Items of a list that are read."""
_SIZED = re.compile(r"[A-Z].*-\d+(?:\.\d+)?B\b")


def sized(name: str) -> bool:
    """Whether parameters by the billion stand behind the name, as they do of models only: "Foo-7B"."""
    return len(name) < 60 and _SIZED.search(name) is not None


def listed(words: Sequence[Word], plain: str, hits: Sequence[Hit]) -> Iterator[tuple[str, str]]:
    """Names and what the text says of them, an empty label for something else; `hits` are the known names."""
    title = plain.find("\n")
    for index in [index for index, word in enumerate(words) if word[0] in _CUES]:
        text, _, end = words[index]
        if text in _HEADS:
            label, opened = _HEADS[text], _OPENS.match(plain, end)
            if opened is None or (opened.group() == ", " and label != "Dataset"):
                continue
            # Behind a title's colon all words are capitalised.
            if opened.group()[0] == ":" and end < title:
                continue
            items = _items(words, plain, index + 1, opened)
            # "energy-based models (EBMs)" has an acronym behind it.
            if len(items) < 2 and (opened.group() == ", " or (opened.group() == " (" and label != "Dataset")):
                continue
            # "On the dataset, BERT and GPT fail" goes on.
            if opened.group() == ", " and any(_known(item[0], hits) for item in items):
                continue
            for item in items:
                yield from _told(plain, item, label, len(items) > 1, hits)
        elif _tests(words[max(0, index - 2) : index]):
            items = _items(words, plain, index + 1, _OPENS_TRIAL.match(plain, end))
            for item in items:
                yield from _tried(plain, item, len(items) > 1, hits)


def _tests(before: Sequence[Word]) -> bool:
    """Whether what stands before "on" says that something is measured there: "results on", "64.5 on"."""
    measured = any(word.text.replace(".", "").isdigit() for word in before[-1:])
    return measured or any(word.text.lower() in _TRIALS for word in before)


def _items(words: Sequence[Word], plain: str, at: int, opened: re.Match[str] | None) -> list[Sequence[Word]]:
    """The capitalised items of an enumeration that begins behind the match, at this word or the next ones."""
    items: list[Sequence[Word]] = []
    while opened and len(items) < _MOST:
        while at < len(words) and words[at].start < opened.end():
            at += 1
        if at == len(words) or words[at].start != opened.end() or not any(map(str.isupper, words[at].text)):
            break
        stop = at + 1
        while stop < len(words) and _goes_on(words[stop - 1], words[stop], plain):
            stop += 1
        items.append(words[at:stop])
        # "models (Miller and Smith, 1990)" cites.
        if _CITED.match(plain, words[stop - 1].end):
            return []
        opened = _GOES_ON.match(plain, words[stop - 1].end)
        at = stop
    return items


def _goes_on(before: Word, word: Word, plain: str) -> bool:
    """Whether the word belongs to the name that the word before belongs to."""
    return (word.text[0].isupper() or word.text[0].isdigit()) and plain[before.end : word.start] == " "


def _told(
    plain: str, item: Sequence[Word], label: str, several: bool, hits: Sequence[Hit]
) -> Iterator[tuple[str, str]]:
    name = plain[item[0].start : item[-1].end]
    shape, known = look(name), _known(item[0], hits)
    if len(item) > 1:
        good = label == "Dataset" and several and len(item) < 4 and not known and not head_label(name)
    elif shape > 1:
        # A known method may be a dataset here: SuperGlue matches, SuperGLUE is matched on.
        good = label == "Dataset" != known if known else name not in NO_NAMES
    else:
        good = shape == 1 and several and name not in _PLAIN and not known
    if good and base(name) == name:
        yield name, "Method" if label and sized(name) else label


def _tried(plain: str, item: Sequence[Word], several: bool, hits: Sequence[Hit]) -> Iterator[tuple[str, str]]:
    """ "Tested on X" says less than "the dataset X": known names stay what they are, phrases are none."""
    name = plain[item[0].start : item[-1].end]
    after = re.match(r" ([a-z]+)", plain[item[-1].end : item[-1].end + 20])
    alone = after is None or after.group(1) in _FUNCTION or after.group(1) in _GOES_BEHIND
    named = max(look(word.text) for word in item) > (1 if several or (name.isupper() and len(name) > 4) else 2)
    if named and alone and len(item) < 4 and not _known(item[0], hits) and base(name) == name and not head_label(name):
        yield name, "Method" if sized(name) else "Dataset"


def _known(word: Word, hits: Sequence[Hit]) -> str:
    """The label of the known name that holds the whole word, if any."""
    at = bisect_left(hits, word.start + 1, key=lambda hit: hit.start) - 1
    return hits[at].entry.label if at >= 0 and hits[at].end >= word.end else ""
