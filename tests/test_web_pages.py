"""Every page, plain and by htmx, over the toy library."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from conftest import NASTY_ID, NASTY_TITLE
from flask import Flask, url_for
from flask.testing import FlaskClient

from recommender.papers import Draft, Paper
from recommender.web import idents

DRAFT = (
    "A pocket-sized student\n\nWe distil a vision-language teacher such as CLIP into a small student. "
    "Knowledge distillation of image-text similarities keeps accuracy on ImageNet."
)
HTMX = {"HX-Request": "true"}


def paste(client: FlaskClient, **fields: Any) -> str:
    answer = client.post("/drafts", data={"text": DRAFT, **fields})
    assert answer.status_code == 303
    return answer.headers["Location"]


@pytest.fixture
def address(client: FlaskClient) -> str:
    return paste(client)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/drafts",
        "DRAFT",
        "/lists",
        "/lists/distil",
        "/papers/kd1",
        "/search?q=distillation",
        "/entities",
        "/entities/Method/CLIP",
        "/library",
    ],
)
def test_one_url_answers_page_or_partial(client: FlaskClient, address: str, path: str) -> None:
    path = address if path == "DRAFT" else path
    page, partial = client.get(path), client.get(path, headers=HTMX)
    assert page.status_code == partial.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert partial.text.startswith("<title>")
    assert "<html" not in partial.text
    assert "HX-Request" in page.headers["Vary"]
    assert "HX-Request" in partial.headers["Vary"]


def test_history_restored_by_htmx_gets_the_whole_page(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert answer.text.startswith("<!doctype html>")


def test_a_pasted_draft_gets_its_community_first_with_reasons(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    assert "A pocket-sized student" in page
    assert page.index("Compressing vision-language encoders") < page.index(
        "Text-video retrieval by frame attention"
    )
    assert "<mark>" in page
    assert "/entities/Method/CLIP" in page


def test_no_url_says_anything_of_the_draft(client: FlaskClient, address: str) -> None:
    assert address.startswith("/drafts/")
    assert "pocket" not in address


def test_an_empty_draft_is_refused_with_what_was_typed_kept(client: FlaskClient) -> None:
    answer = client.post("/drafts", data={"text": " ", "year_from": "2019"})
    assert answer.status_code == 422
    assert "Paste a title" in answer.text
    assert 'value="2019"' in answer.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"year_from": "soon"}, "From"),
        ({"year_to": "-3"}, "To"),
        ({"year_from": "2020", "year_to": "2010"}, "later than"),
    ],
)
def test_a_wrong_year_is_named(client: FlaskClient, fields: dict[str, str], said: str) -> None:
    answer = client.post("/drafts", data={"text": DRAFT, **fields}, headers=HTMX)
    assert answer.status_code == 422
    assert said in answer.text
    assert "pocket-sized" in answer.text


def test_years_and_venues_narrow_the_results(client: FlaskClient) -> None:
    page = client.get(paste(client, year_from="2022", venue="Vision Quarterly")).text
    assert "Compressing vision-language encoders" in page
    assert "How small can a student be?" not in page


def test_filters_change_in_place(client: FlaskClient, address: str) -> None:
    answer = client.post(address + "/edit", data={"year_to": "2016"}, headers=HTMX, follow_redirects=True)
    assert "Distilling large teachers" in answer.text
    assert "Compressing vision-language encoders" not in answer.text


def test_the_text_changes_in_place_and_keeps_its_address(client: FlaskClient, address: str) -> None:
    answer = client.post(
        address + "/edit",
        data={"text": "Adapters for languages\n\nMultilingual encoders."},
        follow_redirects=True,
    )
    assert answer.request.path == address
    assert "<h1>Adapters for languages</h1>" in answer.text


def test_a_bib_of_what_is_cited_is_matched_and_not_recommended(client: FlaskClient) -> None:
    bib = (
        "@article{a, title={Distilling large teachers into small students}, doi={10.5555/kd1}, year={2015}}\n"
        "@article{b, title={Unknown to this library}, year={2001}}\n"
    )
    page = client.get(paste(client, bib=bib)).text
    assert "Matched from your .bib: 1 of 2" in page
    assert "Unknown to this library" in page
    results = page[page.index('id="results"') :]
    assert (
        "Distilling large teachers"
        not in results.replace("“Distilling large teachers", "").split("Near your")[0]
    )


@pytest.mark.parametrize(
    ("verdict", "said"), [("hidden", "Hidden:"), ("irrelevant", "Not relevant:"), ("relevant", "More like")]
)
def test_a_verdict_takes_a_paper_off_and_undo_brings_it_back(
    client: FlaskClient, address: str, verdict: str, said: str
) -> None:
    after = client.post(
        address + "/judge", data={"paper": "kd3", "verdict": verdict}, headers=HTMX, follow_redirects=True
    ).text
    assert 'value="kd3" aria-label' not in after
    assert said in after
    assert "Undo" in after
    again = client.post(address + "/judge", data={"paper": "kd3", "verdict": ""}, follow_redirects=True).text
    assert 'value="kd3" aria-label' in again


def test_an_unknown_verdict_is_refused(client: FlaskClient, address: str) -> None:
    assert client.post(address + "/judge", data={"paper": "kd3", "verdict": "great"}).status_code == 400


def test_show_more_shows_more(client: FlaskClient) -> None:
    address = paste(client, k="10")
    assert client.get(address).text.count('class="result"') == 10
    more = client.get(address.replace("k=10", "k=15")).text
    assert more.count('class="result"') > 10


def test_drafts_are_deleted_for_good_one_or_all(client: FlaskClient, address: str) -> None:
    client.post(address + "/delete")
    assert client.get(address).status_code == 404
    others = [paste(client), paste(client)]
    client.post("/drafts/delete")
    assert [client.get(other).status_code for other in others] == [404, 404]
    assert "No drafts yet" in client.get("/drafts").text


def test_a_draft_far_from_everything_is_told_so(client: FlaskClient) -> None:
    page = client.get(paste(client, text="Soufflés\n\nEggs, butter and a hot oven.")).text
    assert 'class="note strange"' in page


def test_a_draft_page_is_kept_by_no_cache(client: FlaskClient, address: str) -> None:
    assert "no-store" in client.get(address).headers["Cache-Control"]


# -- papers --------------------------------------------------------------------------------------------


def test_a_paper_page_has_its_citation_and_its_neighbourhood(client: FlaskClient) -> None:
    page = client.get("/papers/kd2").text
    assert 'name="citation_title" content="Relational distillation between embeddings"' in page
    assert 'name="citation_doi" content="10.5555/kd2"' in page
    assert "@article{" in page
    assert "Distilling large teachers" in page  # cites
    assert "How small can a student be?" in page  # cited by
    assert "/lists/distil" in page


@pytest.mark.parametrize("alias", ["10.5555/kd1"])
def test_an_alias_leads_to_the_paper(client: FlaskClient, alias: str) -> None:
    answer = client.get(f"/papers/{alias}")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/papers/kd1")


def test_an_unknown_paper_is_a_friendly_404(client: FlaskClient) -> None:
    answer = client.get("/papers/nobody")
    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def nasty_url(app: Flask, endpoint: str) -> str:
    with app.test_request_context():
        return url_for(endpoint, id=NASTY_ID)


def test_an_id_of_any_characters_has_a_page_and_an_export(app: Flask, client: FlaskClient) -> None:
    page = client.get(nasty_url(app, "papers.show"))
    assert page.status_code == 200
    export = client.get(nasty_url(app, "exports.paper") + "?format=ris")
    assert export.status_code == 200
    assert "alert" in export.text


@pytest.mark.parametrize(
    "id",
    [
        "a",
        "10.1145/3366423",
        "a//b",
        "/a",
        "a/",
        "..",
        "./x/../y",
        "x/export",
        "export",
        "~",
        "a~2Fb",
        "50%",
        "%2F",
        "é/ü",
        "a#b?c=d&e",
        "\\",
        "a\x7fb",
        "~~2E",
    ],
)
def test_every_id_survives_its_url(app: Flask, id: str) -> None:
    assert idents.unescape(idents.escape(id)) == id
    for endpoint in ("papers.show", "exports.paper"):
        with app.test_request_context():
            path = url_for(endpoint, id=id)
        from urllib.parse import unquote

        adapter = app.url_map.bind("localhost")
        assert adapter.match(unquote(path)) == (endpoint, {"id": id})
        assert "/../" not in path
        assert "//" not in path


def test_every_route_below_an_id_is_a_reserved_ending(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        before, ident, after = rule.rule.partition("<ident:")
        if ident and (ending := after.partition(">")[2]):
            assert ending.strip("/") in idents.ENDINGS, before


def test_markup_in_records_is_shown_and_not_obeyed(app: Flask, client: FlaskClient) -> None:
    for path in (
        nasty_url(app, "papers.show"),
        "/search?q=enough",
        paste(client, text=NASTY_TITLE + "\n\n" + DRAFT),
    ):
        page = client.get(path).text
        assert "&lt;script&gt;alert" in page
        assert "<script>alert" not in page
        assert "<i>student" not in page
        assert "javascript:" not in page


def test_search_finds_titles_and_authors_a_page_at_a_time(client: FlaskClient) -> None:
    assert "Audio helps video retrieval" in client.get("/search?q=audio").text
    page = client.get("/search?q=berg").text
    assert "Page" not in page or "1 of" in page
    assert "hold all of these words" in client.get("/search?q=zzzz").text
    assert client.get("/search?q=berg&page=99999").status_code == 200


# -- methods, datasets, tasks --------------------------------------------------------------------------


def test_entities_are_searched_and_filtered(client: FlaskClient) -> None:
    page = client.get("/entities?q=msr&label=Dataset").text
    assert "MSR-VTT" in page
    assert "XLM-R" not in page


def test_a_method_has_papers_years_and_company(client: FlaskClient) -> None:
    page = client.get("/entities/Method/CLIP").text
    assert "Compressing vision-language encoders" in page
    assert 'aria-label="Papers by year.' in page
    assert "Occurs together with" in page


def test_a_name_of_any_characters_has_a_page(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        path = url_for("entities.show", label="Method", name="C++/CLI #1?")
    assert client.get(path, follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/entities/Method/never-heard-of",
        "/entities/Colour/red",
        "/lists/none",
        "/nowhere",
        "/drafts/none",
        "/drafts/none/export",
    ],
)
def test_what_is_not_there_is_a_friendly_404(client: FlaskClient, path: str) -> None:
    for headers in ({}, HTMX):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 404
        assert 'id="failure"' in answer.text


def test_the_library_page_says_how_far_the_index_is_behind(app: Flask, client: FlaskClient) -> None:
    assert "Up to date" in client.get("/library").text
    from recommender.store.intake import Incoming

    app.extensions["desk"].library.take(
        [Incoming(Paper(id="new", title="A brand new paper"), "f", 1, "jsonl")]
    )
    page = client.get("/library").text
    assert "1 paper changed since" in page
    assert " build" in page


def test_cited_papers_alone_are_enough_to_go_on(app: Flask, client: FlaskClient) -> None:
    page = client.get(paste(client, text="", bib="kd1\nkd2\n")).text
    assert "Compressing vision-language encoders" in page
    assert app.extensions["desk"].drafts.overview()[0].title == Draft().title


def test_quoting_is_what_browsers_do(client: FlaskClient) -> None:
    assert client.get("/papers/" + quote("10.5555/kd1", safe="")).status_code == 301


def test_a_pasted_and_an_uploaded_bibliography_count_both(client: FlaskClient) -> None:
    upload = (
        BytesIO(b"@article{a, title={Adapters for multilingual encoders}, doi={10.5555/mt1}}"),
        "cited.bib",
    )
    page = client.get(paste(client, bib="kd1\n10.5555/kd2\nunheard-of", bibfile=upload)).text
    assert "Matched from your .bib: 3 of 4" in page


@pytest.mark.parametrize(
    "query", ["?endpoint=x&_external=1&_scheme=x&_anchor=y", "?k=-5&page=x", "?k=%F0%9F&q=%00"]
)
def test_an_odd_query_string_breaks_nothing(client: FlaskClient, address: str, query: str) -> None:
    for path in (address, "/lists/distil", "/papers/kd1", "/search", "/entities", "/"):
        assert client.get(path + query).status_code == 200
