"""Papers as files: of a draft's results, a list, a paper, a method, or whatever was selected."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, abort, request

from recommender.errors import InputError
from recommender.export import writer
from recommender.names import fold
from recommender.papers import Paper
from recommender.web import forms
from recommender.web.desk import desk
from recommender.web.recommended import answer_to

pages = Blueprint("exports", __name__)


@pages.get("/drafts/<id>/export")
def draft(id: str) -> Response:
    """A draft's results; the file is not named after the draft, which is nobody's business."""
    answer = answer_to(desk().drafts.get(id), forms.shown(request.args))
    return download((one.paper for one in answer.recommendations), "related-work")


@pages.get("/lists/<ident:id>/export")
def reading_list(id: str) -> Response:
    """A list, in its order."""
    one = desk().lists.get(id)
    return download(_papers(one.papers), one.name)


@pages.get("/papers/<ident:id>/export")
def paper(id: str) -> Response:
    """One paper."""
    found = desk().library.get(id)
    if found is None:
        abort(404, f"The library has no paper with the id “{id}”.")
    return download([found], found.key or "paper")


@pages.get("/entities/<label>/<ident:name>/export")
def entity(label: str, name: str) -> Response:
    """Every paper of a method, dataset or task, the newest first."""
    found = desk().recommender.entity(label, name)
    if found is None:
        abort(404, f"No paper in the library names “{name}”.")
    return download(desk().library.papers(found.keys), found.name)


@pages.post("/export")
def selection() -> Response:
    """The selected papers, in the page's order."""
    chosen = _papers(request.form.getlist("paper"))
    if not chosen:
        abort(400, "Select at least one paper first, then export.")
    return download(chosen, "selection")


def download(papers: Iterable[Paper], name: str) -> Response:
    """The papers in the request's `format`, as a file."""
    try:
        chosen = writer(request.values.get("format", "bibtex"))
    except InputError as error:
        abort(400, str(error))
    response = Response("".join(chosen.write(papers)), content_type=chosen.media_type)
    file = (fold(name).replace(" ", "-")[:60] or "papers") + chosen.suffix
    response.headers.set("Content-Disposition", "attachment", filename=file)
    return response


def _papers(ids: Iterable[str]) -> list[Paper]:
    return desk().library.papers(list(dict.fromkeys(desk().library.keys_of(ids).values())))
