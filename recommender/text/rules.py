"""Methods, datasets and tasks in English scientific text: known names, and names the text itself introduces.

Known names come from the gazetteer. New ones are taken on the author's word: "we propose X", "called X",
a title "X: …", "the X dataset", "long form (ACRONYM)", or a name-like word that keeps coming back. Once a
name is taken, all its occurrences are marked. Everything runs in time linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from recommender.papers import Span
from recommender.text.acronyms import acronyms
from recommender.text.gazetteer import LISTING, Hit, gazetteer, vouched
from recommender.text.listing import listed, sized
from recommender.text.masking import masked
from recommender.text.spelling import NO_NAMES, base, clean, look, word_lists
from recommender.text.telling import NAME_HEADS, Word, apposition, called_dataset, end_label, head_label, head_word

_LISTS = word_lists()
_DATASET = _LISTS["dataset heads"]
_NAMING, _PLAIN = _LISTS["naming heads"], _LISTS["plain words"]
_VERBS, _CALLS, _LEADS = _LISTS["introducing verbs"], _LISTS["calling words"], _LISTS["leading words"]
_FUNCTION, _OTHERS = _LISTS["function words"], _LISTS["other heads"]
_CLINICAL = _LISTS["clinical words"]
_CLOSING = (_FUNCTION | _LEADS) - {"in", "of"}
_NAMED_AS = frozenset(("refer", "referred"))
_EVENTS = frozenset(("conference", "symposium", "trial", "tutorial", "workshop"))
_CUES = _VERBS | _CALLS | _DATASET | _NAMING | _OTHERS | {"as", "data", "test"}

_WORD = re.compile(r"[^\W_]+(?:(?:[-'’&]|\++|\.(?=\d))[^\W_]+)*[+*]*")
_COLON = re.compile(r"\s*:|\s+[-–—]+\s|—|–")
_ARTICLE = re.compile(r", (?=an? |the )")
# "Olanzapine: a review of its use": drugs open titles as names do.
_MEDICAL = re.compile(r"\b(?:review|pharmac\w+|treatment|efficacy|therapy|therapeutic|patients|drug)\b")
_UNNAMED_ENDS = ("ing", "ion", "ions", "ity", "ness", "ment", "ments", "ics", "ers", "ies", "logy", "ed")


class Ruled(NamedTuple):
    """What the rules make of a text."""

    spans: list[Span]
    hits: list[Hit]
    """The gazetteer's, weak ones too."""
    plain: str
    """The text with addresses and TeX blanked out, equally long."""
    others: frozenset[str]
    """Names that stand for something else in this text."""
    clinical: bool
    """Whether the text is of medicine, where substances, genes and trials look as models do."""

    def denied(self, start: int, end: int) -> bool:
        """Whether the rules know that the stretch is no name: it means something else, or wants a word beside it."""
        at = bisect_left(self.hits, end, key=lambda hit: hit.start) - 1
        doubtful = at >= 0 and self.hits[at].weak and self.hits[at].end > start
        surface = self.plain[start:end]
        return doubtful or surface in self.others or surface.removesuffix("s") in self.others


def read(text: str) -> Ruled:
    """The names that rules find: sorted, apart from each other, offsets in code points."""
    reading = _Reading(text)
    spans = reading.spans() if text.strip() else []
    others = frozenset(name for name, (label, _) in reading.names.items() if not label)
    return Ruled(spans, reading.hits, reading.plain, others, reading.clinical)


def canonical(name: str, label: str) -> str:
    """The canonical spelling of a name: the gazetteer's where it knows the name, else the name cleaned."""
    short = clean(name)
    for spelling in (name, short):
        known = gazetteer().lookup(spelling)
        if known and known.label == label:
            return known.canonical
    return short


class _Find(NamedTuple):
    start: int
    end: int
    label: str
    canonical: str


@dataclass(slots=True)
class _Reading:
    """One text being read: what it calls by name so far, and where."""

    text: str
    plain: str = ""
    """The text with addresses and TeX blanked out, equally long."""
    words: list[Word] = field(default_factory=list)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Surface -> (label, canonical) as this text introduces it; an empty label: something else here."""
    long_forms: list[_Find] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    clinical: bool = False

    def spans(self) -> list[Span]:
        self.plain = masked(self.text)
        self.words = [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(self.plain)]
        self.hits = gazetteer().find(self.plain)
        self.clinical = len(_CLINICAL.intersection(map(itemgetter(0), self.words))) > 2
        for one in acronyms(self.text, self.plain, self.words):
            if one.certain:
                self.names[one.short] = one.label, one.shown
            if one.label:
                self.long_forms.append(_Find(one.start, one.end, one.label, one.shown))
        for name, label in listed(self.words, self.plain, self.hits):
            self.names.setdefault(name, (label, clean(name)))
        self._read_title()
        self._read_sentences()
        self._read_appositions()
        if not self.clinical:
            self._read_shapes()
        found = [*self._known(), *self.long_forms, *self._named()]
        found += self._neighbours(found)
        spans: list[Span] = []
        for start, end, label, shown in sorted(found, key=lambda one: (one.start, -one.end)):
            if not spans or start >= spans[-1].end:
                spans.append(Span(start, end, label, self.text[start:end], shown))
        return spans

    def _take(self, name: str, label: str, titled: bool = False) -> None:
        """Remember a name. A title, and the look of a name, say more than an acronym's long form that names nothing."""
        said = self.names.get(name, ("", ""))[0]
        if name not in self.names or (not said and look(name) > 2) or (titled and said in ("", "Task")):
            known = gazetteer().lookup(name)
            self.names[name] = (known.label, known.canonical) if known else (label, clean(name))

    def _touch(self, at: int) -> bool:
        """Whether nothing but space stands between this word and the next."""
        return not self.plain[self.words[at].end : self.words[at + 1].start].strip()

    # What the text introduces.

    def _read_title(self) -> None:
        """A title "X: …" names X."""
        title = self.plain[:300].split("\n", 1)[0]
        colon = _COLON.search(title)
        if not colon or not self.words or self.words[0].start > 2:
            return
        before = [word for word in self.words[:4] if word.end <= colon.start()]
        if not before:
            return
        name, rest = self.text[before[0].start : before[-1].end], title[colon.end() :].lower().strip()
        shape = look(before[0].text)
        if len(before) == 1:
            good = shape >= 3 or (shape == 2 and name not in NO_NAMES)
            if shape == 1 and ":" in colon.group() and len(rest) > 15:
                good = not (name in _PLAIN or name.endswith(_UNNAMED_ENDS) or _MEDICAL.search(rest))
        else:
            good = len(before) == 2 and shape >= 2 and name not in NO_NAMES and before[1].text[0].isdigit()
        if good and head_word(rest) in _EVENTS:
            self.names.setdefault(name, ("", name))
        elif good:
            said = "Dataset" if rest.startswith("benchmarking") else head_label(rest) or end_label(name)
            if said != "Dataset":
                said = self._said_later(name) or said
            self._take(base(name), "Dataset" if said == "Dataset" else "Method", titled=True)

    def _said_later(self, name: str) -> str:
        """What the text says of the title's name where it comes back: "we introduce X, a benchmark"."""
        for word in self.words[1:400]:
            if word.text == name:
                label = apposition(self.plain, word.end)
                if label:
                    return label
        return ""

    def _read_sentences(self) -> None:
        for index, (text, _, _) in enumerate(self.words):
            if text not in _CUES:
                continue
            if text in _VERBS:
                self._read_after(index + 1, called=False)
            elif text in _CALLS:
                self._read_after(index + 1, called=True)
            elif text == "as":
                if any(word.text in _NAMED_AS for word in self.words[max(0, index - 5) : index]):
                    self._read_after(index + 1, called=True)
            elif index and (text in _DATASET or (text in ("data", "test") and self._pair(index))):
                self._read_before(index, "Dataset")
                self._read_beside(index, "Dataset")
            elif index and text in _NAMING:
                self._read_before(index, "Method")
                self._read_beside(index, "Method")
            elif index and text in _OTHERS:
                self._read_before(index, "")

    def _read_beside(self, index: int, label: str) -> None:
        """ "a planner, Foo, which": a name alone between commas behind the head."""
        at = index + 1
        if at == len(self.words) or self.plain[self.words[index].end : self.words[at].start] != ", ":
            return
        word, following = self.words[at], self.words[at + 1].text if at + 1 < len(self.words) else ""
        closed = self.plain[word.end : word.end + 1] == "," or following in ("that", "which")
        if closed and self._is_name(at):
            self._take(word.text, label)

    def _pair(self, index: int) -> bool:
        """ "data set", "test collection": two words that make one head."""
        after = self.words[index + 1].text if index + 1 < len(self.words) else ""
        return after in ("set", "sets", "collection", "collections")

    def _read_after(self, index: int, called: bool) -> None:
        """ "we propose X", "a model called X": X has the look of a name and nothing stands between."""
        words, data = self.words, False
        for at in range(index, min(index + 5, len(words))):
            word = words[at]
            gap = self.plain[words[at - 1].end : word.start].strip(" \n\"'“”‘’")
            if gap and not (at > index and gap == ","):
                return
            shape = look(word.text)
            if (shape < 2 and word.text.lower() in _LEADS) or (called and word.text in NAME_HEADS):
                continue
            if shape:
                if not self._take_phrase(at, called):
                    self._take_after(at, at == index, called, data)
                return
            stops = called or word.text in _FUNCTION or word.text in _CALLS
            if stops or at > index + 3 or not word.text.islower():
                return
            data = data or word.text in _DATASET

    def _take_phrase(self, at: int, called: bool) -> bool:
        """Whether a whole phrase is taken: "we propose Foo Loss, a …", by its head or what stands behind."""
        stop = at + 1
        while stop < len(self.words) and self.words[stop].text[0].isupper() and self._touch(stop - 1):
            stop += 1
        start, end = self.words[at].start, self.words[stop - 1].end
        name = self.text[start:end]
        if not 1 < stop - at < 5 or "\n" in name or self.plain[end : end + 3].strip()[:1] not in (",", ".", ":"):
            return False
        if stop < len(self.words) and self.words[stop].text in _CALLS:
            return False
        label = apposition(self.plain, end) or head_label(name)
        if called and not label:
            label = "Dataset" if called_dataset(self.words, self.plain, at) else "Method"
        if label not in ("Dataset", "Method") or gazetteer().lookup(name):
            return False
        self.names.setdefault(name, (label, clean(name)))
        return True

    def _take_after(self, at: int, next_to_it: bool, called: bool, data: bool) -> None:
        word, following = self.words[at], self.words[at + 1].text if at + 1 < len(self.words) else ""
        after = self.plain[word.end : word.end + 2]
        shape, alone = look(word.text), not (after[:1] in " -" and following[:1].isupper())
        if shape == 1:
            closed = after[:1] in ",:;.(–—)" or after == " (" or following in _CLOSING
            good = alone and closed and word.text not in _PLAIN and (called or next_to_it)
        else:
            good = shape >= 3 or (word.text not in NO_NAMES and (alone or called))
        name = word.text if called else base(word.text)
        if good and name not in NO_NAMES:
            said = apposition(self.plain, word.end) or end_label(name) or "Method"
            data = data or following in _DATASET or (called and called_dataset(self.words, self.plain, at))
            self._take(name, "Dataset" if data else "" if following in _OTHERS else said)

    def _read_before(self, index: int, label: str) -> None:
        """ "the X dataset", "X and Y benchmarks", "the X algorithm": the names right before the head."""
        for at in range(index - 1, max(index - 9, -1), -1):
            word = self.words[at]
            gap = self.plain[word.end : self.words[at + 1].start].strip()
            if gap and not (label == "Dataset" and gap in (",", "/")):
                return
            if word.text in ("and", "or"):
                if label != "Dataset":
                    return
                continue
            name, shape = base(word.text), look(base(word.text))
            known = gazetteer().lookup(name)
            if known is None:
                good = shape >= 2 or (shape == 1 and label == "Dataset" and self._stands_alone(at))
                if name in NO_NAMES or not good or name != word.text:
                    return
                self._take(name, label)
            # Further names only in an enumeration: "X and Y datasets".
            enumerated = at and (self.words[at - 1].text in ("and", "or") or not self._touch(at - 1))
            if not enumerated or (known and label != "Dataset"):
                return

    def _stands_alone(self, at: int) -> bool:
        """Whether a capitalised word can be a name: not a sentence's first, nor part of a longer name."""
        text, start, _ = self.words[at]
        opens = at == 0 or self.plain[max(0, start - 2) : start].strip(" ")[-1:] in ("", ".", "\n", "?", "!")
        if at and self.plain[start - 1] == " " and self.words[at - 1].end == start - 1:
            opens = look(self.words[at - 1].text) == 1
        return not opens and "-" not in text and text not in _PLAIN

    def _is_name(self, at: int) -> bool:
        """Whether a word looks like a name, or is capitalised and no common noun: "Slurpee", not "Selection"."""
        text, shape = self.words[at].text, look(self.words[at].text)
        proper = shape > 0 and len(text) > 3 and not text.endswith(_UNNAMED_ENDS)
        return text not in NO_NAMES and (shape > 2 or (proper and self._stands_alone(at)))

    def _read_appositions(self) -> None:
        """ "that of Foo, an algorithm for …": what a comma and an article say of a name."""
        for comma in _ARTICLE.finditer(self.plain):
            at = bisect_left(self.words, comma.start(), key=itemgetter(2))
            if at == len(self.words) or self.words[at].end != comma.start() or self.words[at].text.islower():
                continue
            if self._is_name(at):
                text, label = self.words[at].text, apposition(self.plain, comma.start())
                if label in ("Dataset", "Method") and not gazetteer().lookup(text):
                    self._take(text, label)

    def _read_shapes(self) -> None:
        """A word shaped like a name that ends as names do, or comes back, is one; "Foo-7B" is a model."""
        seen: set[str] = set()
        hits = {hit.start for hit in self.hits}
        for text, start, _ in self.words:
            if text.islower() or start in hits:
                continue
            model = text[-1] == "B" and sized(text)
            if look(text) < 3 and not model:
                continue
            name = base(text)
            known = name in self.names or name.removesuffix("s") in self.names
            if known or name in NO_NAMES or (look(name) < 3 and not model) or gazetteer().lookup(name):
                continue
            label = "Method" if model else end_label(name)
            if label or name in seen:
                self._take(name, label or "Method")
            seen.add(name)

    # Where the names stand.

    def _known(self) -> Iterator[_Find]:
        for place, hit in enumerate(self.hits):
            surface = self.plain[hit.start : hit.end]
            own = self.names.get(surface) or self.names.get(surface.removesuffix("s"))
            if own is not None and own[1] != hit.canonical:
                continue
            if own is not None or not hit.weak or vouched(place, self.hits, self.plain):
                yield _Find(hit.start, hit.end, hit.entry.label, hit.canonical)

    def _named(self) -> Iterator[_Find]:
        names = {name: given for name, given in self.names.items() if given[0]}
        for text, start, end in self.words if names else ():
            if text.islower() and text not in names:
                continue
            name = base(text)
            for form in (text, name, name.removesuffix("s")):
                if form in names:
                    yield _Find(start, end if form == text else start + len(name), *names[form])
                    break
        for name, given in names.items():
            start = self.plain.find(name) if " " in name else -1
            while start >= 0:
                end = start + len(name)
                if not (self.plain[max(0, start - 1) : start].isalnum() or self.plain[end : end + 1].isalnum()):
                    yield _Find(start, end, *given)
                start = self.plain.find(name, end)

    def _neighbours(self, found: list[_Find]) -> list[_Find]:
        """Names beside known ones in an enumeration: "on ShapeNet and OmniObject3D"."""
        labels = {one.end: one.label for one in found if one.label != "Task" and look(one.canonical[:40]) > 0}
        if not labels:
            return []
        taken = {one.start for one in found}
        more: list[_Find] = []
        for index, (text, start, end) in enumerate(self.words):
            if text.islower() or start in taken or look(text) < 2 or base(text) != text:
                continue
            if text in NO_NAMES or text in self.names or gazetteer().lookup(text):
                continue
            # "Jetson ONX": part of a longer name that is not ours to cut.
            if index and self._touch(index - 1) and look(self.words[index - 1].text):
                continue
            label = self._neighbour_label(index, labels)
            if label:
                more.append(_Find(start, end, label, clean(text)))
                labels[end] = label
        return more

    def _neighbour_label(self, index: int, labels: dict[int, str]) -> str:
        _, start, end = self.words[index]
        for other in self.words[max(0, index - 2) : index]:
            if other.end in labels and self.plain[other.end : start].strip() in LISTING:
                return labels[other.end]
        for other in self.words[index + 1 : index + 3]:
            if other.end in labels and self.plain[end : other.start].strip() in LISTING:
                return labels[other.end]
        return ""
