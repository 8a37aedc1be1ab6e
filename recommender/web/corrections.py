"""Corrections of methods, datasets and tasks: made on an entity's page, listed, taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from recommender.errors import ArtifactError, InputError
from recommender.naming import Correction, alone_key, plain_key
from recommender.store.corrections import Corrections
from recommender.web import forms
from recommender.web.desk import desk
from recommender.web.entities import page
from recommender.web.respond import back_to, go, notice

pages = Blueprint("corrections", __name__)

SAID = {"merge": "“{name}” is the same as “{to_name}” from now on.", "rename": "“{name}” is called “{to_name}” now.",
        "split": "“{name}” stands for itself from the next build on.", "mute": "“{name}” is muted."}


@pages.get("/entities/corrections")
def index() -> str:
    """Every correction in force."""
    return render_template("corrections.html", corrections=_kept().all(), pending=_pending())


@pages.post("/entities/corrections")
def create() -> Response | tuple[str, int]:
    """Merge, rename, split or mute; the notice takes it back."""
    form = request.form
    action, label, name = form.get("action", ""), form.get("label", ""), form.get("name", "")
    to_label, to_name = form.get("to_label", ""), " ".join(form.get("to_name", "").split())
    recommender = desk().recommender
    try:
        if action == "merge" and to_name:
            to_name, kind = forms.entity_name(to_name)
            target = recommender.entity(kind or to_label, to_name)
            if target is None:
                raise InputError(f"No paper names the {(kind or to_label).lower()} “{to_name}”, so there is nothing to "
                                 "merge with. To call it that, rename it.")
            to_label, to_name = target.label, target.name
        made, old = _kept().add(action, label, name, to_label, to_name)
    except InputError as error:
        return page(label, name, str(error)), 422
    undo = (url_for("corrections.put_back"), _fields(old)) if old else (
        url_for("corrections.take_back"), {"id": str(made.id)})
    notice(SAID[action].format(name=name[:80], to_name=to_name[:80]), *undo)
    if action in ("merge", "rename"):
        return go(url_for("entities.show", label=to_label, name=to_name))
    return go(url_for("entities.index", label=label) if action == "mute" else
              back_to(form, url_for("corrections.index")))


@pages.post("/entities/corrections/take-back")
def take_back() -> Response:
    """Forget one; the notice has it again."""
    id = request.form.get("id", "")
    one = _kept().take_back(int(id) if id.isascii() and id.isdigit() and len(id) < 10 else 0)
    notice(f"Taken back: what was said of “{one.name}”.", url_for("corrections.put_back"), _fields(one))
    return go(url_for("corrections.index"))


@pages.post("/entities/corrections/put-back")
def put_back() -> Response:
    """Have one again."""
    form = request.form
    label, name = form.get("label", ""), form.get("name", "")
    key = alone_key(label, name) if form.get("alone") else plain_key(label, name)
    _kept().put_back(Correction(form.get("action", ""), label, name, form.get("to_label", ""),
                                form.get("to_name", ""), key))
    return go(url_for("corrections.index"))


def _pending() -> bool:
    try:
        return desk().recommender.is_behind_corrections()
    except ArtifactError:
        return False


def _kept() -> Corrections:
    return Corrections(desk().library)


def _fields(one: Correction) -> dict[str, Any]:
    alone = one.entity == alone_key(one.label, one.name)
    return {"action": one.action, "label": one.label, "name": one.name, "to_label": one.to_label,
            "to_name": one.to_name, "alone": "1" if alone else ""}
