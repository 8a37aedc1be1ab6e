"""How every view answers: page or partial from one URL, redirects after a change, notices with an undo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from flask import Response, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from recommender.export import WRITERS

FORMAT_NAMES = {
    "bibtex": "BibTeX",
    "bibtex-unicode": "BibTeX, Unicode",
    "ris": "RIS",
    "csl-json": "CSL-JSON",
    "markdown": "Markdown",
    "jsonl": "JSON lines",
}


# No inline style, no eval: the content policy forbids both. History is asked from the server, so that no
# draft lies in the browser's storage. A refused form (422) shows itself again; other errors are said beside
# the page.
HTMX = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "historyCacheSize": 0,
        "scrollIntoViewOnBoost": False,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "422", "swap": True},
            {
                "code": "[45]..",
                "swap": True,
                "error": True,
                "ignoreTitle": True,
                "target": "#notices",
                "select": "#failure",
                "swapOverride": "innerHTML",
            },
        ],
    }
)


def wants_partial() -> bool:
    """Whether htmx asks for a part of the page; restoring its history it needs the whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def context() -> dict[str, Any]:
    """What every template may use."""
    return {
        "layout": "_main.html" if wants_partial() else "base.html",
        "here": here(),
        "htmx_config": HTMX,
        "formats": [(name, FORMAT_NAMES.get(name, name)) for name in WRITERS],
        "q": request.args.get("q", "") if request.endpoint == "papers.search" else "",
    }


def here() -> str:
    """This page's address, to come back to after a change; / where the request changes something itself."""
    if request.method not in ("GET", "HEAD") or request.endpoint is None:
        try:
            return back_to(request.form, "/")
        except HTTPException:  # the form is what failed (too large, cut off), and this is its error page
            return "/"
    address = url_for(request.endpoint, **(request.view_args or {}))
    return f"{address}?{urlencode(list(request.args.items(multi=True)))}" if request.args else address


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
    flash(
        {
            "text": text if len(text) <= 200 else text[:199] + "…",
            "undo": undo,  # type: ignore[arg-type]
            "fields": dict(fields or {}),
            "link": link,
        }
    )
