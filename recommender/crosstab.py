"""Methods × datasets of a set of papers: who used what with what, and what nobody in the set has combined."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.errors import InputError
from recommender.export.markdown import escape_markdown
from recommender.papers import Paper

ROWS, COLUMNS = 40, 20
"""Methods and datasets of a table on a page; a file has all."""
TABLE_FORMATS = {"csv": ("text/csv; charset=utf-8", ".csv"), "markdown": ("text/markdown; charset=utf-8", ".md")}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What opens a formula in a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Crosstab:
    """The table: methods down, datasets across, each in the order of how many papers name it."""

    methods: tuple[tuple[str, int], ...]
    """(name, papers)"""
    datasets: tuple[tuple[str, int], ...]
    cells: Mapping[tuple[str, str], tuple[Paper, ...]]
    """(method, dataset) -> papers that name both, in the order of the set; a pair that nobody used is not in it."""
    papers: int
    """How many papers of the set name a method and a dataset."""
    left_out: tuple[int, int]
    """Methods and datasets that the limits left out."""

    @property
    def empty(self) -> int:
        """Pairs that no paper has."""
        return len(self.methods) * len(self.datasets) - len(self.cells)


def crosstab(papers: Sequence[tuple[Paper, Sequence[tuple[str, str]]]], rows: int | None = None,
             columns: int | None = None) -> Crosstab:
    """The table of papers with the (label, name) of what each names; limited to the most used, None: all.

    A method that stands with no dataset of the set (and the other way round) is left away: its row would say nothing.
    """
    used: dict[str, Counter[str]] = {"Method": Counter(), "Dataset": Counter()}
    cells: dict[tuple[str, str], list[Paper]] = defaultdict(list)
    with_both = 0
    for paper, named in papers:
        methods, datasets = ([name for label, name in named if label == kind] for kind in used)
        if not methods or not datasets:
            continue
        with_both += 1
        used["Method"].update(methods)
        used["Dataset"].update(datasets)
        for method in methods:
            for dataset in datasets:
                cells[method, dataset].append(paper)
    ranked = {kind: sorted(counts.items(), key=lambda one: (-one[1], one[0].casefold(), one[0]))
              for kind, counts in used.items()}
    down, across = tuple(ranked["Method"][:rows]), tuple(ranked["Dataset"][:columns])
    kept = {(method, dataset) for method, _ in down for dataset, _ in across}
    return Crosstab(down, across, {pair: tuple(found) for pair, found in cells.items() if pair in kept}, with_both,
                    (len(ranked["Method"]) - len(down), len(ranked["Dataset"]) - len(across)))


def as_file(table: Crosstab, name: str) -> tuple[str, str, str]:
    """(text, media type, suffix) of the table as `csv` or `markdown`. Raises InputError for another format."""
    if name not in TABLE_FORMATS:
        raise InputError(f"There is no table format {name!r}. Choose one of: {', '.join(TABLE_FORMATS)}.")
    return (_csv(table) if name == "csv" else _markdown(table), *TABLE_FORMATS[name])


def _csv(table: Crosstab) -> str:
    """Citation keys in the cells, separated by semicolons; with a byte-order mark, or Excel takes it for Latin-1."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["Method", *(_harmless(dataset) for dataset, _ in table.datasets)])
    for method, _ in table.methods:
        writer.writerow([_harmless(method), *(_harmless("; ".join(
            _cited(paper) for paper in table.cells.get((method, dataset), ()))) for dataset, _ in table.datasets)])
    return "\ufeff" + file.getvalue()


def _markdown(table: Crosstab) -> str:
    head = ["", *(escape_markdown(dataset) for dataset, _ in table.datasets)]
    lines = [head, ["---"] * len(head)]
    lines += [[escape_markdown(method), *(", ".join(
        escape_markdown(_cited(paper)) for paper in table.cells.get((method, dataset), ())) or "–"
        for dataset, _ in table.datasets)] for method, _ in table.methods]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cited(paper: Paper) -> str:
    return paper.key or paper.id


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
