"""The project's own JSON lines: everything known of a paper, one line each.

Law: read again, a line gives an equal paper. The fields of `ALWAYS` stand in every line, null, "" or [] where
nothing is known; the rest only where there is something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from recommender.papers import Paper

ALWAYS = (
    "id", "title", "abstract", "authors", "year", "venue", "doi", "arxiv", "url", "keywords", "references",
    "methods", "datasets", "tasks",
)  # fmt: skip
OPTIONAL = ("type", "key", "fields")

_NULLABLE = frozenset({"venue", "doi", "arxiv", "url"})
# Lone surrogates have no UTF-8, and readers that use str.splitlines part a line at the others.
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def write_jsonl(papers: Iterable[Paper]) -> Iterator[str]:
    """One line a paper, its fields in a fixed order."""
    for paper in papers:
        line = json.dumps(_record(paper), ensure_ascii=False)
        yield _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", line) + "\n"


def _record(paper: Paper) -> dict[str, object]:
    record: dict[str, object] = {}
    for name in ALWAYS:
        value = getattr(paper, name)
        record[name] = None if name in _NULLABLE and value == "" else value
    for name in OPTIONAL:
        if value := getattr(paper, name):
            record[name] = dict(sorted(value.items())) if name == "fields" else value
    return record
