"""How results are shown, on every page alike: how varied they are, and whether they are grouped into themes."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, session

from recommender.web.respond import back_to, go

pages = Blueprint("views", __name__)

VARIETY = {"": 0.0, "some": 0.2, "much": 0.4}
"""What a reader chooses -> how much score a paper gives up for being unlike those before it."""


@pages.post("/view")
def change() -> Response:
    """Keep the choice for this browser's session, and show the page again."""
    variety = request.form.get("variety", "")
    if variety not in VARIETY:
        abort(400, f"Variety is one of {', '.join(name or 'none' for name in VARIETY)}.")
    session["variety"] = variety
    session["themed"] = "themed" in request.form
    return go(back_to(request.form, "/"))


def choice() -> str:
    """The session's variety by name, one of VARIETY."""
    chosen = session.get("variety", "")
    return chosen if chosen in VARIETY else ""


def variety() -> float:
    """How much score a paper gives up in this session."""
    return VARIETY[choice()]


def is_themed() -> bool:
    """Whether the session groups results into themes."""
    return bool(session.get("themed"))
