"""Library -> vectors of its papers' texts: what is due, longest last, a batch saved at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from recommender.errors import RecommenderError
from recommender.processors import processors
from recommender.progress import Tick, silence
from recommender.semantic.encoder import encoder, text_of
from recommender.semantic.vectors import VectorStore
from recommender.settings import Settings
from recommender.store.extractions import texts
from recommender.store.library import Library

AT_ONCE = 8
"""Texts encoded together; of about equal length, since the longest sets the pace. More are no faster."""


def embed(settings: Settings, library: Library, stage: Callable[..., AbstractContextManager[Tick]] = silence) -> int:
    """Encode every text that has no vector yet; returns how many. A stop loses a batch at most.

    Raises RecommenderError where the extra is not installed, and where another process is at it.
    """
    # Many texts go through several threads, one each: that outruns one text on several.
    machine = encoder(settings.semantic_model, threads=1)
    store = VectorStore.of(settings, machine.name)
    done = 0
    with (store.alone(), stage("Encoding texts", library.status().papers, " papers") as tick,
          ThreadPoolExecutor(processors()) as pool):
        try:
            for batch in texts(library):
                due = sorted(((text_hash, text_of(title, abstract)) for text_hash, title, abstract in batch
                              if text_hash not in store.places), key=lambda one: (len(one[1]), one[0]))
                tick(len(batch) - len(due))
                parts = [due[start:start + AT_ONCE] for start in range(0, len(due), AT_ONCE)]
                encoded = pool.map(machine.encode, ([text for _, text in part] for part in parts))
                for part, vectors in zip(parts, encoded, strict=True):
                    store.add([text_hash for text_hash, _ in part], vectors)
                    tick(len(part))
                done += len(due)
        except BaseException:
            # The pool would first work off all that it has been given.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return done


def vectors_of(settings: Settings) -> VectorStore | None:
    """The vectors of this library's texts; None without the semantic extra, and where nothing was encoded."""
    try:
        store = VectorStore.of(settings, encoder(settings.semantic_model).name)
    except RecommenderError:
        return None
    return store if len(store) else None
