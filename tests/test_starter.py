"""The starter library: whole, in our own short words, quick to be there, and worth a nod."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from recommender.ingest.identity import title_key
from recommender.papers import Draft, Paper
from recommender.recommend import Recommender
from recommender.settings import load_settings
from recommender.starter import install, starter_lists
from recommender.store.library import Library, opened
from recommender.store.lists import Lists

DRAFT = Draft(
    title="Distilling vision-language models",
    abstract="Large vision-language models such as CLIP are too slow for small devices. We distil a vision-language "
             "teacher into a light student by matching its image-text similarities, and keep its zero-shot accuracy.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the starter library, put there within a minute."""
    folder = tmp_path_factory.mktemp("starter")
    begun = time.monotonic()
    with opened(load_settings(folder)) as library:
        assert install(load_settings(folder), library)
        assert Recommender.open(load_settings(folder), library).recommend(DRAFT).recommendations
    assert time.monotonic() - begun < 60
    return folder


@pytest.fixture(scope="module")
def papers(folder: Path) -> list[Paper]:
    with opened(load_settings(folder)) as library:
        return [paper for _, paper in library.stream()]


def test_all_227_papers_are_there_under_titles_of_their_own(papers: list[Paper]) -> None:
    assert len(papers) == 227
    assert len({title_key(paper.title) for paper in papers}) == 227
    assert all(title_key(paper.title) for paper in papers)


def test_every_summary_is_short_and_ends(papers: list[Paper]) -> None:
    for paper in papers:
        assert 15 <= len(paper.abstract.split()) <= 120, paper.title
        assert paper.abstract.endswith("."), paper.title


def test_no_paper_carries_remnants_of_the_page_it_came_from(papers: list[Paper]) -> None:
    for paper in papers:
        assert not re.search(r"Subscribe|\\[a-z]+\{|  ", paper.title + paper.abstract), paper.title


def test_every_paper_names_a_method_or_a_task(papers: list[Paper]) -> None:
    assert [paper.title for paper in papers if not (paper.methods or paper.tasks)] == []


def test_ids_are_distinct_and_without_white_space(papers: list[Paper]) -> None:
    assert len({paper.id for paper in papers}) == 227
    assert not any(char.isspace() for paper in papers for char in paper.id)


def test_a_dozen_lists_hold_papers_of_the_library_only(folder: Path) -> None:
    with opened(load_settings(folder)) as library:
        assert Lists(library).all() == sorted(starter_lists(), key=lambda one: one.id)
        assert len(starter_lists()) >= 12
        for one in starter_lists():
            assert len(one.papers) >= 3
            assert len(library.keys_of(one.papers)) == len(one.papers), one.id


def test_a_draft_on_distilling_a_vision_language_model_gets_a_list_one_nods_at(folder: Path) -> None:
    with opened(load_settings(folder)) as library:
        answer = Recommender.open(load_settings(folder), library).recommend(DRAFT, 10)
    assert answer.relevant
    told = [f"{found.paper.title} {found.paper.abstract}" for found in answer.recommendations]
    assert sum(bool(re.search(r"(?i:distil|vision-language)|CLIP", text)) for text in told) >= 6


def test_a_library_that_was_begun_or_has_it_already_does_not_get_it(folder: Path, tmp_path: Path) -> None:
    with opened(load_settings(folder)) as library:
        assert not install(load_settings(folder), library)
    with opened(load_settings(tmp_path)) as library:
        library.take([])
        assert not install(load_settings(tmp_path), library)
        assert _size(library) == 0


def _size(library: Library) -> int:
    return library.status().papers
