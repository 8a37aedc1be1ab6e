"""Methods, datasets and tasks: the index of them, and a page for each."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from recommender.papers import ENTITY_LABELS
from recommender.web import forms
from recommender.web.cards import card
from recommender.web.desk import desk

pages = Blueprint("entities", __name__)

PER_PAGE, PAPERS = 60, 20
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


@pages.get("/entities")
def index() -> str:
    """Every method, dataset and task, the most used first; `q` and `label` narrow it."""
    query, label, number = request.args.get("q", ""), request.args.get("label", ""), forms.page(request.args)
    chosen = label if label in ENTITY_LABELS else None
    found, total = desk().recommender.entities(query, chosen, PER_PAGE, (number - 1) * PER_PAGE)
    return render_template(
        "entities.html",
        query=query,
        label=chosen or "",
        labels=ENTITY_LABELS,
        found=found,
        total=total,
        number=number,
        pages=(total + PER_PAGE - 1) // PER_PAGE,
    )


@pages.get("/entities/<label>/<ident:name>")
def show(label: str, name: str) -> str | Response:
    """One method, dataset or task; another spelling leads to its canonical name."""
    entity = desk().recommender.entity(label, name) if label in ENTITY_LABELS else None
    if entity is None:
        abort(404, f"No paper in the library names the {label.lower()} “{name}”.")
    if (entity.label, entity.name) != (label, name):
        return redirect(url_for("entities.show", label=entity.label, name=entity.name), 301)  # type: ignore[return-value]
    number = forms.page(request.args)
    papers = desk().recommender.entity_papers(label, name, PAPERS, (number - 1) * PAPERS)
    return render_template(
        "entity.html",
        entity=entity,
        cards=[card(paper) for paper in papers],
        chart=year_chart(entity.by_year, entity.papers),
        number=number,
        pages=(entity.papers + PAPERS - 1) // PAPERS,
    )


def year_chart(by_year: dict[int, int], papers: int) -> YearChart | None:
    """Bars from the first to the last year, gaps included; None where no paper has a year."""
    if not by_year:
        return None
    first, last = min(by_year), max(by_year)
    # Forty years at most: one stray 1795 must not squeeze the rest into a line.
    years = range(max(first, last - 39), last + 1)
    most = max(by_year.values())
    step = max(10, min(30, _WIDTH // len(years)))
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
