"""The starter library: 227 real papers on knowledge across modalities, and reading lists by theme.

Titles, names and links are facts; the summaries that stand as abstracts are this project's own words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from recommender.build import Stage, build
from recommender.errors import ArtifactError
from recommender.index.artifact import current
from recommender.ingest.read import Record, read
from recommender.papers import PaperList
from recommender.progress import silence
from recommender.settings import Settings
from recommender.store.intake import Incoming
from recommender.store.library import Library
from recommender.store.lists import Lists

FOLDER = Path(__file__).parent
SOURCE = "starter library"
"""The file name that the starter's records are kept under."""


def install(settings: Settings, library: Library, stage: Stage = silence) -> bool:
    """Put the starter library into one that nothing was ever put into, and index it; False for any other."""
    if library.is_untouched():
        library.take(_records())
        Lists(library).take(starter_lists())
        library.remember("starter", "installed")
    elif library.fact("starter") != "installed" or _is_indexed(settings):
        return False
    build(settings, library, stage)
    return True


def remove(library: Library) -> tuple[int, int]:
    """Take the starter's papers and lists out again, but for what other files or hands have added to.

    A paper stays where another file brought it too, or where it stands on a list of the reader's own.
    """
    lists, gone = Lists(library), 0
    shipped = {one.id for one in starter_lists()}
    removed = library.forget(SOURCE, but=[id for one in lists.all() if one.id not in shipped for id in one.papers])
    for one in starter_lists():
        if any(held.id == one.id and not library.keys_of(lists.get(one.id).papers) for held in lists.overview()):
            lists.delete(one.id)
            gone += 1
    return removed, gone


def _is_indexed(settings: Settings) -> bool:
    """Whether there is an index to answer from."""
    try:
        return current(settings.index).is_dir()
    except ArtifactError:
        return False


def starter_lists() -> list[PaperList]:
    """The reading lists, in their file's order."""
    with (FOLDER / "lists.jsonl").open(encoding="utf-8") as file:
        return [PaperList(said["id"], said["name"], tuple(said["papers"]), said["description"])
                for said in map(json.loads, file)]


def _records() -> Iterator[Incoming]:
    for item in read(FOLDER / "papers.jsonl"):
        if isinstance(item, Record):
            yield Incoming(item.paper, SOURCE, item.line, item.format)
