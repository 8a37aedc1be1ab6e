"""Reads the methods, datasets and tasks out of every text that this version has not read yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

from recommender.progress import Tick, silence
from recommender.store.extractions import Extractions, Found
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
        for batch in cache.unread(VERSION):
            cache.save(VERSION, {text_hash: found_in(title, abstract) for text_hash, title, abstract in batch})
            read += len(batch)
            tick(len(batch))
    return read


def found_in(title: str, abstract: str) -> Found:
    """(label, canonical name, count) of what a text names, in order of first appearance."""
    counts = Counter((span.label, span.canonical) for span in extract(f"{title}\n\n{abstract}"))
    return [(label, name, count) for (label, name), count in counts.items()]
