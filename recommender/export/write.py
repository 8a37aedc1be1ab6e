"""The registry of export formats; every writer streams, so a library of any size fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from recommender.errors import InputError
from recommender.export.bibtex import write_bibtex, write_bibtex_unicode
from recommender.export.csl import write_csl_json
from recommender.export.jsonl import write_jsonl
from recommender.export.markdown import write_markdown
from recommender.export.ris import write_ris
from recommender.papers import Paper


@dataclass(frozen=True, slots=True)
class Writer:
    """One format: what it is called, what it is sent and saved as, and what writes it."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[Iterable[Paper]], Iterator[str]]
    """Papers in, pieces of text out, in order; their concatenation is the document."""


WRITERS: dict[str, Writer] = {
    one.name: one
    for one in (
        Writer("bibtex", "application/x-bibtex; charset=utf-8", ".bib", write_bibtex),
        Writer("bibtex-unicode", "application/x-bibtex; charset=utf-8", ".bib", write_bibtex_unicode),
        Writer("ris", "application/x-research-info-systems; charset=utf-8", ".ris", write_ris),
        Writer("csl-json", "application/vnd.citationstyles.csl+json; charset=utf-8", ".json", write_csl_json),
        Writer("markdown", "text/markdown; charset=utf-8", ".md", write_markdown),
        Writer("jsonl", "application/x-ndjson; charset=utf-8", ".jsonl", write_jsonl),
    )
}


def writer(name: str) -> Writer:
    """The writer of that name; raises InputError, listing the known ones, for any other."""
    if name not in WRITERS:
        raise InputError(f"There is no export format {name!r}. Choose one of: {', '.join(WRITERS)}.")
    return WRITERS[name]
