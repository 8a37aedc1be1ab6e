"""A submitted form or query string -> typed values; says which field is wrong and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Request
from werkzeug.datastructures import MultiDict

from recommender.drafting import read_draft
from recommender.errors import InputError
from recommender.names import split_names
from recommender.papers import ENTITY_LABELS, Draft, Filters
from recommender.recommend import MatchedReferences, match_references
from recommender.store.library import Library

SHOWN, STEP, MOST = 20, 20, 1000
LONGEST = 200_000
"""Characters of a draft; a whole paper is about 60,000."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A draft form, read."""

    draft: Draft
    k: int
    matched: MatchedReferences | None


def read_submission(request: Request, library: Library) -> Submission:
    """The draft of the form on the first page. Raises InputError for an empty draft or a wrong field."""
    form = request.form
    draft = draft_text(form.get("text", ""))
    matched = _matched(library, [form.get("bib", ""), _upload(request)])
    cited = (*draft.references, *(matched.ids if matched else ()))
    if not draft.text and not cited:
        raise InputError("Paste a title and an abstract first: the box is empty.")
    return Submission(
        with_authors(replace(draft, id="", references=tuple(dict.fromkeys(cited)), filters=filters(form)), form),
        shown(form),
        matched,
    )


def _matched(library: Library, bibliographies: list[str]) -> MatchedReferences | None:
    """What the library knows of what was pasted and uploaded, each in its own format; None for neither."""
    found = [match_references(library, text) for text in bibliographies if text.strip()]
    if not found:
        return None
    return MatchedReferences(
        tuple(dict.fromkeys(id for one in found for id in one.ids)),
        tuple(entry for one in found for entry in one.missing),
    )


def draft_text(text: str) -> Draft:
    """Title and abstract of what was pasted."""
    if len(text) > LONGEST:
        raise InputError(
            f"The draft has {len(text):,} characters; at most {LONGEST:,} are read. "
            "Paste title and abstract only."
        )
    return read_draft(_storable(text))


def with_authors(draft: Draft, form: MultiDict[str, str]) -> Draft:
    """The draft with the form's authors, who go before those that the pasted text names, and its switch for them."""
    text = form.get("authors", "")
    if len(text) > LONGEST:
        raise InputError(f"The authors have {len(text):,} characters; at most {LONGEST:,} are read.")
    return replace(draft, authors=split_names(_storable(text)) or draft.authors, own_authors="own_authors" in form)


def _storable(text: str) -> str:
    # A NUL ends a text for PostgreSQL, and half a surrogate pair cannot be stored at all.
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def filters(form: MultiDict[str, str]) -> Filters:
    """Years and venues of a form."""
    first, last = _year(form, "year_from", "From"), _year(form, "year_to", "To")
    if first is not None and last is not None and first > last:
        raise InputError(f"No year lies between {first} and {last}: “from” is later than “to”.")
    venues = dict.fromkeys(venue.strip() for venue in form.getlist("venue") if venue.strip())
    return Filters(first, last, tuple(venues))


def entity_name(text: str) -> tuple[str, str]:
    """(name, label) of a typed method, dataset or task, "VQA" or "VQA (Task)"; the label may be empty."""
    name = " ".join(text.split())
    for label in ENTITY_LABELS:
        if name.endswith(f" ({label})"):
            return name.removesuffix(f" ({label})"), label
    return name, ""


def shown(form: MultiDict[str, str], default: int = SHOWN) -> int:
    """How many results are wanted: `k`, within bounds."""
    return _whole(form, "k", default, MOST)


def page(form: MultiDict[str, str]) -> int:
    """Which page is wanted, from 1."""
    return _whole(form, "page", 1, 1_000_000)


def _whole(form: MultiDict[str, str], name: str, default: int, most: int) -> int:
    text = form.get(name, "").strip()
    # int() also takes "١٢" and "1_0"; a query string that is no number falls back instead of failing.
    return min(max(int(text), 1), most) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _year(form: MultiDict[str, str], name: str, label: str) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) > 0):
        raise InputError(f"{label} (year): a year such as 2019 is wanted, not “{text[:20]}”.")
    return int(text)


def _upload(request: Request) -> str:
    file = request.files.get("bibfile")
    return file.read().decode("utf-8-sig", "replace") if file and file.filename else ""
