"""How every view answers: page or partial from one URL, redirects after a change, notices with an undo."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask import Response, flash, redirect, request, session, url_for
from werkzeug.datastructures import MultiDict

from recommender.errors import ArtifactError
from recommender.export import WRITERS
from recommender.papers import Answer, Draft
from recommender.store.lists import ListEntry
from recommender.web.desk import desk

FORMAT_NAMES = {"bibtex": "BibTeX", "bibtex-unicode": "BibTeX, Unicode", "ris": "RIS", "csl-json": "CSL-JSON",
                "markdown": "Markdown", "jsonl": "JSON lines"}


# No inline style, no eval: the content policy forbids both. History is asked from the server, so that no draft
# lies in the browser's storage. A refused form (422) shows itself again; other errors are said beside the page.
HTMX = json.dumps({
    "includeIndicatorStyles": False, "allowEval": False, "historyCacheSize": 0, "scrollIntoViewOnBoost": False,
    "responseHandling": [
        {"code": "204", "swap": False}, {"code": "[23]..", "swap": True}, {"code": "422", "swap": True},
        {"code": "[45]..", "swap": True, "error": True, "ignoreTitle": True, "target": "#notices",
         "select": "#failure", "swapOverride": "innerHTML"}]})


def wants_partial() -> bool:
    """Whether htmx asks for a part of the page; restoring its history it needs the whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def context() -> dict[str, Any]:
    """What every template may use."""
    return {
        "layout": "_main.html" if wants_partial() else "base.html", "here": here(), "htmx_config": HTMX,
        "formats": [(name, FORMAT_NAMES.get(name, name)) for name in WRITERS],
        "q": request.args.get("q", "") if request.endpoint == "papers.search" else "",
    }


def here() -> str:
    """This page's address, to come back to after a change; / where the request changes something itself."""
    if request.method not in ("GET", "HEAD") or request.endpoint is None:
        return back_to(request.form, "/")
    return url_for(request.endpoint, **(request.view_args or {}), **request.args.to_dict(flat=False))


def back_to(form: MultiDict[str, str], otherwise: str) -> str:
    """The form's `next`, where it is an address of this site."""
    address = form.get("next", "")
    plain = "\\" not in address and all(c.isprintable() for c in address)
    return address if address.startswith("/") and not address.startswith("//") and plain else otherwise


def go(address: str) -> Response:
    """Look there now, with GET (htmx follows as well and gets the partial)."""
    return cast(Response, redirect(address, 303))


def notice(text: str, undo: str = "", fields: Mapping[str, str] | None = None, link: str = "") -> None:
    """Say on the next page what was done; `undo` is the address that takes it back with the fields posted."""
    flash({"text": text if len(text) <= 200 else text[:199] + "…", "undo": undo,  # type: ignore[arg-type]
           "fields": dict(fields or {}), "link": link})


def ask(draft: Draft, k: int) -> tuple[Answer | None, str]:
    """The answer to a query; without an index None, and what to do about it."""
    try:
        return desk().recommender.recommend(draft, k), ""
    except ArtifactError as error:
        return None, str(error)


def overview() -> list[ListEntry]:
    """Every list, the one used last first, for the menus that add to a list."""
    entries = desk().lists.overview()
    last = session.get("last_list") if "last_list" in session else None
    return sorted(entries, key=lambda entry: entry.id != last)


def tones() -> Sequence[str]:
    """The signals in the order of their colours; none without an index."""
    try:
        return desk().recommender.signal_names()
    except ArtifactError:
        return ()
