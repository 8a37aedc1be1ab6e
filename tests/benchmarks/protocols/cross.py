"""Blends learned on one library alone and used on another, beside the shipped one and the other's own."""

from __future__ import annotations

from dataclasses import replace

from compare import SHIPPED_BLEND, Asked, Comparison, ranked

from recommender.blend import SHIPPED, Blend, load
from recommender.build import DRAFTS, library_texts
from recommender.errors import InputError
from recommender.evaluation.learning import learn, of_kind
from recommender.evaluation.lessons import ASKED, lessons
from recommender.loaded import Index
from recommender.progress import stage
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.store.library import Library, opened

KIND = "text"


def run(one: Settings, one_asked: Asked, other: Settings, other_asked: Asked, seed: int) -> None:
    """Measure and print, both ways."""
    with opened(one) as library, opened(other) as another:
        mine, others = _wordly(one), _wordly(other)
        learned = {"learned on the first": _learned(one, library, mine),
                   "learned on the second": _learned(other, another, others)}
        for settings, held, index, asked, title in ((one, library, mine, one_asked, "Drafts of the first library"),
                                                    (other, another, others, other_asked, "Of the second")):
            blends = {SHIPPED_BLEND: load(SHIPPED)[KIND], **learned}
            recommenders = {name: Recommender(settings, held, replace(index, blends={KIND: blend}))
                            for name, blend in blends.items()}
            compared = Comparison(title)
            with stage("Asking", len(asked), " drafts") as tick:
                for draft, wanted in asked:
                    compared.add(ranked(recommenders, draft), wanted)
                    tick(1)
            print(compared.text(seed))


def _wordly(settings: Settings) -> Index:
    """The index without the meaning of texts, which one of the libraries may lack."""
    index = Index.load(settings)
    corpus = replace(index.corpus, embeddings=None)
    signals = {**index.signals, "semantic": SIGNALS["semantic"].fit(corpus, settings)}
    return replace(index, corpus=corpus, signals=signals)


def _learned(settings: Settings, library: Library, index: Index) -> Blend:
    """The blend of drafts, from as many of the library's own papers as a build asks with."""
    with stage(f"Lessons from {settings.data.name}", DRAFTS, " drafts") as tick:
        examples = lessons(index.corpus, index.signals, library_texts(library, index.corpus), settings, DRAFTS,
                           ASKED["text"], tick)
    if examples is None:
        raise InputError(f"The library of {settings.data} has no reference lists to learn from.")
    return learn(of_kind(examples, KIND), settings.seed, ("semantic",))
