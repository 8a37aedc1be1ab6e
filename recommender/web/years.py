"""Papers by year as a small chart: every number ready, so that the template only draws."""

from __future__ import annotations

from dataclasses import dataclass

_HEIGHT, _WIDTH, _MARGIN = 90, 400, 16


@dataclass(frozen=True, slots=True)
class YearBar:
    """One year's bar in the chart, in the drawing's units."""

    year: int
    papers: int
    x: int
    y: int
    width: int
    height: int
    middle: int
    label: str


@dataclass(frozen=True, slots=True)
class YearChart:
    """Papers by year, ready to draw."""

    bars: tuple[YearBar, ...]
    width: int
    height: int
    text: str
    undated: int
    numbered: bool
    """Whether there is room for the numbers above the bars."""
    peak: str


def year_chart(by_year: dict[int, int], papers: int) -> YearChart | None:
    """Bars from the first to the last year, gaps included; None where no paper has a year."""
    if not by_year:
        return None
    first, last = min(by_year), max(by_year)
    # Forty years at most: one stray 1795 must not squeeze the rest into a line.
    years = range(max(first, last - 39), last + 1)
    most = max(by_year.values())
    step = max(10, min(36, _WIDTH // len(years)))
    every = -(-34 // step)
    bars = []
    for place, year in enumerate(years):
        here = by_year.get(year, 0)
        height = max(round(here / most * _HEIGHT), 2) if here else 0
        label = str(year) if (last - year) % every == 0 else ""
        left, top = place * step + _MARGIN, _MARGIN + _HEIGHT - height
        bars.append(YearBar(year, here, left, top, step - 6, height, left + (step - 6) // 2, label))
    text = ", ".join(f"{year}: {by_year[year]}" for year in sorted(by_year) if by_year[year])
    return YearChart(
        tuple(bars),
        len(years) * step + 2 * _MARGIN - 6,
        _HEIGHT + 2 * _MARGIN + 6,
        text,
        papers - sum(by_year.values()),
        step >= 18,
        f"{most} in {next(year for year in sorted(by_year) if by_year[year] == most)}",
    )
