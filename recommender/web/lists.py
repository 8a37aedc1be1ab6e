"""Reading lists: every change is a form that leads back, with an undo where something could be missed."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request, session, url_for

from recommender.errors import InputError
from recommender.papers import Draft, Filters, PaperList
from recommender.web import forms
from recommender.web.cards import card
from recommender.web.desk import desk
from recommender.web.respond import ask, back_to, go, notice, overview, tones, wants_partial
from recommender.web.results import legend, results

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
    answer, trouble = (ask(Draft(liked=one.papers, filters=Filters(without=one.papers)), k) if found else (None, ""))
    held = desk().lists.holding_each([r.paper.id for r in answer.recommendations] if answer else [])
    shown = results(answer, library, held, tones()) if answer else []
    return render_template(
        "list.html", one=one, items=items, find=query, hits=[(card(paper), paper.id in on_list) for paper in hits],
        total=total, error=error, answer=answer, trouble=trouble, lists=overview(),
        results=shown,
        legend=legend(shown, tones()),
        more=k + forms.STEP if answer and len(answer.recommendations) == k and k < forms.MOST else None)


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


@pages.post("/lists/add")
def add() -> Response | str:
    """Put papers on a list, or on a new one that is named here.

    htmx gets the notice and the lists that now hold the paper, so the page stays as it is.
    """
    form = request.form
    papers = [paper for id in form.getlist("paper") if (paper := desk().library.get(id)) is not None]
    if not papers:
        abort(400, "Choose at least one paper first.")
    name = form.get("new", "").strip()
    if not name and not form.get("list"):
        abort(400, "Choose a list, or name a new one.")
    id = desk().lists.create(name) if name else desk().lists.get(form["list"]).id
    added = [paper for paper in papers if desk().lists.add(id, paper.id)]
    one = desk().lists.get(id)
    session["last_list"] = id
    what = f"“{papers[0].title[:80]}”" if len(papers) == 1 else f"{len(added)} of {len(papers)} papers"
    link = url_for("lists.show", id=id)
    if len(added) == 1:
        notice(f"Added {what} to “{one.name}”.", url_for("lists.remove", id=id), {"paper": added[0].id}, link)
    else:
        notice(f"Added {what} to “{one.name}”." if added else f"“{one.name}” holds {what} already.", link=link)
    if wants_partial() and "slot" in form:
        return render_template("_added.html", held=desk().lists.holding([papers[0].id]))
    return go(back_to(form, link))


@pages.post("/lists/<ident:id>/remove")
def remove(id: str) -> Response:
    """Take a paper off; the notice puts it back where it was."""
    removed = desk().lists.remove(id, request.form.get("paper", ""))
    if removed:
        paper = desk().library.get(removed.paper_id)
        title = paper.title if paper else removed.paper_id
        notice(f"Removed “{title}”.", url_for("lists.put_back", id=id),
               {"paper": removed.paper_id, "position": str(removed.position), "note": removed.note[:500]})
    return go(back_to(request.form, url_for("lists.show", id=id)))


@pages.post("/lists/<ident:id>/add")
def put_back(id: str) -> Response:
    """Put one paper on this list, at a position and with its note if they are given."""
    form = request.form
    paper_id = form.get("paper", "")
    place = form.get("position", "")
    paper = desk().library.get(paper_id)
    desk().lists.add(id, paper.id if paper else paper_id, int(place) if place.isascii() and place.isdigit() else None,
                     form.get("note", ""))
    return go(back_to(form, url_for("lists.show", id=id)))


@pages.post("/lists/<ident:id>/move")
def move(id: str) -> Response:
    """Move a paper one place up or down."""
    desk().lists.move(id, request.form.get("paper", ""), -1 if request.form.get("by") == "up" else 1)
    return go(back_to(request.form, url_for("lists.show", id=id)))


@pages.post("/lists/<ident:id>/note")
def note(id: str) -> Response:
    """Write a note beside a paper."""
    desk().lists.note(id, request.form.get("paper", ""), request.form.get("note", ""))
    notice("Note saved.")
    return go(back_to(request.form, url_for("lists.show", id=id)))
