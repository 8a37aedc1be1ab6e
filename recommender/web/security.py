"""Keeps other sites out: form tokens, a strict content policy, cookies, and the names that are ours."""

from __future__ import annotations

import secrets

from flask import Flask, Response, abort, current_app, request
from flask_wtf.csrf import CSRFProtect

from recommender.settings import Settings
from recommender.store.library import Library

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
EVERY_ADDRESS = ("", "0.0.0.0", "::", "[::]")  # noqa: S104 (compared with, not bound to)

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def protect(app: Flask, settings: Settings, library: Library) -> CSRFProtect:
    """Put every guard up; returns the one for forms, from which the API is exempt."""
    largest = settings.max_upload_mb * 2**20
    app.config.update(
        SECRET_KEY=_secret_key(library),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_NAME="recommender",
        MAX_CONTENT_LENGTH=largest,
        MAX_FORM_MEMORY_SIZE=largest,
        # A tab left open over the weekend still works; the token holds as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        TRUSTED_NAMES=list(LOCAL_NAMES),
    )
    # A database error would otherwise put the statement's parameters, a draft's text, into the log.
    library.engine.hide_parameters = True
    app.before_request(_check_host)
    app.after_request(_set_headers)
    return CSRFProtect(app)


def trust(app: Flask, host: str) -> None:
    """Answer under this name too; bound to every address, a server cannot know its names: to all."""
    if host in EVERY_ADDRESS:
        app.config["TRUSTED_NAMES"] = None
    elif app.config["TRUSTED_NAMES"] is not None:
        name = f"[{host}]" if ":" in host and not host.startswith("[") else host
        app.config["TRUSTED_NAMES"].append(name.lower())


def _secret_key(library: Library) -> str:
    key = library.fact("secret_key")
    if not key:
        key = secrets.token_urlsafe(32)
        library.remember("secret_key", key)
    return key


def _check_host() -> None:
    """Refuse names that are not ours: a foreign name rebound to this machine is not ours."""
    trusted: list[str] | None = current_app.config["TRUSTED_NAMES"]
    given = request.headers.get("Host", "localhost").lower()
    name = given[: given.rfind(":")] if given.rfind(":") > given.rfind("]") else given
    if trusted is not None and name not in trusted:
        abort(400, "This server does not answer under that host name. Start it with --host NAME to allow it.")


def _set_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.vary.add("HX-Request")
        # Drafts are private: no shared or disk cache keeps a page of them.
        response.headers.setdefault(
            "Cache-Control", "private, no-store" if request.path.startswith("/drafts") else "no-cache"
        )
    return response
