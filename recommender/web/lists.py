"""Reading lists as a whole: made, shown with what belongs on them, renamed, deleted and restored."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for

from recommender.errors import InputError
from recommender.papers import Draft, Filters, PaperList
from recommender.web import forms
from recommender.web.cards import card
from recommender.web.desk import desk
from recommender.web.recommended import recommended
from recommender.web.respond import go, notice

pages = Blueprint("lists", __name__)

FOUND = 8
"""Hits shown when a paper to add is searched for."""


@pages.get("/lists")
def index() -> str:
    """Every list."""
    return render_template("lists.html", lists=desk().lists.overview(), error="")


@pages.post("/lists")
def create() -> Response | tuple[str, int]:
    """Make an empty list."""
    try:
        id = desk().lists.create(request.form.get("name", ""), request.form.get("description", "").strip())
    except InputError as error:
        return render_template("lists.html", lists=desk().lists.overview(), error=str(error)), 422
    return go(url_for("lists.show", id=id))


@pages.get("/lists/<ident:id>")
def show(id: str) -> str | Response:
    """A list: its papers in order, papers to add, and what belongs on it."""
    one = desk().lists.get(id)
    if one.id != id:
        return go(url_for("lists.show", id=one.id))
    return _show(one)


def _show(one: PaperList, error: str = "") -> str:
    library = desk().library
    keys = library.keys_of(one.papers)
    found = dict(zip(keys, library.papers(list(keys.values())), strict=True))
    items = [(id, card(found[id]) if id in found else None, one.notes.get(id, "")) for id in one.papers]
    query = request.args.get("find", "")
    hits, total = library.search(query, FOUND) if query else ([], 0)
    on_list = {paper.id for paper in found.values()}
    k = forms.shown(request.args, 10)
    query_of_list = Draft(liked=one.papers, filters=Filters(without=one.papers))
    return render_template(
        "list.html",
        one=one,
        items=items,
        find=query,
        hits=[(card(paper), paper.id in on_list) for paper in hits],
        total=total,
        error=error,
        **(recommended(query_of_list, k) if found else {}),
    )


@pages.post("/lists/<ident:id>/edit")
def edit(id: str) -> Response | tuple[str, int]:
    """Another name or description."""
    try:
        desk().lists.rename(id, request.form.get("name", ""), request.form.get("description", "").strip())
    except InputError as error:
        return _show(desk().lists.get(id), str(error)), 422
    notice("Saved.")
    return go(url_for("lists.show", id=id))


@pages.post("/lists/<ident:id>/delete")
def delete(id: str) -> Response:
    """Put a list away; the notice brings it back."""
    one = desk().lists.get(id)
    desk().lists.delete(one.id)
    notice(f"The list “{one.name}” is deleted.", url_for("lists.restore", id=one.id))
    return go(url_for("lists.index"))


@pages.post("/lists/<ident:id>/restore")
def restore(id: str) -> Response:
    """Bring a deleted list back."""
    desk().lists.restore(id)
    return go(url_for("lists.show", id=desk().lists.get(id).id))
