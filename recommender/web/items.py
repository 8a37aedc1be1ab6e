"""Papers on a list: added, removed, moved, annotated; every form leads back to where it was sent from."""

from __future__ import annotations

from collections import OrderedDict

from flask import Blueprint, Response, abort, render_template, request, session, url_for

from recommender.web.desk import desk
from recommender.web.respond import back_to, go, notice, wants_partial

pages = Blueprint("items", __name__)

_notes: OrderedDict[tuple[str, str], str] = OrderedDict()
"""(list, paper) -> the note beside a paper just removed; it may be too long for the cookie of the undo."""


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
        notice(f"Added {what} to “{one.name}”.", url_for("items.remove", id=id), {"paper": added[0].id}, link)
    else:
        notice(
            f"Added {what} to “{one.name}”." if added else f"“{one.name}” holds {what} already.", link=link
        )
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
        _notes[id, removed.paper_id] = removed.note
        while len(_notes) > 200:
            _notes.popitem(last=False)
        notice(
            f"Removed “{title}”.",
            url_for("items.put_back", id=id),
            {"paper": removed.paper_id, "position": str(removed.position)},
        )
    return go(back_to(request.form, url_for("lists.show", id=id)))


@pages.post("/lists/<ident:id>/add")
def put_back(id: str) -> Response:
    """Put one paper on this list, at a position if one is given, with the note it had."""
    form = request.form
    paper_id = form.get("paper", "")
    place = form.get("position", "")
    paper = desk().library.get(paper_id)
    desk().lists.add(
        id,
        paper.id if paper else paper_id,
        int(place) if place.isascii() and place.isdigit() else None,
        _notes.pop((id, paper_id), ""),
    )
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
