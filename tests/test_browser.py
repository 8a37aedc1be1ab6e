"""Journeys in a real browser against a real server: paste, results, why, list, hide and undo, export."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from recommender.settings import Settings

DRAFT = (
    "A pocket-sized student\n\nWe distil a vision-language teacher such as CLIP into a small student. "
    "Knowledge distillation of image-text similarities keeps accuracy on ImageNet."
)
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
"""The system's browser; without one Playwright takes its own, or says how to get it."""


@pytest.fixture
def server(settings: Settings) -> Iterator[str]:
    """The address of `recommender serve` over the toy library."""
    command = [sys.executable, "-m", "recommender.cli", "--data", str(settings.data), "serve", "--port", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parent.parent,
        env=environment,
    ) as process:
        said = []
        try:
            for line in process.stderr or ():
                said.append(line)
                if found := re.search(r"Serving on (http://\S+)", line):
                    yield found[1]
                    break
            else:
                pytest.fail(f"The server did not start: {''.join(said)}")
        finally:
            process.terminate()


@pytest.fixture
def page(server: str) -> Iterator[Page]:
    """A fresh page; whatever the console complained of fails the test at its end."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(base_url=server, viewport={"width": 1280, "height": 900})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(15_000)
        one = context.new_page()
        one.on("console", listen)
        one.on("pageerror", lambda error: complaints.append(str(error)))
        one.on(
            "request",
            lambda request: (
                request.url.startswith((server, "data:"))
                or complaints.append(f"asked another machine: {request.url}")
            ),
        )
        yield one
        browser.close()
    assert complaints == []


def test_from_a_pasted_draft_to_a_bib_file(page: Page) -> None:
    page.goto("/")
    page.evaluate("window.stillHere = true")
    page.get_by_label("Title and abstract").fill(DRAFT)
    page.get_by_label("Title and abstract").press("Control+Enter")

    # Results arrive without a reload, under an address that says nothing of the draft.
    expect(page.locator("#result-1")).to_be_visible()
    assert page.evaluate("window.stillHere") is True
    assert re.fullmatch(r".*/drafts/[\w-]+", page.url)
    expect(page).to_have_title(re.compile("A pocket-sized student"))
    expect(page.locator("#announce")).to_contain_text("papers for your draft")
    first = page.locator("#result-1")
    title = first.locator("h3").inner_text()

    # Why.
    expect(first.locator("mark").first).to_be_visible()
    expect(page.locator("#results .why").get_by_role("link", name="CLIP").first).to_be_visible()
    first.locator(".reasons summary").click()
    expect(first.get_by_role("row", name="Words in common")).to_be_visible()

    # Copy its citation.
    first.locator(".cite summary").click()
    first.get_by_role("button", name="Copy BibTeX").click()
    expect(page.locator("#notices")).to_contain_text("BibTeX copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("@")

    # Add it to a new list; the page stays where it is.
    first.locator(".add summary").click()
    first.get_by_label("or a new one").fill("For chapter two")
    first.get_by_role("button", name="Add", exact=True).click()
    expect(first.locator(".held")).to_contain_text("For chapter two")
    expect(page.locator("#notices")).to_contain_text("Added")

    # Hide the second, and undo.
    second = page.locator("#result-2 h3").inner_text()
    page.keyboard.press("Escape")
    page.locator("#result-2").get_by_role("button", name="Hide").click()
    expect(page.locator("#notices")).to_contain_text("Hidden")
    expect(page.locator("#results h3", has_text=second)).to_have_count(0)
    page.locator("#notices").get_by_role("button", name="Undo").click()
    expect(page.locator("#result-2 h3")).to_have_text(second)

    # Export the results.
    page.locator("#results .export summary").click()
    with page.expect_download() as download:
        page.locator("#results .export").get_by_role("link", name="BibTeX", exact=True).click()
    assert download.value.suggested_filename == "related-work.bib"
    assert title in Path(download.value.path()).read_text().replace("{", "").replace("}", "")

    # The list holds it.
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Lists").click()
    page.get_by_role("link", name="For chapter two").click()
    expect(page.locator(".items h3")).to_have_text([title])


def test_keys_move_open_hide_and_select(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Cross-lingual transfer").click()
    expect(page.locator("#result-2")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#result-2")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#selection")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("k")
    gone = page.locator("#result-1 h3").inner_text()
    page.keyboard.press("h")
    expect(page.locator("#result-1 h3")).not_to_have_text(gone)
    expect(page.locator("#result-1")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("#result-1 .add select")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#result-1").focus()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Abstract")).to_be_visible()


def test_back_from_results_shows_the_box_again(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Title and abstract").fill(DRAFT)
    page.get_by_role("button", name="Find related work").click()
    expect(page.locator("#result-1")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="What should this paper cite?")).to_be_visible()
    assert "pocket" not in page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in (
        "/",
        "/lists",
        "/lists/distil",
        "/papers/kd1",
        "/entities",
        "/entities/Method/CLIP",
        "/library",
        "/search?q=berg",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_journey_works_without_javascript(server: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(base_url=server, java_script_enabled=False).new_page()
        page.goto("/")
        page.get_by_label("Title and abstract").fill(DRAFT)
        page.get_by_role("button", name="Find related work").click()
        second = page.locator("#result-2 h3").inner_text()
        page.locator("#result-2").get_by_role("button", name="Hide").click()
        expect(page.locator("#results h3", has_text=second)).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#result-2 h3")).to_have_text(second)
        page.locator("#result-2 .add summary").click()
        page.locator("#result-2").get_by_label("or a new one").fill("By hand")
        page.locator("#result-2").get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("#result-2 .held")).to_contain_text("By hand")
        browser.close()


def settled(page: Page) -> None:
    """Wait until htmx has taken up what it swapped in; a click before that submits the plain form."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def test_chips_change_the_list_at_once_by_pointer_and_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Title and abstract").fill(DRAFT)
    page.get_by_role("button", name="Find related work").click()
    expect(page.locator("#result-1")).to_be_visible()
    page.evaluate("window.stillHere = true")

    # Taken away, the chip stays to be put back, and the keyboard stays on it.
    clip = page.locator("#chips .chip", has_text="CLIP")
    clip.get_by_role("button", name="not meant").press("Enter")
    expect(clip).to_have_class(re.compile(r"\boff\b"))
    expect(clip.get_by_role("button", name="put back")).to_be_focused()
    settled(page)
    page.keyboard.press("Enter")
    expect(clip).not_to_have_class(re.compile(r"\boff\b"))
    settled(page)
    clip.get_by_role("button", name="count more").click()
    expect(clip.locator("b")).to_have_text("×2")
    settled(page)

    # Names are offered while one types; what is added moves its papers up.
    def place() -> int:
        return page.locator(".result h3").all_inner_texts().index("Adapters for multilingual encoders")

    before = place()
    add = page.get_by_label("Add a method, dataset or task")
    add.press_sequentially("adapt")
    expect(page.locator("#entity-names option").first).to_have_attribute("value", "adapters")
    add.fill("adapters")
    add.press("Enter")
    expect(page.locator("#chips .chip", has_text="adapters")).to_be_visible()
    settled(page)
    for weight in ("×2", "×4"):
        page.locator("#chips .chip", has_text="adapters").get_by_role("button", name="count more").click()
        expect(page.locator("#chips .chip", has_text="adapters").locator("b")).to_have_text(weight)
        settled(page)
    assert place() < before

    # What is missing becomes a chip with one click.
    suggestion = page.locator("#missing .suggestions > li").first
    name = suggestion.locator("summary").inner_text().split("\n")[0].strip()
    suggestion.locator("summary").click()
    expect(suggestion.locator("li a").first).to_be_visible()
    suggestion.get_by_role("button", name="Add").click()
    expect(page.locator("#chips .chip")).to_have_count(5)
    assert page.locator("#chips").inner_text().split() != []
    assert name.split(" ")[0] in page.locator("#chips").inner_text()
    assert page.evaluate("window.stillHere") is True


@pytest.mark.parametrize("width", [390, 1280])
def test_a_wide_table_scrolls_in_its_own_box_and_drafts_fit(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    page.get_by_label("Title and abstract").fill(DRAFT)
    page.get_by_role("button", name="Find related work").click()
    expect(page.locator("#result-1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Methods × datasets").click()
    expect(page.get_by_role("region", name="Methods × datasets")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for path in ("/entities?sort=growth", "/entities/corrections", "/lists/distil/table"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_correction_is_made_and_undone_in_place(page: Page) -> None:
    page.goto("/entities/Method/XLM-R")
    page.get_by_text("Correct this method").click()
    page.get_by_label("Is the same as").press_sequentially("mBE")
    expect(page.locator("#entity-names option").first).to_have_attribute("value", "mBERT")
    page.get_by_label("Is the same as").fill("mBERT")
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", name="mBERT 4 papers")).to_be_visible()
    assert page.url.endswith("/entities/Method/mBERT")
    page.locator("#notices").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("None yet")).to_be_visible()


def test_what_is_on_another_subject_is_folded_away_until_a_reader_looks(page: Page) -> None:
    page.goto("/")
    page.get_by_text("More options").click()
    page.get_by_label("Authors, one a line").fill("Ada Kd3; Bo van der Berg")
    page.get_by_label("Count their own papers").check()
    page.get_by_label("Title and abstract").fill("Soufflés\n\nEggs, butter, a bowl of small berries and a hot oven.")
    page.get_by_role("button", name="Find related work").click()
    expect(page.locator("#results")).to_contain_text("nothing on the subject")
    expect(page.get_by_role("link", name="Import papers on its subject")).to_be_visible()
    expect(page.locator("#announce")).to_contain_text("Nothing in the library")
    expect(page.locator("#result-1")).to_be_hidden()
    assert re.fullmatch(r".*/drafts/[\w-]+", page.url)

    # A key for the next result unfolds them, and they stay so while they are judged.
    page.keyboard.press("j")
    expect(page.locator("#result-1")).to_be_focused()
    page.locator("#result-1").get_by_role("button", name="Not relevant").click()
    expect(page.locator("#notices")).to_contain_text("Not relevant")
    expect(page.locator("#result-1")).to_be_visible()

    # Who writes it stands with the draft.
    page.locator("aside summary", has_text="Draft").click()
    expect(page.get_by_label("Authors, one a line")).to_have_value("Ada Kd3\nBo van der Berg")
    expect(page.get_by_label("Count their own papers")).to_be_checked()

    page.locator("#result-1").get_by_role("button", name="More like this").click()
    expect(page.locator("#nearest")).to_have_count(0)
    expect(page.locator("#result-1")).to_be_visible()
