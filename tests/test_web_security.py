"""Tokens, headers, host names, and failures that stay friendly."""

from __future__ import annotations

import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.settings import SITE, Settings
from recommender.web import create_app
from recommender.web.security import trust

HTMX = {"HX-Request": "true"}


@pytest.fixture
def guarded(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client()


def test_every_form_is_refused_without_its_token(app: Flask, guarded: FlaskClient) -> None:
    paths = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }
    assert len(paths) >= 12
    for path in paths:
        answer = guarded.post(re.sub(r"<[^>]*>", "x", path), data={"text": "x", "name": "x"})
        assert answer.status_code == 400, path
        assert "token" in answer.text, path


def test_a_form_with_its_token_is_taken(guarded: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', guarded.get("/lists").text)
    assert token is not None
    assert guarded.post("/lists", data={"name": "New", "csrf_token": token[1]}).status_code == 303


def test_every_form_of_every_page_carries_a_token(guarded: FlaskClient) -> None:
    for path in ("/", "/lists", "/lists/distil?find=audio", "/papers/kd1", "/drafts"):
        page = guarded.get(path).text
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.DOTALL):
            assert 'name="csrf_token"' in form


def test_cookies_are_not_for_scripts_or_other_sites(guarded: FlaskClient) -> None:
    cookie = guarded.get("/lists").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["/", "/lists", "/nowhere", "/api/status", "/static/site.css"])
def test_every_answer_has_its_guards(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_no_template_needs_what_the_policy_forbids() -> None:
    for file in (SITE / "templates").rglob("*.html"):
        text = file.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", text), (
            file.name
        )
        assert not re.search(r"\|\s*safe", text), file.name


def test_nothing_is_loaded_from_elsewhere() -> None:
    for file in [*(SITE / "templates").rglob("*.html"), *(SITE / "static").glob("*.*")]:
        found = re.findall(r"(?:src|href)=\"(https?:[^\"]*)|url\(([^)]*)\)|@import", file.read_text())
        assert not found, file.name


def test_links_out_carry_no_referrer(client: FlaskClient) -> None:
    for link in re.findall(r"<a [^>]*href=\"https?://[^>]*>", client.get("/papers/kd1").text):
        assert 'rel="noreferrer"' in link


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("localhost", 200),
        ("127.0.0.1:5000", 200),
        ("[::1]:5000", 200),
        ("LOCALHOST:80", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
    ],
)
def test_a_foreign_host_name_is_refused(client: FlaskClient, host: str, code: int) -> None:
    assert client.get("/lists", headers={"Host": host}).status_code == code


def test_a_host_that_was_asked_for_is_answered(app: Flask, client: FlaskClient) -> None:
    trust(app, "Desk.local")
    assert client.get("/lists", headers={"Host": "desk.local:5000"}).status_code == 200
    trust(app, "0.0.0.0")
    assert client.get("/lists", headers={"Host": "anything"}).status_code == 200


def test_the_key_is_made_once_and_kept(settings: Settings) -> None:
    keys = []
    for _ in range(2):
        app = create_app(settings)
        keys.append(app.config["SECRET_KEY"])
        app.extensions["desk"].library.close()
    assert keys[0] == keys[1]
    assert len(keys[0]) >= 32


def test_too_large_a_form_is_said(client: FlaskClient) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/drafts", data={"text": "x" * 5000})
    assert answer.status_code == 413
    assert "max_upload_mb" in answer.text


def test_a_large_draft_within_the_limit_is_taken(client: FlaskClient) -> None:
    # Werkzeug refuses form fields over 500 kB unless told otherwise; a .bib is often larger.
    bib = "@article{x, title={No such paper here}}\n" * 15_000
    assert client.post("/drafts", data={"text": "Small students", "bib": bib}).status_code == 303


def test_without_an_index_every_page_says_how_to_build_one(tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for path in ("/", "/lists", "/drafts", "/library", "/search?q=x"):
        assert client.get(path).status_code == 200, path
    address = client.post("/drafts", data={"text": "Small students\n\nDistillation."}).headers["Location"]
    page = client.get(address)
    assert page.status_code == 200
    assert "recommender" in page.text
    assert " build" in page.text
    for path in ("/entities", "/entities/Method/CLIP", address + "/export"):
        answer = client.get(path)
        assert (answer.status_code, "build" in answer.text) == (503, True), path
    api = client.post("/api/recommend", json={"title": "Small students"})
    assert api.status_code == 503
    assert "build" in api.get_json()["error"]["message"]
    app.extensions["desk"].library.close()


def test_a_failure_is_friendly_and_the_log_says_nothing_of_the_draft(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(app.extensions["desk"].drafts, "save", fail)
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/drafts", data={"text": "A secret title\n\nA secret abstract."}, headers=HTMX)
    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "disk is on fire" in caplog.text
    assert "secret" not in caplog.text


def test_a_database_error_puts_no_draft_into_the_log(
    app: Flask, client: FlaskClient, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    refusal = "CREATE TRIGGER refuse BEFORE INSERT ON drafts BEGIN SELECT RAISE(ABORT, 'refused'); END"
    with closing(sqlite3.connect(settings.data / "library.db")) as database:
        database.execute(refusal)
    answer = client.post("/drafts", data={"text": "A secret title\n\nA secret abstract."})
    assert answer.status_code == 500
    assert "refused" in caplog.text
    assert "secret" not in caplog.text + answer.text


def test_a_database_that_does_not_answer_is_said(client: FlaskClient, settings: Settings) -> None:
    with closing(sqlite3.connect(settings.data / "library.db")) as database:
        database.executescript("DROP TABLE verdicts; DROP TABLE drafts;")
    for answer in (client.get("/drafts"), client.get("/drafts/x", headers=HTMX)):
        assert answer.status_code == 503
        assert "does not answer" in answer.text
