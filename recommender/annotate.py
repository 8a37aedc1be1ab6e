"""Reads methods, datasets and tasks out of texts: of the library, each once a version, or of a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from recommender.ingest.files import open_text
from recommender.progress import Tick, silence
from recommender.reading import processes, read_all
from recommender.store.extractions import Extractions
from recommender.store.library import Library
from recommender.text.entities import VERSION, extract


def annotate(library: Library, stage: Callable[..., AbstractContextManager[Tick]] = silence) -> int:
    """Read what is due, a batch saved at a time, so that a stop loses at most one; returns how many were read."""
    cache = Extractions(library)
    due = cache.due(VERSION)
    if not due:
        return 0
    read = 0
    with stage("Reading methods, datasets and tasks", due, " papers") as tick:
        for batch, found in read_all(cache.unread(VERSION), processes(due)):
            cache.save(VERSION, found)
            read += len(batch)
            tick(len(batch))
    return read


def found_lines(path: Path, jsonl: bool, skipped: Callable[[int, str], object]) -> Iterator[str]:
    """One JSON line a text: the whole file, or with `jsonl` each line's `text`, with its `id` as it came.

    `skipped` is told the line and the reason of every line that holds no text.
    """
    with open_text(path, newline="") as file:
        if not jsonl:
            yield _spans_line({}, file.read())
            return
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                said = json.loads(line)
            except (ValueError, RecursionError) as error:
                skipped(number, f"no JSON: {error}")
                continue
            if not isinstance(said, dict) or not isinstance(said.get("text"), str):
                skipped(number, "it wants an object with id and text")
                continue
            yield _spans_line({"id": said["id"]} if "id" in said else {}, said["text"])


def _spans_line(head: dict[str, Any], text: str) -> str:
    spans = [{"start": span.start, "end": span.end, "label": span.label, "surface": span.surface,
              "canonical": span.canonical} for span in extract(text)]
    # Lone surrogates of a JSON escape have no UTF-8: such a line is written in ASCII, as it came.
    line = json.dumps({**head, "spans": spans}, ensure_ascii=False)
    return line if line.isprintable() or not any("\ud800" <= c <= "\udfff" for c in line) else json.dumps(
        {**head, "spans": spans})
