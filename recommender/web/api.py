"""The JSON API: the same answers as the pages, for scripts and editors; no cookie, so no form token."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from recommender.answers import answer_json
from recommender.papers import ENTITY_LABELS, Choice, Draft, Filters
from recommender.web.about import state
from recommender.web.desk import desk

pages = Blueprint("api", __name__, url_prefix="/api")

MOST = 1000
MOST_WEIGHT = 10
_FIELDS = ("title", "abstract", "references", "exclude", "year", "year_from", "venues", "entities", "authors",
           "own_authors", "k", "variety", "themes")


class FieldError(Exception):
    """One field of a request cannot be used."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field


@pages.post("/recommend")
def recommend() -> ResponseReturnValue:
    """Recommendations for a draft, explained."""
    if request.mimetype != "application/json":
        return _error(None, "Send JSON, with the header Content-Type: application/json.", 415)
    try:
        draft, k, variety, themed = read_request(request.get_data())
    except FieldError as wrong:
        return _error(wrong.field, str(wrong), 400)
    answer = desk().recommender.recommend(draft, k, variety)
    return jsonify(answer_json(answer, desk().recommender.themes(answer) if themed else None))


@pages.get("/status")
def status() -> ResponseReturnValue:
    """The library's state, as on /library."""
    said = state()
    # Where the data lie on this machine is nobody's business over the network.
    return jsonify({name: value for name, value in said.items() if name not in ("folder", "built_at")})


def read_request(body: bytes) -> tuple[Draft, int, float, bool]:
    """The draft, k, variety and whether themes are wanted. Raises FieldError, which names the field and says why."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "not UTF-8, or nested too deeply"
        raise FieldError(None, f"The request is not JSON: {reason}.") from error
    if not isinstance(given, dict):
        raise FieldError(None, f"The request must be a JSON object with {', '.join(_FIELDS)}.")
    for name in given:
        if name not in _FIELDS:
            raise FieldError(name, f"There is no field {name!r}. There are: {', '.join(_FIELDS)}.")
    k = 20 if given.get("k") is None else _whole(given, "k", 1, MOST)
    draft = Draft(
        title=_text(given, "title"),
        abstract=_text(given, "abstract"),
        references=_texts(given, "references"),
        exclude=_texts(given, "exclude"),
        filters=Filters(
            _whole(given, "year_from", 1, 9999), _whole(given, "year", 1, 9999), _texts(given, "venues")
        ),
        entities=_choices(given),
        authors=_texts(given, "authors"),
        own_authors=_truth(given, "own_authors"),
    )
    if not draft.text.strip() and not draft.references and not draft.entities:
        raise FieldError("abstract", "The draft is empty: give a title, an abstract, or references.")
    variety = given.get("variety") or 0
    if isinstance(variety, bool) or not isinstance(variety, int | float) or not 0 <= variety <= 1:
        raise FieldError("variety", "variety must be a number from 0 to 1.")
    return draft, k or 20, float(variety), _truth(given, "themes")


def error_json(message: str, code: int) -> ResponseReturnValue:
    """Any other error of a path below /api."""
    return _error(None, message, code)


def _error(field: str | None, message: str, code: int) -> ResponseReturnValue:
    return jsonify({"error": {"field": field, "message": message}}), code


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FieldError(name, f"{name} must be text or null, not {_kind(value)}.")
    return _whole_text(name, value)


def _texts(given: dict[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise FieldError(name, f"{name} must be a list of texts, not {_kind(value)}.")
    for place, one in enumerate(value):
        if not isinstance(one, str):
            raise FieldError(name, f"{name} must be a list of texts; entry {place} is {_kind(one)}.")
    return tuple(dict.fromkeys(_whole_text(name, one) for one in value))


def _truth(given: dict[str, Any], name: str) -> bool:
    value = given.get(name) or False
    if not isinstance(value, bool):
        raise FieldError(name, f"{name} must be true or false.")
    return value


def _choices(given: dict[str, Any]) -> tuple[Choice, ...]:
    """The field `entities`: what the draft is about besides what is read in it, and with which weight."""
    value = given.get("entities")
    if value is None:
        return ()
    found = {}
    for place, one in enumerate(value if isinstance(value, list) else [value]):
        known = isinstance(one, dict) and one.keys() <= {"label", "name", "weight"}
        if not known or one.get("label") not in ENTITY_LABELS or not isinstance(one.get("name"), str):
            raise FieldError("entities", f"entities must be a list of objects with label ({', '.join(ENTITY_LABELS)}), "
                                         f"name and, if you like, weight; entry {place} is not.")
        weight = one.get("weight", 1)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= MOST_WEIGHT:
            raise FieldError("entities", f"The weight of an entity is a number from 0 to {MOST_WEIGHT}; "
                                         f"that of entry {place} is not.")
        name = _whole_text("entities", one["name"])
        found[one["label"], name] = Choice(one["label"], name, float(weight))
    return tuple(found.values())


def _whole_text(name: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise FieldError(name, f"{name} holds half a surrogate pair, which is no text.") from error
    return value.replace("\0", "")


def _whole(given: dict[str, Any], name: str, least: int, most: int) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise FieldError(name, f"{name} must be a whole number, not {_kind(value)}.")
    if not least <= value <= most:
        raise FieldError(name, f"{name} must be from {least} to {most}.")
    return value


def _kind(value: object) -> str:
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number with a fraction",
        str: "text",
        list: "a list",
        dict: "an object",
        type(None): "null",
    }
    return kinds[type(value)]
