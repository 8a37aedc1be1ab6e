"""Blends learned on one library alone and used on another, beside the shipped one and the other's own."""

from __future__ import annotations

from dataclasses import replace

from compare import SHIPPED_BLEND, Asked, Comparison, ranked

from recommender.blend import SHIPPED, Blend, load
from recommender.errors import InputError
from recommender.evaluation.learning import learn, left_out, of_kind
from recommender.evaluation.lessons import ASKED, Examples
from recommender.evaluation.ship import FORESTS, lessons_of
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
        learned = {"learned on the first": _learned(one, library),
                   "learned on the second": _learned(other, another)}
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


def _learned(settings: Settings, library: Library) -> Blend:
    """The blend of drafts as the shipped one is learned, but of one library's lessons alone."""
    taught = lessons_of(settings, library, ASKED[KIND])
    if not taught:
        raise InputError(f"The library of {settings.data} has no reference lists to learn from.")
    return learn(of_kind(Examples.joined(taught), KIND), settings.seed, left_out(KIND), forests=FORESTS)
