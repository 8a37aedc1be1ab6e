"""Library -> vectors of its papers' texts: what is due, longest last, a batch saved at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from recommender.progress import Tick, silence
from recommender.semantic.encoder import encoder, processors, text_of
from recommender.semantic.vectors import VectorStore
from recommender.settings import Settings
from recommender.store.extractions import texts
from recommender.store.library import Library

AT_ONCE = 32
"""Texts encoded together; of about equal length, since the longest sets the pace."""


def embed(settings: Settings, library: Library, stage: Callable[..., AbstractContextManager[Tick]] = silence) -> int:
    """Encode every text that has no vector yet; returns how many. A stop loses a batch at most.

    Raises RecommenderError where the extra is not installed.
    """
    machine = encoder(settings.semantic_model)
    store = VectorStore.of(settings, machine.name)
    done = 0
    with (stage("Encoding texts", library.status().papers, " papers") as tick,
          ThreadPoolExecutor(processors()) as pool):
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
    return done
