"""The JSON API: answers, and refusals that name the field."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

DRAFT = {"title": "Small students", "abstract": "Knowledge distillation of a vision-language teacher, CLIP."}


def ask(client: FlaskClient, **fields: Any) -> dict[str, Any]:
    answer = client.post("/api/recommend", json={**DRAFT, **fields})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.get_json()
    return said


def ids(said: dict[str, Any]) -> list[str]:
    return [one["paper"]["id"] for one in said["recommendations"]]


def test_an_answer_has_papers_scores_parts_and_evidence(client: FlaskClient) -> None:
    said = ask(client, k=5)
    assert set(said) == {"recommendations", "relevant", "note", "entities", "missing", "seconds"}
    first = said["recommendations"][0]
    assert {"paper", "score", "parts", "base", "likelihood", "evidence", "reasons"} == set(first)
    assert first["paper"]["id"].startswith("kd")
    assert first["base"] + sum(first["parts"].values()) == pytest.approx(first["score"])
    assert {"signal", "kind", "name", "amount", "link"} == set(first["evidence"][0])
    for key in (
        "id",
        "title",
        "abstract",
        "authors",
        "year",
        "venue",
        "doi",
        "arxiv",
        "url",
        "keywords",
        "references",
        "methods",
        "datasets",
        "tasks",
    ):
        assert key in first["paper"]


def test_k_papers_come_back_where_there_are_k(client: FlaskClient) -> None:
    assert len(ids(ask(client, k=15))) == 15
    assert len(ids(ask(client, k=1000))) == 15


def test_cited_and_excluded_papers_do_not_come_back(client: FlaskClient) -> None:
    found = ids(ask(client, k=100, references=["kd1"], exclude=["kd3", "unknown"]))
    assert "kd1" not in found
    assert "kd3" not in found


def test_a_year_is_the_newest_that_is_wanted(client: FlaskClient) -> None:
    years = [one["paper"]["year"] for one in ask(client, k=100, year=2019)["recommendations"]]
    assert all(year is None or year <= 2019 for year in years)
    assert None in years


def test_first_year_and_venues_narrow_too(client: FlaskClient) -> None:
    found = ask(client, k=100, year_from=2022, venues=["Vision Quarterly"])["recommendations"]
    assert {one["paper"]["id"] for one in found} == {"kd3", "kd4"}


def test_references_alone_are_enough(client: FlaskClient) -> None:
    answer = client.post("/api/recommend", json={"references": ["kd1", "kd2"], "title": None})
    assert answer.status_code == 200
    assert ids(answer.get_json())


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"k": 0}, "k", "from 1 to 1000"),
        ({"k": 1001}, "k", "from 1 to 1000"),
        ({"k": True}, "k", "whole number"),
        ({"k": "5"}, "k", "whole number"),
        ({"k": 2.5}, "k", "whole number"),
        ({"year": "2019"}, "year", "whole number"),
        ({"year": False}, "year", "whole number"),
        ({"year": 10**30}, "year", "from 1"),
        ({"title": 5}, "title", "text or null"),
        ({"abstract": ["x"]}, "abstract", "text or null"),
        ({"references": "kd1"}, "references", "list of texts"),
        ({"exclude": ["kd1", 2]}, "exclude", "entry 1"),
        ({"venues": {}}, "venues", "list of texts"),
        ({"titel": "x"}, "titel", "no field"),
        ({"title": "", "abstract": " ", "references": []}, "abstract", "empty"),
        ({"title": "\ud800"}, "title", "surrogate"),
    ],
)
def test_a_wrong_field_is_named_with_the_reason(
    client: FlaskClient, fields: dict[str, Any], field: str, why: str
) -> None:
    answer = client.post("/api/recommend", json={**DRAFT, **fields})
    assert answer.status_code == 400
    error = answer.get_json()["error"]
    assert error["field"] == field
    assert why in error["message"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff{}", b"[" * 100_000, b'{"k": NaN}']
)
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/recommend", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json()["error"]["message"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(client: FlaskClient, kind: str) -> None:
    answer = client.post("/api/recommend", data=b'{"title": "x"}', content_type=kind)
    assert answer.status_code == 415
    assert "application/json" in answer.get_json()["error"]["message"]


def test_every_error_below_api_is_json(client: FlaskClient) -> None:
    for answer, code in ((client.get("/api/nothing"), 404), (client.get("/api/recommend"), 405)):
        assert answer.status_code == code
        assert answer.get_json()["error"]["message"]
    assert "POST" in client.get("/api/recommend").headers["Allow"]


def test_too_large_a_request_is_said_in_json(client: FlaskClient) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/api/recommend", json={"title": "x" * 2000})
    assert answer.status_code == 413
    assert answer.get_json()["error"]["message"]


def test_the_api_needs_no_token_and_sets_no_cookie(client: FlaskClient) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/api/recommend", json=DRAFT)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_status_says_what_is_indexed(client: FlaskClient) -> None:
    said = client.get("/api/status").get_json()
    assert (said["papers"], said["indexed"], said["behind"]) == (15, 15, 0)
    assert "folder" not in said


def test_what_is_missing_names_the_papers_that_show_it(client: FlaskClient) -> None:
    missing = ask(client)["missing"]
    assert missing[0]["label"] == "Dataset"
    assert {"label", "name", "score", "near", "papers"} == set(missing[0])
    assert next(one for one in missing if one["name"] == "ImageNet")["papers"][0].startswith("kd")


def test_entities_of_a_request_steer_the_answer(client: FlaskClient) -> None:
    plain = ids(ask(client, k=15))
    asked = ids(ask(client, k=15, entities=[{"label": "Method", "name": "XLM-R", "weight": 4}]))
    assert asked.index("mt1") < plain.index("mt1")
    alone = client.post("/api/recommend", json={"entities": [{"label": "Method", "name": "adapters"}]})
    assert ids(alone.get_json())[0].startswith("mt")


@pytest.mark.parametrize("entities", ["CLIP", [{"label": "Method"}], [{"label": "Colour", "name": "red"}], [3],
                                      [{"label": "Method", "name": "CLIP", "weight": -1}], {"label": []},
                                      [{"label": "Method", "name": "CLIP", "weight": True}],
                                      [{"label": "Method", "name": "CLIP", "size": 1}]])
def test_entities_that_are_none_are_refused(client: FlaskClient, entities: object) -> None:
    answer = client.post("/api/recommend", json={**DRAFT, "entities": entities})
    assert answer.status_code == 400
    assert answer.get_json()["error"]["field"] == "entities"
