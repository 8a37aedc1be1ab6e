"""Which wanted papers are found and which are missed: by age, by whether the library saw them cited, by venue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from recommender.papers import Paper

GAPS = ((1, "0 to 1 year older"), (4, "2 to 4 years older"), (9, "5 to 9 years older"), (10_000, "10 years or more"))
VENUES = 8
"""The venues that most wanted papers are from."""


@dataclass
class Breakdown:
    """For each group of wanted papers: how many, and how many each ranking has among its first 100."""

    wanted: Counter[str] = field(default_factory=Counter)
    found: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, papers: Iterable[tuple[Paper, bool]], year: int | None,
            rankings: Mapping[str, Iterable[str]]) -> None:
        """One draft's wanted papers, each with whether the library has papers that cite it, and rankings by name."""
        held = {name: set(ranking) for name, ranking in rankings.items()}
        for paper, is_cited in papers:
            for group in _groups(paper, is_cited, year):
                self.wanted[group] += 1
                for name, ids in held.items():
                    self.found[name][group] += paper.id in ids

    def as_lines(self) -> list[str]:
        """A table: group, wanted papers, and the share that each ranking found."""
        names = sorted(self.found)
        venues = [group for group, _ in self.wanted.most_common() if group.startswith("in ")][:VENUES]
        groups = ["cited in the library", "never cited there", *(label for _, label in GAPS), "of unknown age", *venues]
        lines = [f"{'recall@100 of wanted papers':<44}{'papers':>8}" + "".join(f"{name:>14}" for name in names)]
        return lines + [f"{group[:43]:<44}{self.wanted[group]:>8}" + "".join(
            f"{self.found[name][group] / self.wanted[group]:>14.3f}" for name in names)
            for group in groups if self.wanted[group]]


def _groups(paper: Paper, is_cited: bool, year: int | None) -> list[str]:
    if year is None or paper.year is None:
        age = "of unknown age"
    else:
        age = next(label for most, label in GAPS if year - paper.year <= most)
    return ["cited in the library" if is_cited else "never cited there", age, *([f"in {paper.venue}"] if paper.venue
                                                                              else [])]
