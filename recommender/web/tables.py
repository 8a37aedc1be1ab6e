"""Methods × datasets of a list or of a draft's results: as a page, as CSV, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request, url_for

from recommender.crosstab import COLUMNS, ROWS, TABLE_FORMATS, as_file, crosstab
from recommender.names import fold, parse_name
from recommender.papers import Paper
from recommender.web import forms
from recommender.web.desk import desk
from recommender.web.recommended import answer_to
from recommender.web.respond import go

pages = Blueprint("tables", __name__)

FORMAT_NAMES = {"csv": "CSV", "markdown": "Markdown"}


@pages.get("/lists/<ident:id>/table")
def reading_list(id: str) -> str | Response:
    """Who on a list used what with what."""
    one = desk().lists.get(id)
    if one.id != id:
        return go(url_for("tables.reading_list", id=one.id))
    papers, _ = desk().lists.papers(id)
    return _table(papers, one.name, url_for("lists.show", id=one.id), file=one.name)


@pages.get("/drafts/<id>/table")
def draft(id: str) -> str | Response:
    """Who among a draft's results used what with what; no file is named after the draft."""
    one, k = desk().drafts.get(id), forms.shown(request.args)
    answer = answer_to(one, k)
    papers = [found.paper for found in answer.recommendations]
    back = url_for("drafts.show", id=id, k=None if k == forms.SHOWN else k)
    return _table(papers, one.title or "a draft without a title", back, file="related-work", k=k)


def short(paper: Paper) -> str:
    """What stands for a paper in a cell: who and when, else how its title begins."""
    if paper.authors:
        more = " et al." if len(paper.authors) > 1 else ""
        return f"{parse_name(paper.authors[0]).family[:24]}{more} {paper.year or ''}".strip()
    title = paper.title or paper.id
    head = title.partition(":")[0]
    return head if len(head) <= 28 else f"{head[:27].rstrip()}…"


def _table(papers: Sequence[Paper], name: str, back: str, file: str, k: int | None = None) -> str | Response:
    given = desk().recommender.naming(papers)
    if "format" in request.args:
        text, media_type, suffix = as_file(crosstab(given), request.args["format"])
        response = Response(text, content_type=media_type)
        stem = f"{fold(file).replace(' ', '-')[:60] or 'papers'}-methods-datasets"
        response.headers.set("Content-Disposition", "attachment", filename=stem + suffix)
        return response
    return render_template(
        "table.html",
        table=crosstab(given, ROWS, COLUMNS),
        name=name,
        short=short,
        back=back,
        papers=len(papers),
        files=[(FORMAT_NAMES[one], url_for(request.endpoint or "", **(request.view_args or {}), format=one, k=k))
               for one in TABLE_FORMATS],
    )
