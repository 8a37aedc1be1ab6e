"""A draft's methods, datasets and tasks as chips: what was read in it, taken away, added, or weighed otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, request, url_for

from recommender.catalogue import Catalogue
from recommender.papers import ENTITY_LABELS, Choice, Draft, Span
from recommender.text.entities import extract
from recommender.web import forms
from recommender.web.desk import desk
from recommender.web.respond import go, notice

pages = Blueprint("chips", __name__)

WEIGHTS = (0.5, 1.0, 2.0, 4.0)
"""What one can weigh; 1 is as the draft has it."""
MOST = 50
"""Choices kept with a draft."""
_MARKS = {0.5: "×½", 2.0: "×2", 4.0: "×4"}


@dataclass(frozen=True, slots=True)
class DraftChip:
    """One method, dataset or task of a draft."""

    label: str
    name: str
    weight: float
    added: bool
    """Whether the author brought it in; otherwise it was read in the text."""
    known: bool
    """Whether the library has a paper that names it."""

    @property
    def value(self) -> str:
        """What a form sends for it."""
        return f"{self.label}:{self.name}"

    @property
    def mark(self) -> str:
        """Its weight, where that is not 1."""
        return _MARKS.get(self.weight, "")

    @property
    def least(self) -> bool:
        """Whether it cannot count less."""
        return self.weight <= WEIGHTS[0]

    @property
    def most(self) -> bool:
        """Whether it cannot count more."""
        return self.weight >= WEIGHTS[-1]


def chips(draft: Draft, spans: Iterable[Span], catalogue: Catalogue) -> list[DraftChip]:
    """The chips of a draft: those read in its text in order, then those added; muted ones are not among them."""
    naming = catalogue.naming
    said = {naming.of(one.label, one.name): one for one in draft.entities}
    found: dict[str, DraftChip] = {}
    named = [(span.label, span.canonical, False) for span in spans]
    named += [(one.label, one.name, True) for one in draft.entities if one.weight > 0]
    for label, name, added in named:
        home = naming.of(label, name)
        if home is None or home in found:
            continue
        column = catalogue.column(label, name)
        shown = catalogue.entity(column) if column is not None else (naming.shown(home) or (label, name))
        choice = said.get(home)
        found[home] = DraftChip(*shown, 1.0 if choice is None else choice.weight, added, column is not None)
    return list(found.values())


@pages.post("/drafts/<id>/entities")
def change(id: str) -> Response:
    """Add, take away, put back or weigh one: `add` (a name), or `off`, `on`, `more`, `less` (label:name)."""
    draft, form = desk().drafts.get(id), request.form
    catalogue = desk().recommender.catalogue()
    address = url_for("drafts.show", id=id, k=None if (k := forms.shown(form)) == forms.SHOWN else k)
    if "add" in form:
        chosen = _named(form["add"], catalogue)
        if chosen is None:
            notice(f"No paper in the library names “{form['add'].strip()[:80]}”." if form["add"].strip()
                   else "Type the name of a method, dataset or task first.")
            return go(address)
        desk().drafts.change(id, _with(draft, Choice(*chosen), catalogue))
        return go(address)
    what = next((name for name in ("off", "on", "more", "less") if name in form), "")
    label, _, name = form.get(what, "").partition(":")
    if label not in ENTITY_LABELS or not name:
        abort(400, "Say what to do with which entity: off, on, more or less, and label:name.")
    home = catalogue.naming.of(label, name)
    now = next((one.weight for one in draft.entities if catalogue.naming.of(one.label, one.name) == home), 1.0)
    steps = {"off": 0.0, "on": 1.0, "more": min((w for w in WEIGHTS if w > now), default=WEIGHTS[-1]),
             "less": max((w for w in WEIGHTS if w < now), default=WEIGHTS[0])}
    changed = _with(draft, Choice(label, name, steps[what]), catalogue)
    if what == "off" and not _is_read(draft, label, name, catalogue):
        changed = _without(draft, label, name, catalogue)
        notice(f"“{name}” is taken away.", url_for("chips.change", id=id), {"add": f"{name} ({label})", "k": str(k)})
    elif what == "on" and _is_read(draft, label, name, catalogue):
        changed = _without(draft, label, name, catalogue)
    desk().drafts.change(id, changed)
    return go(address)


def _named(text: str, catalogue: Catalogue) -> tuple[str, str] | None:
    """The (label, name) of a typed name; of several kinds the most used."""
    name, kind = forms.entity_name(text)
    kinds = (kind,) if kind else ENTITY_LABELS
    columns = [column for label in kinds if (column := catalogue.column(label, name)) is not None]
    return catalogue.entity(max(columns, key=lambda column: catalogue.used[column])) if columns else None


def _is_read(draft: Draft, label: str, name: str, catalogue: Catalogue) -> bool:
    read = chips(replace(draft, entities=()), extract(draft.text), catalogue)
    return any((chip.label, chip.name) == (label, name) for chip in read)


def _without(draft: Draft, label: str, name: str, catalogue: Catalogue) -> Draft:
    home = catalogue.naming.of(label, name)
    return replace(draft, entities=tuple(
        one for one in draft.entities if catalogue.naming.of(one.label, one.name) != home))


def _with(draft: Draft, choice: Choice, catalogue: Catalogue) -> Draft:
    """The draft with this choice in place of what was said of the same entity before."""
    rest = _without(draft, choice.label, choice.name, catalogue).entities
    if len(rest) >= MOST:
        abort(400, f"A draft keeps at most {MOST} methods, datasets and tasks of its author's choice.")
    return replace(draft, entities=(*rest, choice))
