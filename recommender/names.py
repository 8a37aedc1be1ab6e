"""Author names: taken apart into BibTeX's four parts, and compared.

One policy: braces round a whole name make it corporate and keep it whole; "Last, First" and
"Last, Jr, First" are as BibTeX reads them; otherwise the last word is the family name, together with the
lower-case particles before it ("Ludwig van Beethoven").
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_BETWEEN = re.compile(r"[;\n\r]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in BibTeX's parts; a corporate name has `family` alone and `corporate` set."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    corporate: bool = False

    @property
    def full(self) -> str:
        """In reading order: Ludwig van Beethoven, Jr."""
        words = " ".join(part for part in (self.given, self.particle, self.family) if part)
        return f"{words}, {self.suffix}" if self.suffix else words

    @property
    def sorted(self) -> str:
        """In BibTeX's unambiguous order: van Beethoven, Jr, Ludwig."""
        family = f"{self.particle} {self.family}".strip()
        return ", ".join(part for part in (family, self.suffix, self.given) if part)


def parse_name(text: str) -> Name:
    """Take one author's name apart."""
    text = " ".join(text.split())
    if text.startswith("{") and text.endswith("}"):
        return Name(text[1:-1].strip(), corporate=True)
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1:
        return _natural_order(text.split(" "))
    particle, family = _particle_and_family(parts[0].split(" "))
    if len(parts) == 2:
        if parts[1].lower() in SUFFIXES:
            plain = _natural_order(parts[0].split(" "))
            return Name(plain.family, plain.given, plain.particle, parts[1])
        return Name(family, parts[1], particle)
    return Name(family, ", ".join(part for part in parts[2:] if part), particle, parts[1])


def split_names(text: str) -> tuple[str, ...]:
    """The names of a text that has one a line or separates them by semicolons, once each."""
    return tuple(dict.fromkeys(name for part in _BETWEEN.split(text) if (name := " ".join(part.split()))))


def _particle_and_family(words: list[str]) -> tuple[str, str]:
    cut = 0
    while cut < len(words) - 1 and words[cut][:1].islower():
        cut += 1
    return " ".join(words[:cut]), " ".join(words[cut:])


def _natural_order(words: list[str]) -> Name:
    suffix = ""
    if len(words) > 2 and words[-1].lower() in SUFFIXES:
        suffix, words = words[-1], words[:-1]
    for start, word in enumerate(words[:-1]):
        if start > 0 and word[:1].islower():
            particle, family = _particle_and_family(words[start:])
            return Name(family, " ".join(words[:start]), particle, suffix)
    return Name(words[-1], " ".join(words[:-1]), "", suffix)


def fold(text: str) -> str:
    """Lower case without accents or punctuation, single spaces: what two spellings share."""
    if text.isascii():  # nearly every title; five times as fast
        return " ".join(_ASCII_WORD.findall(text.lower()))
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def same_person(one: str, other: str) -> bool:
    """Whether two author names agree: equal family names, and first initials that do not clash."""
    a, b = parse_name(one), parse_name(other)
    if fold(a.family) != fold(b.family):
        return False
    first, second = fold(a.given)[:1], fold(b.given)[:1]
    return not first or not second or first == second
