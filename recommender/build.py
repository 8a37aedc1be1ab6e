"""Library -> artifact: the only module that knows all of the offline line."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from recommender.annotate import annotate
from recommender.blend import KINDS, SHIPPED, Blend, Blends, as_text, joined, load
from recommender.evaluation.learning import (
    calibrated,
    calibration_error,
    learn,
    ndcg_of,
    of_kind,
    parted,
    scores_of,
    share_of,
)
from recommender.evaluation.lessons import REFERENCES, Examples, draft_rows, lessons
from recommender.familiarity import least_familiar
from recommender.index.artifact import writing
from recommender.index.corpus import Corpus
from recommender.index.counting import CorpusBuilder, given_entities
from recommender.index.sparse import Rows
from recommender.ingest.identity import record_hash, text_hash
from recommender.loaded import ANALYSIS, BLEND, TAUGHT_BY
from recommender.naming import AS_READ, Naming
from recommender.papers import Paper
from recommender.progress import Tick, silence
from recommender.semantic.embedding import vectors_of
from recommender.semantic.vectors import VectorStore
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.signals.base import Signal
from recommender.store.corrections import Corrections
from recommender.store.extractions import Extractions, Found
from recommender.store.library import Library
from recommender.store.rows import chunks

Stage = Callable[..., AbstractContextManager[Tick]]
DRAFTS = 300
"""Papers at most that a build learns from."""
ENOUGH = 50
"""With fewer, the drafts held out are too few to tell what their share is to be."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build says of itself."""

    papers: int
    terms: int
    entities: int
    citations: int
    encoded: int
    """Papers whose meaning is known."""
    seconds: float


def build(settings: Settings, library: Library, stage: Stage = silence) -> Built:
    """Index the whole library; the new build becomes the current one only when it is whole."""
    begun = time.perf_counter()
    annotate(library, stage)
    status = library.status()
    lists_revision = int(library.fact("lists_revision") or 0)
    naming = Corrections(library).naming()
    corpus, fingerprint = count(library, status.papers, stage, naming, vectors_of(settings))
    manifest = {
        "built": datetime.now(UTC).isoformat(timespec="seconds"), "analysis": ANALYSIS,
        "fingerprint": fingerprint, "revision": status.revision, "lists_revision": lists_revision,
        "corrections": naming.digest,
        "settings": {name: value for name, value in asdict(settings).items()
                     if name.startswith(("bm25_", "als_")) or name == "seed"},
        "versions": {name: version(name) for name in ("numpy", "scipy", "implicit", "PyStemmer")},
        **sizes(corpus),
    }
    with writing(settings.index, manifest) as writer:
        corpus.save(writer)
        signals: dict[str, Signal] = {}
        with stage("Fitting signals", len(SIGNALS), " signals") as tick:
            for name, signal in SIGNALS.items():
                signals[name] = signal.fit(corpus, settings)
                signals[name].save(writer)
                tick(1)
        blends, taught, manifest["blend"] = own_blends(settings, library, corpus, signals, stage)
        if blends is not None:
            writer.text(BLEND, as_text(blends))
            writer.array(TAUGHT_BY, taught)
        with stage("Asking what is strange here", 1, " step") as tick:
            manifest["familiarity"] = least_familiar(corpus, library_texts(library, corpus), settings.seed)
            tick(1)
        seconds = time.perf_counter() - begun
        manifest["seconds"] = round(seconds, 2)
    return Built(**sizes(corpus), seconds=seconds)


def own_blends(settings: Settings, library: Library, corpus: Corpus, signals: Mapping[str, Signal], stage: Stage,
               ) -> tuple[Blends | None, Rows, dict[str, Any]]:
    """Shipped blends with what the library's own reference lists teach, where that ranks drafts held out better.

    Returns None where the shipped ones serve as they are, the papers whose lists taught, and what the manifest says of
    the choice.
    """
    shipped = load(SHIPPED)
    rows, _ = draft_rows(corpus, DRAFTS, settings.seed)
    if len(rows) < ENOUGH:
        return None, rows, {"from": "shipped", "why": f"{len(rows)} papers with {REFERENCES} references or more, "
                                                      f"learning wants {ENOUGH}"}
    with stage("Learning from reference lists", len(rows), " drafts") as tick:
        examples = lessons(corpus, signals, library_texts(library, corpus), settings, DRAFTS, tick=tick, gates=shipped)
    if examples is None:
        return None, rows, {"from": "shipped", "why": "no paper's references were among its candidates"}
    chosen, said = dict(shipped), {}
    kinds = [kind for kind in KINDS if kind.endswith("meaning") == (corpus.embeddings is not None)]
    with stage("Growing trees", len(kinds), " blends") as tick:
        for kind in kinds:
            chosen[kind], said[kind] = _better(shipped[kind].on(chosen), of_kind(examples, kind), settings.seed)
            tick(1)
    return chosen, rows, {"from": "library" if any(one["from"] == "library" for one in said.values()) else "shipped",
                          "drafts": len(rows), **said}


def _better(shipped: Blend, examples: Examples, seed: int) -> tuple[Blend, dict[str, Any]]:
    """The shipped blend of one kind, alone or together with the library's own, calibrated, by the drafts held out.

    These say what share each is to have: where the shipped one knows the field, hundreds of drafts teach little beside
    its thousands; where it does not, they teach what counts.
    """
    taught, test = parted(examples)
    if not len(test.groups) or not len(taught.groups):
        return shipped, {"from": "shipped", "why": "too few drafts give such a query"}
    trees = learn(taught, seed, ground=shipped)
    share = share_of(trees, shipped, test)
    about = {"learned on": f"{len(taught.groups)} queries of this library", "their share": round(share, 3),
             "the rest": shipped.about}
    learned = replace(joined(trees, shipped, share), about=about)
    own, other = (float(ndcg_of(scores_of(blend, test), test).mean()) for blend in (learned, shipped))
    better = own > other
    blend = calibrated(learned if better else shipped, test)
    error, table = calibration_error(blend, test)
    return blend, {"from": "library" if better else "shipped", "held_out": {
        "queries": len(test.groups), "share": round(share, 3), "learned": round(own, 4), "shipped": round(other, 4)},
        "calibration_error": round(error, 4), "reliability": table}


def library_texts(library: Library, corpus: Corpus) -> Callable[[Rows], dict[int, Paper]]:
    """A function that reads the papers of rows."""
    def texts(rows: Rows) -> dict[int, Paper]:
        papers = library.papers_by_key(corpus.keys[rows].tolist())
        return {row: papers[key] for row, key in zip(rows.tolist(), corpus.keys[rows].tolist(), strict=True)}

    return texts


def count(library: Library, papers: int, stage: Stage = silence, naming: Naming = AS_READ,
          store: VectorStore | None = None) -> tuple[Corpus, str]:
    """The library as a corpus, its entities as `naming` has them, and the fingerprint of what went into it."""
    builder, digest = CorpusBuilder(naming), hashlib.sha256()
    with stage("Counting terms", papers, " papers") as tick:
        for key, paper, found in stream_with_entities(library):
            builder.add(key, paper, found)
            digest.update(record_hash(paper).encode())
            tick(1)
    with stage("Joining citations and lists", 1, " step") as tick:
        memberships = list(library.memberships())
        digest.update(repr(memberships).encode())
        digest.update(naming.digest.encode())
        corpus = builder.finish(library.citations(), memberships, store.of_hashes if store else None)
        tick(1)
    return corpus, digest.hexdigest()


def sizes(corpus: Corpus) -> dict[str, int]:
    """How much a corpus holds."""
    return {"papers": len(corpus), "terms": len(corpus.vocabularies.get("terms", ())),
            "entities": len(corpus.vocabularies.get("entities", ())),
            "citations": corpus.blocks["citations"].nnz if "citations" in corpus.blocks else 0,
            "encoded": 0 if corpus.embeddings is None else int(corpus.embeddings.any(axis=1).sum())}


def stream_with_entities(library: Library) -> Iterator[tuple[int, Paper, Found]]:
    """Every paper by id, with its key and the entities its record or its text names."""
    return with_entities(library, library.stream())


def with_entities(library: Library, papers: Iterable[tuple[int, Paper]]) -> Iterator[tuple[int, Paper, Found]]:
    """These papers with their keys and the entities their records or their texts name."""
    cache = Extractions(library)
    for chunk in chunks(papers):
        hashes = [text_hash(paper.title, paper.abstract) for _, paper in chunk]
        found = cache.of(hashes)
        for (key, paper), paper_hash in zip(chunk, hashes, strict=True):
            yield key, paper, [*given_entities(paper), *found.get(paper_hash, [])]
