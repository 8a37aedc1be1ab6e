"""The draft's own authors: silent where they are named, evidence where that is switched on, kept by every door."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from recommender.cli import main
from recommender.drafting import read_draft
from recommender.evaluation.files import draft_of
from recommender.explain import reasons
from recommender.index.corpus import Corpus
from recommender.index.counting import CorpusBuilder
from recommender.names import split_names
from recommender.papers import Draft, Paper
from recommender.prepare import assemble
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.signals.base import Query, Weighted
from recommender.signals.bm25 import Bm25
from recommender.signals.neighbours import OWN, Neighbours
from recommender.store.library import Library

DRAFT = Draft(title="Adapters for a multilingual encoder",
              abstract="Small adapters inside a frozen multilingual encoder learn unseen languages.")
ADA, BO = ("Lovelace, Ada",), ("Bo van der Berg",)

# 0 and 1 are near the draft (.75, .25). Ada wrote 0 and 2, Bo 1 and 3, both 4, nobody known 5.
AUTHORS = [("Ada Lovelace",), ("Bo van der Berg",), ("A. Lovelace",), ("van der Berg, B.",),
           ("Ada Lovelace", "Bo van der Berg"), ("Cy Cole",)]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    builder = CorpusBuilder()
    for key, authors in enumerate(AUTHORS):
        builder.add(key, Paper(id=f"p{key}", title=f"Paper {key}", authors=authors), [])
    return builder.finish([], [])


def asked(corpus: Corpus, draft: Draft) -> Query:
    everything = np.ones(len(corpus), dtype=np.bool_)
    query = assemble(corpus, Bm25.fit(corpus, Settings(Path())), draft, Weighted.none(), Weighted.none(), everything,
                     everything)
    return replace(query, near=Weighted.of({0: 0.75, 1: 0.25}), closeness=np.ones(len(corpus)), memo={})


def shared(corpus: Corpus, draft: Draft) -> list[float]:
    table = Neighbours(corpus).describe(asked(corpus, draft), np.arange(len(corpus)))
    return [float(value) for value in table[:, 0]]


def test_authors_of_near_papers_count_by_these_papers_weight(corpus: Corpus) -> None:
    assert shared(corpus, Draft()) == [0, 0, 0.75, 0.25, 1, 0]


def test_papers_by_the_drafts_own_authors_gain_nothing(corpus: Corpus) -> None:
    assert shared(corpus, Draft(authors=ADA)) == [0, 0, 0, 0.25, 0.25, 0]
    assert shared(corpus, Draft(authors=ADA + BO + ("Cy Cole",)))[:5] != shared(corpus, Draft())[:5]


def test_where_all_near_papers_are_their_own_authorship_says_nothing(corpus: Corpus) -> None:
    assert np.isnan(shared(corpus, Draft(authors=ADA + BO))).all()
    assert not len(Neighbours(corpus).nominate(asked(corpus, Draft(authors=ADA + BO)), 5))


def test_switched_on_each_counts_as_if_the_nearest_paper_were_theirs(corpus: Corpus) -> None:
    assert shared(corpus, Draft(authors=BO, own_authors=True)) == [0, 0.75, 0.75, 1, 1.75, 0]
    assert shared(corpus, Draft(authors=("Cy Cole",), own_authors=True)) == [0, 0, 0.75, 0.25, 1, 0.75]


def test_the_switch_alone_and_unknown_names_change_nothing(corpus: Corpus) -> None:
    for draft in (Draft(own_authors=True), Draft(authors=("Nobody Known", "?", "")),
                  Draft(authors=("Nobody Known",), own_authors=True)):
        assert shared(corpus, draft) == shared(corpus, Draft())


def test_evidence_tells_own_authors_from_others_and_adds_up(corpus: Corpus) -> None:
    signal, query = Neighbours(corpus), asked(corpus, Draft(authors=("Cole, Cy",), own_authors=True))
    assert [(one.name, one.amount, one.link) for one in signal.explain(query, 5)] == [("Cole C", 0.75, OWN)]
    assert [(one.name, one.link) for one in signal.explain(query, 2)] == [("Lovelace A", "")]
    table = signal.describe(query, np.arange(len(corpus)))
    for row in range(len(corpus)):
        assert sum(one.amount for one in signal.explain(query, row)) == pytest.approx(float(table[row, 0]))
    silent = asked(corpus, Draft(authors=ADA))
    assert [one.name for one in signal.explain(silent, 4)] == ["Van Der Berg B"]


# -- through the whole program ---------------------------------------------------------------------------------------


@pytest.fixture
def recommender(settings: Settings, library: Library) -> Recommender:
    return Recommender.open(settings, library)


def parts(recommender: Recommender, draft: Draft) -> dict[str, float]:
    return {one.paper.id: one.parts.get("neighbours", 0.0) for one in recommender.recommend(draft, 20).recommendations}


def test_own_papers_rise_by_the_neighbours_part_and_by_no_other(recommender: Recommender) -> None:
    silent, counted = (replace(DRAFT, authors=("Ada Mt4", *BO), own_authors=on) for on in (False, True))
    assert parts(recommender, counted)["mt4"] > parts(recommender, silent)["mt4"]
    before, after = ({one.paper.id: dict(one.parts) for one in recommender.recommend(draft, 20).recommendations}
                     for draft in (silent, counted))
    before["mt4"].pop("neighbours", None)
    after["mt4"].pop("neighbours", None)
    assert before["mt4"] == after["mt4"]
    own = next(one for one in recommender.recommend(counted, 20).recommendations if one.paper.id == "mt4")
    assert any("by the draft's own authors: Van Der Berg B, Mt4 A" in sentence for sentence in reasons(own))


def test_a_draft_that_names_nobody_is_answered_as_before_to_the_bit(recommender: Recommender) -> None:
    assert recommender.ranking(replace(DRAFT, own_authors=True), 20) == recommender.ranking(DRAFT, 20)
    assert recommender.ranking(replace(DRAFT, authors=("Un Known",)), 20) == recommender.ranking(DRAFT, 20)


@pytest.mark.parametrize(("text", "names"), [
    ("", ()), (" ; \n", ()), ("Ada Lovelace", ("Ada Lovelace",)),
    ("Lovelace, Ada; Bo  van der Berg;", ("Lovelace, Ada", "Bo van der Berg")),
    ("Ada Lovelace\r\nBo Berg\n\nAda Lovelace", ("Ada Lovelace", "Bo Berg")),
])
def test_names_stand_one_a_line_or_between_semicolons(text: str, names: tuple[str, ...]) -> None:
    assert split_names(text) == names


def test_a_bibtex_entry_says_who_writes_it() -> None:
    assert read_draft("@misc{a, title = {A title}, author = {Lovelace, Ada and Bo Berg}}").authors == (
        "Lovelace, Ada", "Bo Berg")


def test_drafts_in_json_lines_have_authors_and_the_switch() -> None:
    draft = draft_of({"id": "a", "authors": ["Ada Lovelace"], "own_authors": True})
    assert (draft.authors, draft.own_authors) == (("Ada Lovelace",), True)
    assert draft_of({"id": "a", "authors": None, "own_authors": None}) == Draft(id="a")


@pytest.mark.parametrize(("field", "value"), [("authors", "Ada"), ("authors", [1]), ("own_authors", "yes")])
def test_a_field_of_the_wrong_kind_is_named(client: FlaskClient, field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        draft_of({"id": "a", field: value})
    answer = client.post("/api/recommend", json={"title": DRAFT.title, field: value})
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)


def test_the_api_takes_both(client: FlaskClient) -> None:
    def part(**fields: object) -> float:
        said = client.post("/api/recommend", json={"title": DRAFT.title, "abstract": DRAFT.abstract, **fields})
        found = {one["paper"]["id"]: one["parts"] for one in said.get_json()["recommendations"]}
        return float(found["mt4"].get("neighbours", 0))

    both = ["Ada Mt4", "Bo van der Berg"]
    assert part(authors=both, own_authors=True) > part(authors=both)


def test_the_command_line_takes_both(settings: Settings) -> None:
    def part(*options: str) -> float:
        result = CliRunner().invoke(main, ["--data", str(settings.data), "recommend", "--format", "json", *options],
                                    input=DRAFT.text)
        found = {one["paper"]["id"]: one["parts"] for one in json.loads(result.stdout)["recommendations"]}
        return float(found["mt4"].get("neighbours", 0))

    both = ("--authors", "Bo van der Berg; Ada Mt4")
    assert part(*both, "--own-authors") > part(*both)


# -- on the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def caplog_all(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_the_form_keeps_authors_with_the_draft_and_out_of_address_and_log(
        app: Flask, client: FlaskClient, caplog_all: pytest.LogCaptureFixture) -> None:
    answer = client.post("/drafts", data={"text": DRAFT.text, "authors": "Secretive, Ada; Bo Berg",
                                          "own_authors": "yes"})
    address = answer.headers["Location"]
    page = client.get(address)
    assert "Secretive, Ada\nBo Berg</textarea>" in page.text
    assert 'name="own_authors" value="yes" checked' in page.text
    assert "ecretive" not in address + caplog_all.text
    kept = app.extensions["desk"].drafts.get(address.rsplit("/", 1)[1])
    assert (kept.authors, kept.own_authors) == (("Secretive, Ada", "Bo Berg"), True)


def test_authors_change_with_the_text_and_stay_when_filters_change(app: Flask, client: FlaskClient) -> None:
    address = client.post("/drafts", data={"text": DRAFT.text, "authors": "Ada Mt4", "own_authors": "yes"},
                          ).headers["Location"]
    id = address.rsplit("/", 1)[1]
    client.post(f"{address}/edit", data={"year_to": "2022"})
    client.post(f"{address}/entities", data={"add": "CLIP"})
    kept = app.extensions["desk"].drafts.get(id)
    assert (kept.authors, kept.own_authors) == (("Ada Mt4",), True)
    client.post(f"{address}/edit", data={"text": DRAFT.text, "authors": "Bo Berg"})
    kept = app.extensions["desk"].drafts.get(id)
    assert (kept.authors, kept.own_authors) == (("Bo Berg",), False)


def test_what_was_typed_stays_in_the_form_that_is_refused(client: FlaskClient) -> None:
    answer = client.post("/drafts", data={"text": "", "authors": "Ada Mt4", "own_authors": "yes"})
    assert answer.status_code == 422
    assert "Ada Mt4</textarea>" in answer.text
    assert 'name="own_authors" value="yes" checked' in answer.text


def test_the_page_says_that_a_paper_is_the_authors_own(client: FlaskClient) -> None:
    address = client.post("/drafts", data={"text": DRAFT.text, "authors": "Ada Mt4", "own_authors": "yes"},
                          ).headers["Location"]
    assert "Ada Mt4 (writes the draft)" in client.get(address).text
