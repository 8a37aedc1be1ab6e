"""The well-known names: read from gazetteer.txt, looked up by what spellings share.

Law: a text is walked once, piece by piece, and a name is given up as soon as no known name goes on so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recommender.text.spelling import PIECE, VARIANTS, join, match_key, singular, word_lists

ANY, SOLID, CAPITALS, INITIALS, EXACT, CONTEXT = range(6)
"""How much of the capitalisation a spelling wants: nothing; nothing if written as one word; two capitals; a
capital at the front; exactly the listed one; exactly that and a word beside it that says what it is."""

# What goes on with a name: sizes, versions and siblings ("-50", "-VL-7B", "-Large", "-Image"), not "-Based".
_ORDINARY = r"(?!\w*(?:ed|ing|[Ll]ike|[Ss]tyle|[Aa]ware|[Ff]ree|[Ll]evel|[Tt]ype|[Dd]riven)\b)"
_VERSION = re.compile(
    r"(?=[-\d])(?:\d+(?:\.\d+)*[A-Za-z]?(?!\w))?(?:-(?:\d[\w.]*|[vV]\d[\w.]*|[A-Z]{1,3}\d*|[A-Z]?[a-z]?\d+[A-Za-z]?|"
    r"(?:turbo|mini|nano|tiny|small|base|large|instruct|chat|preview)|"
    rf"{_ORDINARY}[A-Z][a-z]+[A-Z0-9]?\w*)(?!\w)){{0,4}}"
)
_NUMBER = re.compile(r" [vV]?\d{1,4}(?:\.\d+)*[A-Za-z]?(?![\w%])")
_YEAR = re.compile(r"[ -]?(?:19|20)\d\d$")
_SAYING = word_lists()["saying words"]
_SHOUTED = word_lists()["shouted words"]
LISTING = (",", "and", ", and", "/", "or")


@dataclass(frozen=True, slots=True)
class Entry:
    """One known name; `versioned` names take a number after a space with them ("Llama 3.1")."""

    canonical: str
    label: str
    versioned: bool = False

    @property
    def proper(self) -> bool:
        """Whether it is a proper name ("ResNet", "wav2vec"), unlike a phrase ("graph neural network")."""
        return any(c.isupper() or c.isdigit() for c in self.canonical)


@dataclass(frozen=True, slots=True)
class Hit:
    """A known name in a text; `weak` where a context has to speak for it first."""

    start: int
    end: int
    entry: Entry
    weak: bool
    canonical: str
    """The entry's, or with the version that stands behind it ("ResNet-50")."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    entry: Entry
    rule: int
    forms: frozenset[str]


class Gazetteer:
    """Known names by key, and every beginning of a key, to stop the walk early."""

    def __init__(self, lines: list[str]) -> None:
        self._spellings: dict[str, _Spelling] = {}
        self._beginnings: set[str] = set()
        label = ""
        for line in lines:
            if line.startswith("["):
                label = line.strip("[]")
            elif line and not line.startswith("#"):
                self._add(line, label)

    def _add(self, line: str, label: str) -> None:
        spellings = [part.strip() for part in line.split("|")]
        entry = Entry(_name(spellings[0]), label, spellings[0].endswith("~"))
        for spelling in spellings:
            name, key = _name(spelling), match_key(_name(spelling))
            rule, forms = _rule(spelling), {_bare(name)}
            old = self._spellings.get(key)
            if old:
                # Two spellings of one name: the more lenient rule holds. Of two names the first stays.
                if old.entry != entry:
                    continue
                rule, forms = min(rule, old.rule), forms | old.forms
            self._spellings[key] = _Spelling(entry, rule, frozenset(forms))
            self._beginnings.update(key[:size] for size in range(1, len(key) + 1))
        for spelling in spellings:
            self._add_british(match_key(_name(spelling)))

    def _add_british(self, key: str) -> None:
        for british, american in VARIANTS:
            if american in key:
                other = key.replace(american, british)
                self._spellings.setdefault(other, self._spellings[key])
                self._beginnings.update(other[:size] for size in range(1, len(other) + 1))

    def lookup(self, name: str) -> Entry | None:
        """The entry that a name given on its own belongs to, whatever its capitalisation."""
        found = self._spellings.get(match_key(name))
        return found.entry if found else None

    def entries(self) -> list[Entry]:
        """Every known name once, in the order of the file."""
        return list(dict.fromkeys(spelling.entry for spelling in self._spellings.values()))

    def find(self, text: str) -> list[Hit]:
        """The known names of a text, left to right: weak ones too, none in a line that is all capitals."""
        return [
            self._versioned(hit, text)
            for hit in self._walk(text)
            if not (text[hit.start : hit.end].isupper() and _shouted(hit, text))
        ]

    def _versioned(self, hit: Hit, text: str) -> Hit:
        entry = hit.entry
        if not entry.proper and not entry.versioned:
            return hit
        more = _VERSION.match(text, hit.end)
        if entry.versioned and not (more and more.group()):
            more = _NUMBER.match(text, hit.end)
        tail = more.group().rstrip(".-") if more else ""
        # Models come in sizes ("-mini"), datasets don't.
        if not tail or (entry.label == "Dataset" and tail[1:].isalpha() and tail.islower()):
            return hit
        full = self.lookup(text[hit.start : hit.end] + tail)
        # A dataset's year is an edition, not another dataset.
        edition = entry.label == "Dataset" and _YEAR.match(tail)
        canonical = full.canonical if full else entry.canonical if edition else entry.canonical + tail
        return Hit(hit.start, hit.end + len(tail), entry, hit.weak, canonical)

    def _walk(self, text: str) -> Iterator[Hit]:
        """The longest known names, none inside another."""
        spellings, beginnings = self._spellings, self._beginnings
        pieces = [(m.group(), m.start(), m.end()) for m in PIECE.finditer(text)]
        lowered = [piece.lower() for piece, _, _ in pieces]
        first, count = 0, len(pieces)
        while first < count:
            word = lowered[first]
            if word not in beginnings and (word[-1] != "s" or singular(word) not in spellings):
                first += 1
                continue
            found: tuple[int, _Spelling] | None = None
            start = pieces[first][1]
            if start and text[start - 1].isalnum():
                first += 1
                continue
            key, last = lowered[first], first
            while True:
                piece, _, end = pieces[last]
                hit = spellings.get(key)
                if hit is None and piece[-1] == "s":
                    hit = spellings.get(key[: len(key) - len(piece)] + singular(piece).lower())
                after = text[end : end + 1]
                whole = not after.isalnum() or (after.isdigit() and hit is not None and hit.entry.versioned)
                if hit and whole and _allowed(text[start:end], hit):
                    found = (last, hit)
                last += 1
                if key not in beginnings or last == count or not _joins(text[end : pieces[last][1]]):
                    break
                key = join(key, lowered[last])
            if found is None:
                first += 1
                continue
            last, hit = found
            yield Hit(start, pieces[last][2], hit.entry, hit.rule == CONTEXT, hit.entry.canonical)
            first = last + 1


def vouched(place: int, hits: list[Hit], text: str) -> bool:
    """Whether the words around a weak hit say that it is a name: a head behind it, or a sibling beside it."""
    hit = hits[place]
    after = (word.strip(".,;:()").lower() for word in text[hit.end : hit.end + 40].split()[:2])
    if hit.canonical != hit.entry.canonical or any(word in _SAYING for word in after):
        return True
    for other in hits[max(0, place - 1) : place] + hits[place + 1 : place + 2]:
        if not other.weak and other.entry.label == hit.entry.label and other.entry.proper:
            left, right = sorted((hit, other), key=lambda one: one.start)
            if text[left.end : right.start].strip() in LISTING:
                return True
    return False


def _shouted(hit: Hit, text: str) -> bool:
    """Whether the words beside an ordinary-looking word are in capitals too, so that capitals say nothing."""
    if hit.end - hit.start < 4 or not text[hit.start : hit.end].isalpha():
        return False
    before = text[max(0, hit.start - 40) : hit.start].rsplit("\n", maxsplit=1)[-1].split()[-1:]
    after = text[hit.end : hit.end + 40].split("\n", maxsplit=1)[0].split()[:1]
    around = [word.strip(".,;:()") for word in before + after]
    capitals = all(word.isalpha() and word.isupper() and len(word) > 1 for word in around)
    return capitals and (len(around) == 2 or any(word in _SHOUTED for word in around))


def _name(spelling: str) -> str:
    return spelling.lstrip("=!").rstrip(" ~")


def _bare(name: str) -> str:
    return "".join(c for c in name if c.isalnum())


def _rule(spelling: str) -> int:
    if spelling[0] in "=!":
        return EXACT if spelling[0] == "=" else CONTEXT
    name = _name(spelling)
    words = [piece for piece in PIECE.findall(name) if piece[0].isalpha()]
    if any(c.isdigit() for c in name) or not any(c.isupper() for c in name):
        return ANY
    if len(words) == 1:
        word = words[0]
        if word.istitle():
            return EXACT
        return CAPITALS if len(word) <= 6 or word.isupper() else SOLID
    return INITIALS if all(word[0].isupper() for word in words) else ANY


def _allowed(surface: str, spelling: _Spelling) -> bool:
    if spelling.rule == ANY:
        return True
    if spelling.rule == SOLID:
        # "Page Rank" is PageRank, but "the fast text" is not fastText.
        return " " not in surface or any(c.isupper() for c in surface)
    if spelling.rule == INITIALS:
        return surface[0].isupper()
    bare = _bare(surface)
    # "A priori" is not Apriori.
    if spelling.rule == EXACT and any(piece.islower() for piece in surface.split()[1:]):
        return False
    if bare in spelling.forms or (bare[-1] == "s" and bare[:-1] in spelling.forms):
        return True
    return spelling.rule == CAPITALS and sum(c.isupper() for c in surface) >= 2


def _joins(gap: str) -> bool:
    if gap in ("", " ", "-"):
        return True
    return gap.count("\n") < 2 and gap.strip() in ("", "-", "–", "‑", "_", "/", "'", "’", "&", ".")


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The names shipped with the program, read once."""
    return Gazetteer(Path(__file__).with_name("gazetteer.txt").read_text(encoding="utf-8").splitlines())
