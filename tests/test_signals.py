"""The laws asked of every signal, over the registry: on the toy library, and on a random one full of holes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.blend import SHIPPED
from recommender.build import build, count
from recommender.errors import ArtifactError
from recommender.index.artifact import ArrayReader, writing
from recommender.index.corpus import Corpus
from recommender.loaded import Index
from recommender.papers import Draft, Filters, Paper, PaperList
from recommender.prepare import prepare
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.signals.base import Query, Signal
from recommender.store.intake import Incoming
from recommender.store.library import Library
from recommender.store.lists import Lists

WORDS = ("graph", "drawing", "layout", "edge", "crossing", "volume", "rendering", "transfer", "function", "isosurface",
         "topic", "model", "corpus", "query", "expansion", "retrieval", "feedback", "ranking", "user", "study")
TEXT = Draft(title="Graph drawing with fewer edge crossings",
             abstract="A layout for graphs is evaluated in a user study. We rank layouts by crossings on CIFAR-10.")


def holey_papers(number: int) -> list[Paper]:
    """Random papers, each of which lacks something."""
    dice = random.Random(7)
    ids = [f"p{i:03d}" for i in range(number)]

    def some(likely: float) -> bool:
        return dice.random() < likely

    return [Paper(
        id=id, title=" ".join(dice.choices(WORDS, k=6)) + f" {id}",
        abstract=" ".join(dice.choices(WORDS, k=40)) if some(0.7) else "",
        authors=tuple(dice.sample(["Ada One", "Bo Two", "Cy Three", "Di Four"], 2)) if some(0.7) else (),
        year=dice.randint(1990, 2020) if some(0.7) else None, venue=dice.choice(["Vis", "SIGIR"]) if some(0.6) else "",
        keywords=tuple(dice.sample(WORDS, 2)) if some(0.5) else (),
        references=tuple(dice.sample(ids, 5)) if some(0.4) else (),
        datasets=("CIFAR-10",) if some(0.2) else (), methods=("treemap",) if some(0.2) else ()) for id in ids]


@pytest.fixture(scope="module")
def holey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    settings = Settings(tmp_path_factory.mktemp("holey"))
    library = Library.open(settings)
    fill(library, holey_papers(120))
    Lists(library).take([PaperList("one", "One", ("p001", "p002", "p003")), PaperList("two", "Two", ("p002", "p050"))])
    build(settings, library)
    yield Recommender.open(settings, library)
    library.close()


def fill(library: Library, papers: list[Paper]) -> None:
    library.take(Incoming(paper, "test", line, "jsonl") for line, paper in enumerate(papers, 1))


def query_of(recommender: Recommender, draft: Draft) -> Query:
    index = recommender.index
    return prepare(index.corpus, index.bm25, recommender.library, draft)[0]


@pytest.fixture(params=[TEXT, Draft(liked=("p001", "p010")), replace(TEXT, references=("p004",), exclude=("p007",)),
                        replace(TEXT, filters=Filters(year_to=2005))], ids=["text", "anchors", "both", "year"])
def query(request: pytest.FixtureRequest, holey: Recommender) -> Query:
    return query_of(holey, request.param)


@pytest.fixture(params=list(SIGNALS))
def signal(request: pytest.FixtureRequest, holey: Recommender) -> Signal:
    return holey.index.signals[request.param]


def test_features_have_the_right_shape_and_are_finite_or_missing(signal: Signal, query: Query) -> None:
    rows = np.arange(len(query.corpus))
    table = signal.describe(query, rows)
    assert table.shape == (len(rows), len(signal.features))
    assert table.dtype == np.float32
    assert not np.isinf(table).any()


def test_a_rows_features_do_not_depend_on_which_others_are_asked_for(signal: Signal, query: Query) -> None:
    rows = np.arange(len(query.corpus))
    together = signal.describe(query, rows)
    np.testing.assert_allclose(signal.describe(query, rows[::-1])[::-1], together, rtol=1e-5, atol=1e-6)
    for row in (0, 7, 60, 119):
        alone = signal.describe(query, np.array([row]))
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-5, atol=1e-6)


def test_every_feature_of_a_signal_has_a_name_of_its_own(signal: Signal) -> None:
    assert len(set(signal.features)) == len(signal.features)


def test_a_blend_that_reads_features_of_before_is_refused_with_the_cure(
        holey: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert holey.manifest["blend"]["from"] == "shipped"
    old = tmp_path / "blend.json"
    old.write_text(SHIPPED.read_text("utf-8").replace('"core_authors"', '"authors"'), "utf-8")
    monkeypatch.setattr("recommender.loaded.SHIPPED", old)
    with pytest.raises(ArtifactError, match="recommender build"):
        Index.load(holey.settings)


def test_evidence_adds_up_to_the_first_feature(signal: Signal, query: Query) -> None:
    rows = np.arange(len(query.corpus))
    first = signal.describe(query, rows)[:, 0]
    for row in rows:
        if np.isfinite(first[row]):
            total = sum(one.amount for one in signal.explain(query, int(row)))
            assert total == pytest.approx(float(first[row]), rel=1e-3, abs=1e-3)


def test_what_is_nominated_is_allowed_and_named_once(signal: Signal, query: Query) -> None:
    rows = signal.nominate(query, 30)
    assert query.allowed[rows].all()
    assert len(set(rows.tolist())) == len(rows)


def test_an_empty_query_gets_nothing(signal: Signal, holey: Recommender) -> None:
    empty = query_of(holey, Draft())
    assert empty.is_empty
    assert not len(signal.nominate(empty, 10))
    assert np.isnan(signal.describe(empty, np.arange(5))).all()


@pytest.mark.parametrize("name", list(SIGNALS))
def test_a_second_fit_and_a_restored_one_answer_as_the_first(name: str, holey: Recommender, tmp_path: Path) -> None:
    corpus, settings = holey.index.corpus, holey.settings
    asked = query_of(holey, replace(TEXT, references=("p004",)))
    rows = np.arange(len(corpus))
    first, second = SIGNALS[name].fit(corpus, settings), SIGNALS[name].fit(corpus, settings)
    with writing(tmp_path / "index", {}) as writer:
        # A build holds all signals; the anchors read the words' vectors.
        for other in dict.fromkeys(("bm25", name)):
            (first if other == name else SIGNALS[other].fit(corpus, settings)).save(writer)
    restored = SIGNALS[name].restore(ArrayReader(tmp_path / "index" / "000001"), corpus)
    wanted = first.describe(replace(asked, memo={}), rows)
    np.testing.assert_array_equal(second.describe(replace(asked, memo={}), rows), wanted)
    np.testing.assert_allclose(restored.describe(replace(asked, memo={}), rows), wanted, rtol=1e-5, atol=1e-6)


def test_the_order_in_which_papers_came_in_changes_nothing(tmp_path: Path) -> None:
    papers = holey_papers(60)
    found = []
    for name, order in (("one", papers), ("other", papers[::-1])):
        settings = Settings(tmp_path / name)
        settings.data.mkdir()
        library = Library.open(settings)
        fill(library, order)
        build(settings, library)
        found.append(Recommender.open(settings, library).ranking(TEXT, 60))
        library.close()
    assert found[0] == found[1]


def test_answering_writes_nothing(holey: Recommender) -> None:
    before = holey.ranking(TEXT, 50)
    for block in holey.index.corpus.blocks.values():
        assert not block.data.flags.writeable
    holey.recommend(Draft(liked=("p001",)), 10)
    assert holey.ranking(TEXT, 50) == before


def without(papers: list[Paper], id: str) -> list[Paper]:
    """The library in which one record says nothing."""
    return [Paper(id=paper.id, title=f"blank {paper.id}") if paper.id == id else paper for paper in papers]


@pytest.mark.parametrize("name", ["citations", "neighbours", "prior"])
def test_a_hidden_record_counts_nowhere(name: str, tmp_path: Path) -> None:
    """Against a library in which it says nothing; signals whose statistics are global cannot be equal to the bit."""
    papers = [*holey_papers(60), Paper(id="own", title=TEXT.title, abstract=TEXT.abstract, authors=("Ada One",),
                                       year=2001, venue="Vis", references=("p001", "p002", "p003"))]
    tables = []
    for folder, taken in (("whole", papers), ("blank", without(papers, "own"))):
        settings = Settings(tmp_path / folder)
        settings.data.mkdir()
        library = Library.open(settings)
        fill(library, taken)
        corpus, _ = count(library, len(taken))
        bm25 = SIGNALS["bm25"].fit(corpus, settings)
        asked = prepare(corpus, bm25, library, Draft(  # type: ignore[arg-type]
            title=TEXT.title, abstract=TEXT.abstract, exclude=("own",)))[0]
        signal = SIGNALS[name].fit(corpus, settings)
        rows = np.flatnonzero(asked.visible)
        # Whoever is near is near by global statistics; so that the rest compares, near is set by hand.
        near = replace(asked.near, rows=rows[:20], weights=np.full(20, 0.05))
        lexical = np.linspace(1, 2, len(corpus)) * asked.visible
        tables.append(signal.describe(replace(asked, near=near, lexical=lexical, memo={}), rows))
        library.close()
    # How many papers cite one at all is a count over the whole library, so other columns may differ a little.
    equal = slice(None) if name == "prior" else slice(0, 1)
    np.testing.assert_allclose(tables[0][:, equal], tables[1][:, equal], rtol=1e-6)


def test_every_block_has_a_row_a_paper(holey: Recommender) -> None:
    corpus: Corpus = holey.index.corpus
    assert all(block.shape[0] == len(corpus) for block in corpus.blocks.values())
    assert isinstance(holey.index, Index)
