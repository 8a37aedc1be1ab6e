"""The library's state: what is in it, how far the index is behind, and the commands for both."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from recommender.errors import ArtifactError
from recommender.web.desk import desk

pages = Blueprint("about", __name__)


@pages.get("/library")
def library() -> str:
    """What is in the library, and what to run when the index is missing or behind."""
    return render_template("library.html", **state())


@pages.get("/about")
def about() -> Response:
    """Where people look for it, too."""
    return redirect(url_for("about.library"), 301)  # type: ignore[return-value]


def state() -> dict[str, Any]:
    """Counts of the library, the index and how far it is behind."""
    counts = desk().library.status()
    try:
        manifest, trouble = desk().recommender.manifest, ""
    except ArtifactError as error:
        manifest, trouble = {}, str(error)
    behind = desk().library.changed_since(int(manifest["revision"])) if manifest else counts.papers
    return {
        "papers": counts.papers,
        "references": counts.references,
        "lists": len(desk().lists.overview()),
        "unresolved": desk().library.unresolved(),
        "indexed": manifest.get("papers", 0),
        "built": str(manifest.get("built", "")),
        "built_at": str(manifest.get("built", ""))[:16].replace("T", " ") + " UTC",
        "behind": behind,
        "corrected": bool(manifest) and desk().recommender.is_behind_corrections(),
        "trouble": trouble,
        "folder": str(desk().settings.data),
        "version": own_version(),
    }


def own_version() -> str:
    """The installed version; a bare checkout has none."""
    try:
        return version("related-work-recommender")
    except PackageNotFoundError:
        return "development"
