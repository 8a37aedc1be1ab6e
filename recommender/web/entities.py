"""Methods, datasets and tasks: the index of them, a page for each, and their names for those who type."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from markupsafe import Markup

from recommender.browse import EntityCard
from recommender.introduced import EARLIEST, Introduction, introduction
from recommender.papers import ENTITY_LABELS, Draft, Filters
from recommender.web import forms
from recommender.web.cards import card
from recommender.web.desk import desk
from recommender.web.highlight import highlight
from recommender.web.recommended import recommended
from recommender.web.years import year_chart

pages = Blueprint("entities", __name__)

PER_PAGE, PAPERS, NAMES = 60, 20, 15
TYPICAL, RELATED = 20, 10
"""Papers that are asked with for what stands near an entity, and how many are recommended."""
SORTS = (("use", "Most used"), ("growth", "Growing"), ("name", "A to Z"))


@pages.get("/entities")
def index() -> str:
    """Every method, dataset and task, the most used first; `q`, `label` and `sort` say otherwise."""
    query, label, number = request.args.get("q", ""), request.args.get("label", ""), forms.page(request.args)
    chosen = label if label in ENTITY_LABELS else None
    sort = request.args.get("sort", "")
    sort = sort if sort in dict(SORTS) else "use"
    found, total = desk().recommender.entities(query, chosen, PER_PAGE, (number - 1) * PER_PAGE, sort)
    return render_template(
        "entities.html",
        query=query,
        label=chosen or "",
        labels=ENTITY_LABELS,
        sort=sort,
        sorts=SORTS,
        found=found,
        total=total,
        number=number,
        pages=(total + PER_PAGE - 1) // PER_PAGE,
    )


@pages.get("/entities/names")
def names() -> str:
    """Options for a field in which a name is being typed, whatever the field is called."""
    typed = next(iter(request.args.values()), "").partition(" (")[0]
    found, _ = desk().recommender.entities(typed, None, NAMES) if typed.strip() else ([], 0)
    twice = {one.name for one in found if sum(other.name == one.name for other in found) > 1}
    return render_template("_names.html", found=found, twice=twice)


@pages.get("/entities/<label>/<ident:name>")
def show(label: str, name: str) -> str | Response:
    """One method, dataset or task; another spelling leads to its canonical name."""
    entity = _entity(label, name)
    if (entity.label, entity.name) != (label, name):
        return redirect(url_for("entities.show", label=entity.label, name=entity.name), 301)  # type: ignore[return-value]
    return _page(entity)


def page(label: str, name: str, error: str) -> str:
    """The page of an entity with what is wrong with a correction of it."""
    return _page(_entity(label, name), error)


def _entity(label: str, name: str) -> EntityCard:
    recommender = desk().recommender
    entity = recommender.entity(label, name) if label in ENTITY_LABELS else None
    if entity is None:
        muted = label in ENTITY_LABELS and recommender.catalogue().naming.of(label, name) is None
        abort(404, f"You have muted “{name}”. Take that back at {url_for('corrections.index')}" if muted else
              f"No paper in the library names the {label.lower()} “{name}”.")
    return entity


def _page(entity: EntityCard, error: str = "") -> str:
    library, number = desk().library, forms.page(request.args)
    papers = library.papers(entity.keys[(number - 1) * PAPERS:number * PAPERS])
    typical = desk().recommender.typical(entity.label, entity.name, TYPICAL)
    near = Draft(liked=tuple(paper.id for paper in typical), filters=Filters())
    return render_template(
        "entity.html",
        entity=entity,
        error=error,
        labels=ENTITY_LABELS,
        cards=[card(paper) for paper in papers],
        chart=year_chart(entity.by_year, entity.papers),
        introduced=(found := _introduction(entity)),
        sentence=highlight(found.sentence, [entity.name]) if found else Markup(),
        spellings=entity.spellings if len(entity.spellings) > 1 else [],
        typical=[card(paper) for paper in typical[:5]] if entity.papers > 5 else [],
        number=number,
        pages=(entity.papers + PAPERS - 1) // PAPERS,
        pending=desk().recommender.is_behind_corrections(),
        **recommended(near, forms.shown(request.args, RELATED)),
    )


def _introduction(entity: EntityCard) -> Introduction | None:
    """The paper that introduced it, among the oldest; those without a year come last."""
    dated = sum(entity.by_year.values())
    oldest = [*reversed(entity.keys[:dated]), *entity.keys[dated:]][:EARLIEST]
    return introduction(desk().library.papers(oldest), [entity.name, *(name for _, name in entity.spellings)])
