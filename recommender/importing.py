"""Files -> library: reads, takes in, then reads methods and datasets out of what is new."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.annotate import annotate
from recommender.build import Stage
from recommender.errors import InputError
from recommender.ingest.read import Record, read
from recommender.progress import Tick, silence
from recommender.settings import Settings
from recommender.store.intake import Counts, Incoming
from recommender.store.library import Library

REMARKS = 10_000
"""Remarks kept; a file with more is broken throughout, and its counts say so."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did."""

    counts: Counts
    remarks: tuple[tuple[str, int, str], ...]
    """(file, line, what) of the records that were skipped, or went in under another id."""
    seconds: float

    def lines(self) -> Iterator[str]:
        """The report as it is said to a person."""
        for file, line, what in self.remarks:
            yield f"{file}, line {line}: {what}"
        counts = self.counts
        yield (f"{counts.added} added, {counts.merged} merged, {counts.updated} updated, {counts.unchanged} unchanged, "
               f"{counts.skipped} skipped, in {self.seconds:.1f} s")
        if counts.joined:
            yield f"{counts.joined} papers of the library turned out to be one with another"


def import_files(settings: Settings, library: Library, files: Sequence[Path], format: str | None = None,
                 stage: Stage = silence) -> Report:
    """Import files, all of them or, where one cannot be read at all, none.

    Raises InputError for a file that is missing or of no known format; the library is then as it was.
    """
    begun = time.perf_counter()
    for file in files:
        if not file.exists() or file.is_dir():
            raise InputError(f"{file} is no file. Nothing was imported.")
    remarks: list[tuple[str, int, str]] = []
    skipped = 0

    def records(tick: Tick) -> Iterator[Incoming]:
        nonlocal skipped
        for file in files:
            for item in read(file, format, settings.max_record_kb * 1024, tick):
                if isinstance(item, Record):
                    yield Incoming(item.paper, str(file), item.line, item.format)
                else:
                    skipped += 1
                    if len(remarks) < REMARKS:
                        remarks.append((str(file), item.line, f"skipped, {item.reason}"))

    with stage("Importing", sum(file.stat().st_size for file in files), "B") as tick:
        counts, notes = library.take(records(tick))
    counts.skipped = skipped
    annotate(library, stage)
    return Report(counts, tuple(sorted(remarks + notes)), time.perf_counter() - begun)
