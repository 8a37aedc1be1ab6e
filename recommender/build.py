"""Library -> artifact: the only module that knows all of the offline line."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from recommender.annotate import annotate
from recommender.index.artifact import writing
from recommender.index.corpus import Corpus
from recommender.index.counting import CorpusBuilder, given_entities
from recommender.ingest.identity import record_hash, text_hash
from recommender.loaded import ANALYSIS
from recommender.papers import Paper
from recommender.progress import Tick, silence
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.store.extractions import Extractions, Found
from recommender.store.library import Library
from recommender.store.rows import chunks

Stage = Callable[..., AbstractContextManager[Tick]]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build says of itself."""

    papers: int
    terms: int
    entities: int
    citations: int
    seconds: float


def build(settings: Settings, library: Library, stage: Stage = silence) -> Built:
    """Index the whole library; the new build becomes the current one only when it is whole."""
    begun = time.perf_counter()
    annotate(library, stage)
    status = library.status()
    lists_revision = int(library.fact("lists_revision") or 0)
    corpus, fingerprint = count(library, status.papers, stage)
    manifest = {
        "built": datetime.now(UTC).isoformat(timespec="seconds"), "analysis": ANALYSIS,
        "fingerprint": fingerprint, "revision": status.revision, "lists_revision": lists_revision,
        "settings": {name: value for name, value in asdict(settings).items()
                     if name.startswith(("bm25_", "als_")) or name == "seed"},
        "versions": {name: version(name) for name in ("numpy", "scipy", "implicit", "PyStemmer")},
        **sizes(corpus),
    }
    with writing(settings.index, manifest) as writer:
        corpus.save(writer)
        with stage("Fitting signals", len(SIGNALS), " signals") as tick:
            for signal in SIGNALS.values():
                signal.fit(corpus, settings).save(writer)
                tick(1)
        seconds = time.perf_counter() - begun
        manifest["seconds"] = round(seconds, 2)
    return Built(**sizes(corpus), seconds=seconds)


def count(library: Library, papers: int, stage: Stage = silence) -> tuple[Corpus, str]:
    """The library as a corpus, and the fingerprint of what went into it."""
    builder, digest = CorpusBuilder(), hashlib.sha256()
    with stage("Counting terms", papers, " papers") as tick:
        for key, paper, found in stream_with_entities(library):
            builder.add(key, paper, found)
            digest.update(record_hash(paper).encode())
            tick(1)
    with stage("Joining citations and lists", 1, " step") as tick:
        memberships = list(library.memberships())
        digest.update(repr(memberships).encode())
        corpus = builder.finish(library.citations(), memberships)
        tick(1)
    return corpus, digest.hexdigest()


def sizes(corpus: Corpus) -> dict[str, int]:
    """How much a corpus holds."""
    return {"papers": len(corpus), "terms": len(corpus.vocabularies.get("terms", ())),
            "entities": len(corpus.vocabularies.get("entities", ())),
            "citations": corpus.blocks["citations"].nnz if "citations" in corpus.blocks else 0}


def stream_with_entities(library: Library) -> Iterator[tuple[int, Paper, Found]]:
    """Every paper by id, with its key and the entities its record or its text names."""
    cache = Extractions(library)
    for chunk in chunks(library.stream()):
        hashes = [text_hash(paper.title, paper.abstract) for _, paper in chunk]
        found = cache.of(hashes)
        for (key, paper), paper_hash in zip(chunk, hashes, strict=True):
            yield key, paper, [*given_entities(paper), *found.get(paper_hash, [])]
