"""The main journey: paste a draft, read its recommendations, judge them; drafts kept and deleted."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from flask import Blueprint, Response, abort, render_template, request, url_for

from recommender.errors import InputError
from recommender.papers import Draft, Paper
from recommender.recommend import MatchedReferences
from recommender.store.drafts import VERDICTS
from recommender.web import forms
from recommender.web.chips import chips
from recommender.web.desk import desk
from recommender.web.examples import EXAMPLES
from recommender.web.recommended import ask, recommended
from recommender.web.respond import back_to, go, notice
from recommender.web.results import venue_counts

pages = Blueprint("drafts", __name__)

SAID = {"relevant": "More like “{}”.", "irrelevant": "Not relevant: “{}”.", "hidden": "Hidden: “{}”."}
VENUES_OF = 60
"""Results whose venues are offered while a venue filter is on."""
_matched: OrderedDict[str, MatchedReferences] = OrderedDict()
"""What the latest drafts' .bib files held; the library keeps what was found, not what was missing."""


@pages.get("/")
def home() -> str:
    """The box to paste into."""
    return _home()


def _home(error: str = "") -> str:
    first, last = desk().library.years()
    return render_template(
        "home.html",
        error=error,
        form=request.form,
        examples=EXAMPLES,
        first_year=first,
        last_year=last,
        venues=desk().library.venues(limit=60),
        papers=desk().library.status().papers,
        recent=desk().drafts.overview(3),
        chosen=request.form.getlist("venue"),
    )


@pages.get("/drafts")
def index() -> str:
    """The drafts that were pasted, newest first."""
    return render_template("drafts.html", drafts=desk().drafts.overview())


@pages.post("/drafts")
def create() -> Response | tuple[str, int]:
    """Keep a draft under a random id and show what belongs to it."""
    try:
        given = forms.read_submission(request, desk().library)
    except InputError as error:
        return _home(str(error)), 422
    id = desk().drafts.save(given.draft)
    if given.matched:
        _matched[id] = given.matched
        while len(_matched) > 200:
            _matched.popitem(last=False)
    return go(_address(id, given.k))


@pages.get("/drafts/<id>")
def show(id: str) -> str:
    """A draft with its recommendations."""
    return _show(id, desk().drafts.get(id))


def _show(id: str, draft: Draft, error: str = "") -> str:
    k = forms.shown(request.values)
    found = recommended(draft, k)
    wider = found["answer"]
    if wider and draft.filters.venues:  # chips offer the venues that the filter leaves out, too
        wider, _ = ask(replace(draft, filters=replace(draft.filters, venues=())), max(k, VENUES_OF))
    return render_template(
        "draft.html",
        id=id,
        draft=draft,
        text=request.form.get("text", draft.text),
        authors=request.form.get("authors", "\n".join(draft.authors)),
        own_authors="own_authors" in request.form if "authors" in request.form else draft.own_authors,
        error=error,
        venues=venue_counts(wider, draft.filters.venues) if wider else [],
        judged=_judged(draft),
        matched=_matched.get(id),
        cited=_papers(draft.references),
        chips=chips(draft, found["answer"].entities, desk().recommender.catalogue()) if found["answer"] else [],
        **found,
    )


@pages.post("/drafts/<id>/edit")
def edit(id: str) -> Response | tuple[str, int]:
    """Put another text or other filters in the draft's place; verdicts and cited papers stay."""
    draft = desk().drafts.get(id)
    try:
        if "text" in request.form:
            read = forms.draft_text(request.form["text"])
            if not read.text and not draft.references:
                raise InputError("The draft is empty. Write something, or delete it under Drafts.")
            draft = replace(draft, title=read.title, abstract=read.abstract)
            if "authors" in request.form:
                draft = forms.with_authors(replace(draft, authors=read.authors), request.form)
        else:
            draft = replace(
                draft, filters=replace(forms.filters(request.form), without=draft.filters.without)
            )
    except InputError as error:
        return _show(id, draft, str(error)), 422
    desk().drafts.change(id, draft)
    return go(_address(id, forms.shown(request.form)))


@pages.post("/drafts/<id>/judge")
def judge(id: str) -> Response:
    """Say that a paper is relevant, irrelevant or to be hidden; an empty verdict takes it back."""
    verdict, paper_id = request.form.get("verdict", ""), request.form.get("paper", "")
    paper = desk().library.get(paper_id)
    if verdict not in ("", *VERDICTS) or (verdict and paper is None):
        abort(400, "A verdict is relevant, irrelevant, hidden or empty, on a paper of the library.")
    desk().drafts.judge(id, paper.id if paper else paper_id, verdict or None)
    address = _address(id, forms.shown(request.form))
    if verdict and paper:
        notice(
            SAID[verdict].format(paper.title),
            url_for("drafts.judge", id=id),
            {"paper": paper.id, "verdict": "", "k": str(forms.shown(request.form))},
        )
    return go(address)


@pages.post("/drafts/<id>/delete")
def delete(id: str) -> Response:
    """Forget a draft for good."""
    desk().drafts.delete(id)
    _matched.pop(id, None)
    notice("The draft is deleted for good.")
    return go(back_to(request.form, url_for("drafts.index")))


@pages.post("/drafts/delete")
def delete_all() -> Response:
    """Forget every draft for good."""
    while entries := desk().drafts.overview():
        for entry in entries:
            desk().drafts.delete(entry.id)
    _matched.clear()
    notice("Every draft is deleted for good.")
    return go(url_for("drafts.index"))


def _address(id: str, k: int) -> str:
    return url_for("drafts.show", id=id, k=None if k == forms.SHOWN else k)


def _judged(draft: Draft) -> list[tuple[str, list[Paper]]]:
    said = (("Relevant", draft.liked), ("Not relevant", draft.disliked), ("Hidden", draft.filters.without))
    return [(name, papers) for name, ids in said if (papers := _papers(ids))]


def _papers(ids: tuple[str, ...]) -> list[Paper]:
    return desk().library.papers(list(dict.fromkeys(desk().library.keys_of(ids).values())))
