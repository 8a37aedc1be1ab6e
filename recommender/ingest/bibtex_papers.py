"""BibTeX fields -> papers: names, years, venues, identifiers, and what is kept beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from recommender.ingest.bibtex_fields import Fields, closing_brace
from recommender.ingest.normal import YEARS, Item, Record, Skipped, clean_arxiv, clean_doi, distinct, squeeze
from recommender.ingest.tex import decode, decode_raw
from recommender.papers import Paper

FORMAT = "bibtex"


_TYPES = {"conference": "inproceedings"}
_VENUES = ("journal", "journaltitle", "booktitle")
_HOUSES = {
    **dict.fromkeys(("phdthesis", "mastersthesis", "thesis"), ("school", "institution")),
    **dict.fromkeys(("techreport", "report"), ("institution",)),
}
_SUBTITLES = {"title": "subtitle", "booktitle": "booksubtitle", "journal": "journalsubtitle",
              "journaltitle": "journalsubtitle"}  # fmt: skip
_NAMES = frozenset({
    "author", "editor", "editora", "editorb", "editorc", "translator", "bookauthor", "annotator",
    "commentator",
})  # fmt: skip
_RAW = frozenset({
    "doi", "url", "eprint", "isbn", "issn", "ee", "pdf", "howpublished", "file",
})  # fmt: skip
_INTERNAL = frozenset({
    "file", "owner", "timestamp", "groups", "__markedentry", "crossref", "xdata", "ids", "date-added",
    "date-modified", "added-at", "biburl", "bibsource", "interhash", "intrahash", "creationdate",
    "modificationdate", "priority", "ranking", "readstatus", "printed", "qualityassured", "relevance",
    "local-url", "posted-at", "abstract", "title", "subtitle", "author", "keywords",
})  # fmt: skip
_INTERNAL_START = ("bdsk-", "mendeley-", "citeulike-", "jabref-", "zotero-", "__")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_AND = re.compile(r"(?:\A| )and(?= |\Z)|\\.|[{}]", re.IGNORECASE)
_EXTENDED = re.compile(r"\b(family|given|prefix|suffix)\s*=\s*(\{[^{}]*\}|\"[^\"]*\"|[^,]*)", re.IGNORECASE)


def item_of(entry: Fields) -> Item:
    if entry.type == "xdata":
        return Skipped(entry.line, "@xdata is no paper but a store of values for others. Nothing to mend.")
    paper = _paper(entry)
    if not paper.title:
        return Skipped(entry.line, f"The entry {entry.key} has no title. Give it one.")
    return Record(paper, entry.line, FORMAT)


def _paper(entry: Fields) -> Paper:
    values = entry.values
    kind = _TYPES.get(entry.type, entry.type)
    used = {"year", "doi", "url", "arxivid"}
    title = _titled(values, "title")
    if not title and kind in ("proceedings", "mvproceedings"):
        title = _titled(values, "booktitle")
        used |= {"booktitle", "booksubtitle"}
    venue = ""
    for name in (*_VENUES, *_HOUSES.get(kind, ())):
        if not venue and name not in used:
            venue = _titled(values, name)
            used |= {name, _SUBTITLES.get(name, "")} if venue else set()
    year = _year(values)
    doi = clean_doi(decode_raw(values.get("doi", ""))) or clean_doi(decode_raw(values.get("url", "")))
    arxiv = _arxiv(values)
    if arxiv and clean_arxiv(decode_raw(values.get("eprint", ""))) == arxiv:
        used |= {"eprint", "archiveprefix", "eprinttype"}
    if year is None:
        used -= {"year"}  # "in press" is worth keeping
    if not doi:
        used -= {"doi"}
    keywords = decode(values.get("keywords") or values.get("keyword", ""))
    fields = {name: _decoded(name, value) for name, value in values.items()
              if name not in used and name not in _INTERNAL and not name.startswith(_INTERNAL_START)}
    if fields.get("date") == str(year):
        del fields["date"]
    return Paper(
        title=title,
        abstract=decode(values.get("abstract", "")),
        authors=_names(values.get("author", "")),
        year=year,
        venue=venue,
        doi=doi,
        arxiv=arxiv,
        url=decode_raw(values.get("url", "")),
        keywords=distinct(keywords.split(";" if ";" in keywords else ",")),
        type=kind,
        key=squeeze(entry.key),
        fields={name: value for name, value in fields.items() if value},
    )


def _titled(values: Mapping[str, str], name: str) -> str:
    title = decode(values.get(name, ""))
    subtitle = decode(values.get(_SUBTITLES.get(name, ""), ""))
    if not title or not subtitle:
        return title
    return f"{title} {subtitle}" if title[-1] in ":?!" else f"{title}: {subtitle}"


def _decoded(name: str, value: str) -> str:
    if name in _NAMES:
        return " and ".join(_names(value))
    return decode_raw(value) if name in _RAW else decode(value)


def _year(values: Mapping[str, str]) -> int | None:
    for name in ("year", "date", "issued"):
        for found in _YEAR.findall(values.get(name, "")):
            if int(found) in YEARS:
                return int(found)
    return None


def _arxiv(values: Mapping[str, str]) -> str:
    """The arXiv id from wherever exporters put it."""
    archive = (values.get("archiveprefix") or values.get("eprinttype", "")).lower()
    eprint = decode_raw(values.get("eprint", ""))
    if archive in ("", "arxiv") and (found := clean_arxiv(eprint)):
        return found
    for name in ("arxivid", "url", "doi"):
        raw = decode_raw(values.get(name, ""))
        if (name == "arxivid" or "arxiv" in raw.lower()) and (found := clean_arxiv(raw)):
            return found
    # Google Scholar: "arXiv preprint arXiv:2005.14165"; DBLP: CoRR, volume abs/2005.14165.
    for name in ("journal", "journaltitle", "howpublished", "volume"):
        start = re.search(r"(?:arxiv:\s*|\Aabs/)\S+", values.get(name, ""), re.IGNORECASE)
        if start and (found := clean_arxiv(decode_raw(start.group()).rstrip(",;)"))):
            return found
    return ""


def _names(text: str) -> tuple[str, ...]:
    """The names of an author field; a name wholly in braces is corporate and keeps them."""
    text = squeeze(text)
    if _corporate(text) and " and " in (inner := text[1:-1]):
        # {{Smith, Ann and Doe, Joe}} is a list braced by mistake, {{Barnes and Noble}} a house.
        people = _split(inner)
        text = inner if len(people) > 1 and all("," in name for name in people) else text
    people = _split(text)
    if len(people) == 1 and ";" in text and "&" not in text:
        people = text.split(";")
    names = (_name(person.strip()) for person in people)
    return tuple(name for name in names if name and name.lower() not in ("others", "et al.", "et al"))


def _split(text: str) -> list[str]:
    """The text cut at every "and" outside braces."""
    names: list[str] = []
    depth = begin = 0
    for mark in _AND.finditer(text):
        found = mark.group()
        if found in "{}":
            depth = max(depth + (1 if found == "{" else -1), 0)
        elif depth == 0 and found[0] != "\\":
            names.append(text[begin : mark.start()])
            begin = mark.end()
    return [*names, text[begin:]]


def _corporate(name: str) -> bool:
    return name[:1] == "{" and name[-1:] == "}" and closing_brace(name, 0) == len(name) - 1 and name[1:2] != "\\"


def _name(name: str) -> str:
    if _corporate(name):
        inner = decode(name[1:-1])
        return f"{{{inner}}}" if inner else ""
    if re.search(r"\bfamily\s*=", name, re.IGNORECASE):
        parts = {key.lower(): decode(value.strip(' "')) for key, value in _EXTENDED.findall(name)}
        family = f"{parts.get('prefix', '')} {parts.get('family', '')}".strip()
        return ", ".join(part for part in (family, parts.get("suffix", ""), parts.get("given", "")) if part)
    return decode(name).strip(", ")
