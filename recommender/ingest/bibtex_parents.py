"""What BibTeX entries inherit from others through crossref and xdata."""

from __future__ import annotations

from recommender.ingest.bibtex_fields import Fields

_CONTAINERS = frozenset({
    "proceedings", "book", "collection", "reference", "periodical", "xdata", "mvbook", "mvcollection",
    "mvproceedings", "mvreference",
})  # fmt: skip
_OWN = frozenset({
    "title", "subtitle", "titleaddon", "author", "abstract", "keywords", "doi", "url", "eprint",
    "eprinttype", "archiveprefix", "pages", "crossref", "xdata", "xref", "ids", "key", "label", "note",
    "file", "sortkey", "shorthand", "options", "related", "entryset",
})  # fmt: skip
"""What belongs to the parent alone."""
_LONG = ("abstract", "file", "annote", "keywords")
_ADDED = {"title": "booktitle", "subtitle": "booksubtitle"}
_IN_PERIODICAL = {"title": "journal", "subtitle": "journalsubtitle"}


class Parents:
    """The entries that others may inherit from: containers, and any entry named before it came."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._entries: dict[str, Fields] = {}
        self._expected: set[str] = set()

    def expect(self, heir: Fields) -> None:
        self._expected.update(_parent_keys(heir))

    def keep(self, entry: Fields) -> None:
        """Keep the entry, without what is long, if it can be a parent; of too many the oldest go."""
        key = entry.key.lower()
        if key in self._entries or (entry.type not in _CONTAINERS and key not in self._expected):
            return
        short = {name: value for name, value in entry.values.items() if name not in _LONG}
        self._entries[key] = Fields(entry.line, entry.type, entry.key, short)
        if len(self._entries) > self._most:
            del self._entries[next(iter(self._entries))]

    def complete(self, heir: Fields, seen: frozenset[str] = frozenset()) -> Fields:
        """The heir with its parents' values where it has none; an unknown parent gives nothing."""
        values = dict(heir.values)
        for key in _parent_keys(heir):
            parent = self._entries.get(key)
            if parent is None or key in seen:
                continue
            parent = self.complete(parent, seen | {heir.key.lower(), key})
            if parent.type == "xdata":
                given = parent.values
            else:
                renamed = _IN_PERIODICAL if parent.type == "periodical" else _ADDED
                given = {name: value for name, value in parent.values.items() if name not in _OWN}
                given |= {new: parent.values[old] for old, new in renamed.items()
                          if old in parent.values and new not in given}
                if heir.type in ("inbook", "suppbook", "bookinbook") and "author" in parent.values:
                    given["author"] = parent.values["author"]
            values = given | values
        return Fields(heir.line, heir.type, heir.key, values)


def _parent_keys(entry: Fields) -> list[str]:
    named = f"{entry.values.get('crossref', '')},{entry.values.get('xdata', '')}"
    return [key.strip().lower() for key in named.split(",") if key.strip()]
