"""What a reader sees when something fails: what happened and what to do, as a page, a notice, or JSON."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from recommender.errors import ArtifactError, InputError, LibraryError
from recommender.web.api import error_json

_SAID = {
    400: ("That request cannot be used", ""),
    403: ("Not allowed", "This page may not be used that way."),
    404: (
        "Nothing here",
        "There is no page at this address. It may have been deleted, or the address is mistyped.",
    ),
    405: ("Not that way", "This address wants another kind of request."),
    413: (
        "Too large",
        "The request is larger than this server reads. Paste less, or raise max_upload_mb in settings.toml.",
    ),
    415: ("Not that format", "This address wants another content type."),
    500: (
        "Something broke",
        "It is not your fault. The server's log says more, without a word of your draft.",
    ),
    503: ("No index yet", ""),
}


def register(app: Flask) -> None:
    """Answer every error of the app."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _form_token)
    app.register_error_handler(LibraryError, _library)
    app.register_error_handler(ArtifactError, lambda error: _answer(503, str(error)))
    app.register_error_handler(InputError, lambda error: _answer(400, str(error)))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect that routing raised
    own = "description" in vars(error) and error.description
    answer = make_response(_answer(error.code, str(error.description) if own else ""))
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


def _form_token(_: CSRFError) -> ResponseReturnValue:
    return _answer(
        400,
        "The form's token is missing or from an older session, so nothing was changed. "
        "Load the page again and repeat.",
    )


def _library(error: LibraryError) -> ResponseReturnValue:
    """What is not there raises by itself; what the database cannot do comes with the error that it gave."""
    if error.__cause__ is None:
        return _answer(404, str(error))
    current_app.logger.error("%s", error)
    return _answer(503, str(error), "The library does not answer")


def _answer(code: int, message: str, heading: str = "") -> ResponseReturnValue:
    title, usual = _SAID.get(code, ("That did not work", ""))
    title = heading or title
    message = message or usual
    if request.path.startswith("/api/") or request.path == "/api":
        return error_json(message or title, code)
    response: Response = make_response(
        render_template("error.html", code=code, title=title, message=message), code
    )
    if code == 503:
        response.headers["Retry-After"] = "10"
    return response
