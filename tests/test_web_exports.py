"""Exports as files: every format of every set of papers."""

from __future__ import annotations

import json

import pytest
from conftest import NASTY_ID
from flask import Flask
from flask.testing import FlaskClient

from recommender.export import WRITERS


@pytest.fixture
def draft(client: FlaskClient) -> str:
    return client.post("/drafts", data={"text": "Small students\n\nDistillation of a teacher."}).headers[
        "Location"
    ]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    "path", ["/lists/distil/export", "/papers/kd1/export", "/entities/Method/CLIP/export", "DRAFT"]
)
def test_everything_exports_in_every_format(client: FlaskClient, draft: str, path: str, name: str) -> None:
    answer = client.get(f"{draft + '/export' if path == 'DRAFT' else path}?format={name}&k=5")
    assert answer.status_code == 200
    assert answer.content_type == WRITERS[name].media_type
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert WRITERS[name].suffix in answer.headers["Content-Disposition"]
    assert answer.text.strip()


def test_a_draft_exports_what_it_shows_under_a_name_that_gives_nothing_away(
    client: FlaskClient, draft: str
) -> None:
    answer = client.get(f"{draft}/export?format=jsonl&k=3")
    assert len(answer.text.splitlines()) == 3
    assert "related-work.jsonl" in answer.headers["Content-Disposition"]


def test_a_list_exports_in_its_order(client: FlaskClient) -> None:
    lines = client.get("/lists/distil/export?format=jsonl").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["kd1", "kd2"]


def test_a_selection_exports_once_each_in_order(client: FlaskClient) -> None:
    answer = client.post("/export", data={"paper": ["mt1", NASTY_ID, "mt1", "gone"], "format": "jsonl"})
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == ["mt1", NASTY_ID]


def test_an_empty_selection_is_said(client: FlaskClient) -> None:
    assert client.post("/export", data={"format": "bibtex"}).status_code == 400


def test_an_unknown_format_names_the_known_ones(client: FlaskClient) -> None:
    answer = client.get("/lists/distil/export?format=docx")
    assert answer.status_code == 400
    assert "bibtex-unicode" in answer.text


def test_a_file_name_is_safe_whatever_the_list_is_called(app: Flask, client: FlaskClient) -> None:
    for name in ("../../etc/passwd", 'a"; filename="x', "Größe\r\nX: y", "…"):
        id = app.extensions["desk"].lists.create(name)
        client.post(f"/lists/{id}/add", data={"paper": "kd1"})
        said = client.get(f"/lists/{id}/export").headers["Content-Disposition"]
        assert "/" not in said
        assert "\n" not in said
        assert said.count('"') in (0, 2)
