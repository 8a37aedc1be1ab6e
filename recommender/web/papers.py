"""A paper's page, and the search by title or author."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from recommender.errors import ArtifactError
from recommender.papers import Draft, Paper
from recommender.web import forms
from recommender.web.cards import card
from recommender.web.desk import desk
from recommender.web.recommended import recommended

pages = Blueprint("papers", __name__)

CITING, PER_PAGE, RELATED = 50, 20, 10


@pages.get("/papers/<ident:id>")
def show(id: str) -> str | Response:
    """All that is known of a paper; a merged-away id, DOI or arXiv id leads to the paper's own."""
    library = desk().library
    keys = library.keys_of([id])
    paper = library.papers(list(keys.values()))[0] if keys else None
    if paper is None:
        abort(404, f"The library has no paper with the id “{id}”.")
    if paper.id != id:
        return redirect(url_for("papers.show", id=paper.id), 301)  # type: ignore[return-value]
    known = library.keys_of(paper.references)
    citing = library.citing(keys[id], CITING + 1)
    return render_template(
        "paper.html",
        card=card(paper),
        paper=paper,
        entities=_entities(paper),
        held=desk().lists.holding([paper.id]),
        references=library.papers(list(dict.fromkeys(known.values()))),
        unknown=len(set(paper.references) - known.keys()),
        citing=library.papers(citing[:CITING]),
        more_citing=len(citing) > CITING,
        **recommended(Draft(liked=(paper.id,)), forms.shown(request.args, RELATED)),
    )


@pages.get("/search")
def search() -> str:
    """Papers by title or author, a page at a time."""
    query, number = request.args.get("q", ""), forms.page(request.args)
    found, total = desk().library.search(query, PER_PAGE, (number - 1) * PER_PAGE)
    return render_template(
        "search.html",
        query=query,
        cards=[card(paper) for paper in found],
        total=total,
        first=(number - 1) * PER_PAGE + 1,
        number=number,
        pages=(total + PER_PAGE - 1) // PER_PAGE,
    )


def _entities(paper: Paper) -> list[tuple[str, str]]:
    """What the index found in the paper; without an index, what its record names."""
    try:
        return desk().recommender.entities_of([paper.id]).get(paper.id, [])
    except ArtifactError:
        return [
            (label, name)
            for label, names in (
                ("Method", paper.methods),
                ("Dataset", paper.datasets),
                ("Task", paper.tasks),
            )
            for name in names
        ]
