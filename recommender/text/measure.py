"""How well entities are found in marked text: `python -m recommender.text.measure FILE.jsonl...`.

Relaxed: same label and a common character, one to one; exact: same label and offsets. Micro-averaged F1.
A record's `source` says in which line it is counted and is never shown to the extractor.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from recommender.text.entities import extract
from recommender.text.features import KINDS

Mark = tuple[int, int, str]


class Tally(NamedTuple):
    """Spans found and right, found, and wanted."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both counted together."""
        return Tally(self.right + other.right, self.found + other.found, self.wanted + other.wanted)

    def line(self) -> str:
        """F1, precision and recall."""
        precision, recall = self.right / max(self.found, 1), self.right / max(self.wanted, 1)
        f1 = 2 * self.right / max(self.found + self.wanted, 1)
        return f"{f1:.3f} ({precision:.3f}/{recall:.3f})"


def exact(found: Sequence[Mark], wanted: Sequence[Mark]) -> Tally:
    """Same label and offsets."""
    return Tally(len(set(found) & set(wanted)), len(found), len(wanted))


def relaxed(found: Sequence[Mark], wanted: Sequence[Mark]) -> Tally:
    """Same label and a common character; each span used once, left to right."""
    right, free = 0, sorted(wanted)
    for start, end, label in sorted(found):
        for at, (left, stop, name) in enumerate(free):
            if name == label and start < stop and left < end:
                del free[at]
                right += 1
                break
    return Tally(right, len(found), len(wanted))


def measure(records: Iterable[dict[str, Any]],
            finder: Callable[[str], Iterable[Mark]]) -> dict[tuple[str, str], tuple[Tally, Tally]]:
    """(source, label) -> exact and relaxed."""
    tallies: dict[tuple[str, str], tuple[Tally, Tally]] = {}
    for record in records:
        marks = list(finder(record["text"]))
        for kind in KINDS:
            found = [mark for mark in marks if mark[2] == kind]
            wanted = [(span["start"], span["end"], kind) for span in record["spans"] if span["label"] == kind]
            key = (record["source"], kind)
            old = tallies.get(key, (Tally(), Tally()))
            tallies[key] = old[0].plus(exact(found, wanted)), old[1].plus(relaxed(found, wanted))
    return tallies


def report(tallies: dict[tuple[str, str], tuple[Tally, Tally]]) -> str:
    """One line a source and label: F1 (precision/recall), exact and relaxed."""
    lines = [f"{'source':<8} {'label':<8} {'exact':<20} relaxed"]
    lines += [f"{source:<8} {kind:<8} {strict.line():<20} {loose.line()}"
              for (source, kind), (strict, loose) in sorted(tallies.items())]
    return "\n".join(lines)


def main(files: Sequence[str]) -> None:
    """Print the report over the files' records."""
    records = [json.loads(line) for file in files for line in Path(file).read_text(encoding="utf-8").splitlines()]
    print(report(measure(records, lambda text: [(span.start, span.end, span.label) for span in extract(text)])))


if __name__ == "__main__":
    main(sys.argv[1:])
