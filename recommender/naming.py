"""Which method, dataset or task a spelling means, with the reader's corrections: merged, split, renamed, muted.

Law: corrections speak of names, never of columns, so they hold for every build and every draft. A spelling has a
key (what its spellings share, or the spelling itself once it is split off), and a key has a home: the key that it
was merged into or renamed to, itself, or none where it is muted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recommender.text.entities import match_key

ACTIONS = ("merge", "rename", "split", "mute")
_ALONE = "\t="
"""In the key of a spelling that is split off; no other key has a mark there."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a reader says of one entity, or of one spelling."""

    action: str
    label: str
    name: str
    to_label: str = ""
    to_name: str = ""
    """Of a merge or a new name: what it is from then on."""
    entity: str = ""
    """The key that it speaks of, as it was when the correction was made."""
    id: int = 0


class Naming:
    """The corrections in force."""

    def __init__(self, corrections: Iterable[Correction] = ()) -> None:
        self.corrections = tuple(corrections)
        """The latest first."""
        self._alone = {one.entity for one in self.corrections if _ALONE in one.entity}
        self._goes: dict[str, str | None] = {}
        self._pinned: dict[str, tuple[str, str]] = {}
        for one in reversed(self.corrections):  # of two names for one thing, the latest
            if one.action == "mute":
                self._goes[one.entity] = None
            elif one.to_name:
                target = self.key(one.to_label, one.to_name)
                self._goes[one.entity] = target
                self._pinned[target] = one.to_label, one.to_name

    @property
    def digest(self) -> str:
        """What tells one set of corrections from another, whatever the way to it; empty for none."""
        said = sorted((one.entity, one.action, one.to_label, one.to_name) for one in self.corrections)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16] if said else ""

    def key(self, label: str, name: str) -> str:
        """What the spellings of one entity share before corrections; a split spelling's own."""
        alone = f"{label}{_ALONE}{name}"
        return alone if alone in self._alone else plain_key(label, name)

    def home(self, key: str) -> str | None:
        """Where a key's papers are counted; None: nowhere."""
        seen = {key}
        while key in self._goes:
            onward = self._goes[key]
            if onward is None or onward in seen:
                return onward
            seen.add(onward)
            key = onward
        return key

    def of(self, label: str, name: str) -> str | None:
        """The home of a spelling."""
        return self.home(self.key(label, name))

    def shown(self, key: str) -> tuple[str, str] | None:
        """The (label, name) that a correction gives to this home; None: the spelling that most papers use."""
        return self._pinned.get(key)

    def spoken_of(self) -> tuple[str, ...]:
        """The keys that corrections send elsewhere, or nowhere."""
        return tuple(self._goes)

    def columns(self, columns: Mapping[str, int], label: str, name: str) -> list[int]:
        """The columns that hold a spelling's papers, out of an index's columns by key; none where it is muted.

        An index built after the corrections has one, under its home; an older one may have several, and
        knows a spelling that was split off since only among the others.
        """
        home = self.of(label, name)
        if home is None:
            return []
        keys = (home, *(key for key in self._goes if key != home and self.home(key) == home))
        found = [columns[key] for key in keys if key in columns]
        return found or [columns[key] for key in (plain_key(label, name),) if key in columns]

    def path(self, key: str) -> list[str]:
        """The keys from this one to its home, itself included."""
        passed = [key]
        while (onward := self._goes.get(passed[-1])) is not None and onward not in passed:
            passed.append(onward)
        return passed


AS_READ = Naming()
"""No corrections: names as they were read."""


def plain_key(label: str, name: str) -> str:
    """What the spellings of one name share, without corrections."""
    return f"{label}\t{match_key(name) or name}"


def alone_key(label: str, name: str) -> str:
    """The key of a spelling that stands for itself."""
    return f"{label}{_ALONE}{name}"
