"""Methods, datasets and tasks on the web: their pages, corrections with undo, a draft's chips, and tables."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from conftest import NASTY_ID
from flask import Flask
from flask.testing import FlaskClient

from recommender.build import build
from recommender.papers import Choice, Paper
from recommender.settings import Settings
from recommender.store.intake import Incoming

HTMX = {"HX-Request": "true"}
DRAFT = ("A pocket-sized student\n\nWe distil a vision-language teacher such as CLIP into a small student. "
         "Knowledge distillation of image-text similarities keeps accuracy.")
CORRECT = "/entities/corrections"


@pytest.fixture
def address(client: FlaskClient) -> str:
    return client.post("/drafts", data={"text": DRAFT}).headers["Location"]


def chips(page: str) -> list[str]:
    section = page[page.index('id="chips"'):page.index('id="chip-add"')]
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", one)).split()) for one in section.split("<li ")[1:]]


def undo(client: FlaskClient, page: str) -> str:
    """The page after the undo of its notice."""
    form = re.search(r'<div class="notice">.*?<form method="post" action="([^"]+)".*?</form>', page, re.DOTALL)
    assert form
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[0])}
    return client.post(form[1], data=fields, follow_redirects=True).text


# -- pages -----------------------------------------------------------------------------------------------------------


def test_a_page_says_what_it_occurs_with_by_kind_and_since_when(client: FlaskClient) -> None:
    page = client.get("/entities/Method/CLIP").text
    assert "2022 to 2023" in page
    assert re.search(r"<h3[^>]*>Datasets</h3>.*?ActivityNet", page, re.DOTALL)
    assert "A vision-language encoder such as <mark>CLIP</mark> is compressed" in page
    assert "Recommended beside them" in page


def test_the_index_is_sorted_by_use_growth_or_name(client: FlaskClient) -> None:
    def order(sort: str) -> list[str]:
        return re.findall(r'aria-hidden="true"></span>([^<]+)</a>', client.get(f"/entities?sort={sort}").text)

    assert order("use")[0] in ("knowledge distillation", "ImageNet")
    assert order("growth").index("prompt tuning") < order("growth").index("WikiAnn")
    assert order("name") == sorted(order("name"), key=str.casefold)
    assert order("nonsense") == order("use")


def test_any_spelling_is_found(client: FlaskClient) -> None:
    for typed in ("msrvtt", "MSR vtt", "msr-V"):
        assert "MSR-VTT" in client.get("/entities", query_string={"q": typed}).text
    client.post(CORRECT, data={"action": "merge", "label": "Method", "name": "XLM-R", "to_label": "Method",
                               "to_name": "mBERT"})
    assert "mBERT" in client.get("/entities?q=xlm").text


def test_names_are_offered_as_they_are_typed(client: FlaskClient) -> None:
    assert '<option value="MSR-VTT">Dataset, 3 papers' in client.get("/entities/names?add=msr").text
    assert client.get("/entities/names?to_name=").text.strip() == ""
    assert client.get("/entities/names").status_code == 200


def test_a_search_for_nothing_known_says_so(client: FlaskClient) -> None:
    assert "None of that name" in client.get("/entities?q=zzzz").text


# -- corrections -----------------------------------------------------------------------------------------------------


def test_a_merge_holds_at_once_after_a_build_and_until_its_undo(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    data = {"action": "merge", "label": "Method", "name": "XLM-R", "to_label": "Task", "to_name": "mbert (Method)"}
    after = client.post(CORRECT, data=data, follow_redirects=True)
    assert after.request.path == "/entities/Method/mBERT"
    assert "same as" in after.text
    assert "under other corrections" in after.text
    build(settings, app.extensions["desk"].library)
    answer = client.get("/entities/Method/XLM-R")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/entities/Method/mBERT")
    page = client.get("/entities/Method/mBERT").text
    assert "Tagging forty languages" in page
    assert "under other corrections" not in page
    assert "Taken back" in undo(client, after.text)
    build(settings, app.extensions["desk"].library)
    assert client.get("/entities/Method/XLM-R").status_code == 200


def test_a_new_name_is_the_pages_own(client: FlaskClient) -> None:
    data = {"action": "rename", "label": "Method", "name": "adapters", "to_label": "Method", "to_name": "Adapter <x>"}
    page = client.post(CORRECT, data=data, follow_redirects=True, headers=HTMX).text
    assert "<h1>Adapter &lt;x&gt;" in page
    assert "Adapter <x>" not in page
    assert "called “Adapter &lt;x&gt;”" in client.get(CORRECT).text


def test_a_muted_one_leaves_the_index_and_comes_back(client: FlaskClient) -> None:
    after = client.post(CORRECT, data={"action": "mute", "label": "Method", "name": "CLIP"}, follow_redirects=True)
    assert "“CLIP” is muted" in after.text
    gone = client.get("/entities/Method/CLIP")
    assert gone.status_code == 404
    assert "You have muted" in gone.text
    undo(client, after.text)
    assert client.get("/entities/Method/CLIP").status_code == 200


def test_a_spelling_is_split_off_with_the_next_build(app: Flask, client: FlaskClient, settings: Settings) -> None:
    library = app.extensions["desk"].library
    library.take([Incoming(Paper(id="x", title="More scripts", methods=("XLMR",)), "f", 1, "jsonl")])
    build(settings, library)
    page = client.get("/entities/Method/XLM-R").text
    assert "Something else: split off" in page
    page = client.post(CORRECT, data={"action": "split", "label": "Method", "name": "XLMR",
                                      "next": "/entities/Method/XLM-R"}, follow_redirects=True).text
    assert "from the next build on" in page
    build(settings, library)
    assert "More scripts" in client.get("/entities/Method/XLMR").text
    assert "More scripts" not in client.get("/entities/Method/XLM-R").text.split("Recommended beside them")[0]


def test_taking_back_can_be_undone_and_a_replaced_one_comes_back(client: FlaskClient) -> None:
    assert "None yet" in client.get(CORRECT).text
    client.post(CORRECT, data={"action": "mute", "label": "Method", "name": "CLIP"})
    id = re.search(r'name="id" value="(\d+)"', client.get(CORRECT).text)
    assert id
    after = client.post(CORRECT + "/take-back", data={"id": id[1]}, follow_redirects=True).text
    assert "None yet" in after
    assert "muted" in undo(client, after)
    assert client.get("/entities/Method/CLIP").status_code == 404
    assert client.post(CORRECT + "/take-back", data={"id": "x"}).status_code == 404


@pytest.mark.parametrize(("data", "said"), [
    ({"action": "merge", "to_label": "Method", "to_name": "never heard of"}, "nothing to merge"),
    ({"action": "merge", "to_label": "Method", "to_name": "clip"}, "one already"),
    ({"action": "rename", "to_label": "Method", "to_name": " "}, "field is empty"),
    ({"action": "paint"}, "no correction"),
])
def test_a_correction_that_cannot_be_is_said_beside_its_form(
    client: FlaskClient, data: dict[str, str], said: str
) -> None:
    answer = client.post(CORRECT, data={"label": "Method", "name": "CLIP", **data})
    assert answer.status_code == 422
    assert said in answer.text
    assert '<details class="box correct" open>' in answer.text


@pytest.mark.parametrize("data", [{}, {"action": "mute"}, {"action": "mute", "label": "Colour", "name": "red"}])
def test_a_form_that_is_not_ours_changes_nothing(client: FlaskClient, data: dict[str, str]) -> None:
    assert client.post(CORRECT, data=data).status_code in (400, 404)
    assert client.post(CORRECT + "/put-back", data=data).status_code == 400
    assert "None yet" in client.get(CORRECT).text


def test_the_library_page_says_that_corrections_are_newer(client: FlaskClient) -> None:
    client.post(CORRECT, data={"action": "mute", "label": "Method", "name": "CLIP"})
    page = client.get("/library").text
    assert "corrections of methods and datasets have changed" in page
    assert " build" in page


# -- chips -----------------------------------------------------------------------------------------------------------


def test_the_recognised_are_chips_and_one_can_be_taken_away_and_put_back(
    app: Flask, client: FlaskClient, address: str
) -> None:
    assert any("CLIP" in one for one in chips(client.get(address).text))
    page = client.post(address + "/entities", data={"off": "Method:CLIP"}, follow_redirects=True).text
    assert 'class="chip method off"' in page
    drafts = app.extensions["desk"].drafts
    assert drafts.get(address.rsplit("/", 1)[1]).entities == (Choice("Method", "CLIP", 0.0),)
    page = client.post(address + "/entities", data={"on": "Method:CLIP"}, follow_redirects=True).text
    assert 'class="chip method off"' not in page
    assert drafts.get(address.rsplit("/", 1)[1]).entities == ()


def test_one_is_added_by_any_spelling_and_the_list_follows(client: FlaskClient, address: str) -> None:
    def place(page: str) -> int:
        return re.findall(r'name="paper" value="([^"]+)" aria-label', page).index("mt4")

    before = client.get(address + "?k=16").text
    after = client.post(address + "/entities", data={"add": " Adapter ", "k": "16"}, headers=HTMX,
                        follow_redirects=True).text
    assert any("adapters" in one for one in chips(after))
    assert place(after) < place(before)


def test_an_added_one_taken_away_is_gone_and_undo_brings_it_back(client: FlaskClient, address: str) -> None:
    client.post(address + "/entities", data={"add": "WikiAnn (Dataset)"})
    page = client.post(address + "/entities", data={"off": "Dataset:WikiAnn"}, follow_redirects=True).text
    assert not any("WikiAnn" in one for one in chips(page))
    assert any("WikiAnn" in one for one in chips(undo(client, page)))


def test_weights_go_up_and_down_within_bounds(app: Flask, client: FlaskClient, address: str) -> None:
    drafts, id = app.extensions["desk"].drafts, address.rsplit("/", 1)[1]
    seen = []
    for what in ("more", "more", "more", "less", "less", "less", "less"):
        page = client.post(address + "/entities", data={what: "Method:CLIP"}, follow_redirects=True).text
        seen.append(drafts.get(id).entities[0].weight)
    assert seen == [2.0, 4.0, 4.0, 2.0, 1.0, 0.5, 0.5]
    assert "×½" in page


@pytest.mark.parametrize(("data", "said"), [({"add": "zzz <b>"}, "No paper in the library names “zzz &lt;b&gt;”"),
                                            ({"add": " "}, "Type the name")])
def test_a_name_that_is_not_there_is_said(client: FlaskClient, address: str, data: dict[str, str], said: str) -> None:
    assert said in client.post(address + "/entities", data=data, follow_redirects=True).text


@pytest.mark.parametrize("data", [{}, {"off": "CLIP"}, {"more": "Colour:red"}, {"less": "Method:"}])
def test_a_chip_that_is_none_is_refused(client: FlaskClient, address: str, data: dict[str, str]) -> None:
    assert client.post(address + "/entities", data=data).status_code == 400


def test_choices_stay_when_the_text_changes(client: FlaskClient, address: str) -> None:
    client.post(address + "/entities", data={"add": "WikiAnn"})
    page = client.post(address + "/edit", data={"text": "Another text\n\nOn students."}, follow_redirects=True).text
    assert any("WikiAnn" in one for one in chips(page))


def test_a_muted_one_is_no_chip(client: FlaskClient, address: str) -> None:
    client.post(CORRECT, data={"action": "mute", "label": "Method", "name": "CLIP"})
    assert not any("CLIP" in one for one in chips(client.get(address).text))


def test_what_is_missing_is_shown_with_papers_and_becomes_a_chip(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    part = page[page.index('id="missing"'):page.index('id="judged"')]
    assert "ImageNet" in part
    assert "/papers/kd" in part
    page = client.post(address + "/entities", data={"add": "ImageNet (Dataset)"}, follow_redirects=True).text
    assert any("ImageNet" in one for one in chips(page))
    assert "ImageNet (Dataset)" not in page[page.index('id="missing"'):page.index('id="judged"')]


# -- tables ----------------------------------------------------------------------------------------------------------


def test_a_list_has_a_table_of_who_used_what_with_what(client: FlaskClient) -> None:
    page = client.get("/lists/distil/table").text
    assert '<th scope="col"><a href="/entities/Dataset/ImageNet">ImageNet</a>' in page
    assert 'href="/papers/kd2"' in page
    assert "/lists/distil/table" in client.get("/lists/distil").text
    text = client.get("/lists/distil/table?format=csv")
    rows = list(csv.reader(io.StringIO(text.text.removeprefix("\ufeff"))))
    assert rows[0] == ["Method", "ImageNet"]
    assert rows[1][0] == "knowledge distillation"
    assert "distillation-methods-datasets.csv" in text.headers["Content-Disposition"]


def test_a_drafts_results_have_one_whose_file_says_nothing_of_the_draft(client: FlaskClient, address: str) -> None:
    page = client.get(address + "/table?k=16").text
    assert 'class="none"' in page
    assert "k=16" in page
    answer = client.get(address + "/table?k=16&format=markdown")
    assert answer.text.startswith("|  | ")
    assert "related-work-methods-datasets.md" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_table_without_anything_says_so(client: FlaskClient) -> None:
    client.post("/lists", data={"name": "Nothing"})
    assert "No paper here names" in client.get("/lists/nothing/table").text
    client.post("/lists/nothing/add", data={"paper": NASTY_ID})
    assert "No paper here names" in client.get("/lists/nothing/table").text
    assert client.get("/lists/nothing/table?format=xls").status_code == 400
    assert client.get("/lists/none/table").status_code == 404
