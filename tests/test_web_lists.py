"""Lists: every change as a form, with and without htmx."""

from __future__ import annotations

import pytest
from conftest import NASTY_ID
from flask import Flask
from flask.testing import FlaskClient

HTMX = {"HX-Request": "true"}


def papers_of(app: Flask, id: str = "distil") -> tuple[str, ...]:
    return tuple(app.extensions["desk"].lists.get(id).papers)


def test_a_list_is_made_renamed_described(client: FlaskClient) -> None:
    made = client.post("/lists", data={"name": "Chapter <2>"})
    assert made.status_code == 303
    page = client.post(
        made.headers["Location"] + "/edit",
        data={"name": "Chapter 3", "description": "On <video>"},
        follow_redirects=True,
    ).text
    assert "Chapter 3" in page
    assert "On &lt;video&gt;" in page


def test_a_list_without_a_name_is_refused(client: FlaskClient) -> None:
    assert client.post("/lists", data={"name": " "}).status_code == 422
    assert client.post("/lists/distil/edit", data={"name": ""}, headers=HTMX).status_code == 422


def test_deleting_a_list_can_be_undone(client: FlaskClient) -> None:
    after = client.post("/lists/distil/delete", follow_redirects=True).text
    assert "is deleted" in after
    assert "/lists/distil/restore" in after
    assert client.get("/lists/distil").status_code == 404
    assert client.post("/lists/distil/restore", follow_redirects=True).status_code == 200
    assert client.get("/lists/distil").status_code == 200


def test_a_paper_is_added_by_search(app: Flask, client: FlaskClient) -> None:
    assert "Audio helps video retrieval" in client.get("/lists/distil?find=audio").text
    client.post("/lists/distil/add", data={"paper": "tv4"})
    assert papers_of(app) == ("kd1", "kd2", "tv4")
    assert "on the list" in client.get("/lists/distil?find=audio").text


def test_removing_a_paper_can_be_undone_with_place_and_note(app: Flask, client: FlaskClient) -> None:
    client.post("/lists/distil/move", data={"paper": "kd2", "by": "up"})
    after = client.post("/lists/distil/remove", data={"paper": "kd2"}, follow_redirects=True).text
    assert "Removed" in after
    assert papers_of(app) == ("kd1",)
    client.post("/lists/distil/add", data={"paper": "kd2", "position": "0"})
    assert papers_of(app) == ("kd2", "kd1")
    assert app.extensions["desk"].lists.get("distil").notes == {"kd2": "relations"}


def test_papers_move_up_and_down(app: Flask, client: FlaskClient) -> None:
    client.post("/lists/distil/move", data={"paper": "kd2", "by": "up"}, headers=HTMX)
    assert papers_of(app) == ("kd2", "kd1")
    client.post("/lists/distil/move", data={"paper": "kd2", "by": "down"})
    assert papers_of(app) == ("kd1", "kd2")


def test_a_note_stands_beside_its_paper(client: FlaskClient) -> None:
    page = client.post(
        "/lists/distil/note", data={"paper": "kd1", "note": "read <again>"}, follow_redirects=True
    ).text
    assert "read &lt;again&gt;" in page


def test_a_list_recommends_what_is_not_on_it(client: FlaskClient) -> None:
    page = client.get("/lists/distil").text
    results = page[page.index("Recommended for this list") :]
    assert "/papers/kd3" in results
    assert 'value="kd1" aria-label' not in results


def test_htmx_gets_the_lists_that_hold_the_paper(client: FlaskClient) -> None:
    answer = client.post("/lists/add", data={"paper": "kd3", "list": "distil", "slot": "1"}, headers=HTMX)
    assert answer.text.count("Distillation") >= 2
    assert 'hx-swap-oob="innerHTML"' in answer.text
    assert "Added" in answer.text


def test_a_selection_goes_to_a_new_list_named_on_the_spot(app: Flask, client: FlaskClient) -> None:
    answer = client.post(
        "/lists/add", data={"paper": ["kd3", NASTY_ID], "new": "Both"}, follow_redirects=True
    )
    assert answer.request.path == "/lists/both"
    assert papers_of(app, "both") == ("kd3", NASTY_ID)


@pytest.mark.parametrize("data", [{}, {"paper": "kd1"}, {"paper": "nobody", "list": "distil"}])
def test_nothing_chosen_is_said(client: FlaskClient, data: dict[str, str]) -> None:
    assert client.post("/lists/add", data=data).status_code == 400


@pytest.mark.parametrize(
    "away", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_no_form_leads_to_another_site(client: FlaskClient, away: str) -> None:
    answer = client.post("/lists/distil/move", data={"paper": "kd1", "by": "up", "next": away})
    assert answer.headers["Location"] == "/lists/distil"
