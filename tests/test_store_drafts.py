"""Laws of drafts in the database: kept with their verdicts and authors, and gone when they are deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from records import DRAFT

from recommender.errors import LibraryError
from recommender.papers import Filters
from recommender.store.drafts import Drafts
from recommender.store.library import Library


def test_a_draft_is_kept_with_its_verdicts(empty: Library) -> None:
    drafts = Drafts(empty)
    id = drafts.save(DRAFT)
    for paper, verdict in (("x", "relevant"), ("y", "irrelevant"), ("z", "hidden"), ("y", "relevant"), ("x", None)):
        drafts.judge(id, paper, verdict)
    kept = drafts.get(id)
    assert (kept.title, kept.abstract, kept.references) == (DRAFT.title, DRAFT.abstract, DRAFT.references)
    assert (kept.liked, kept.disliked, kept.filters) == (("y",), (), Filters(2000, 2020, ("Venue",), ("z",)))
    drafts.change(id, replace(DRAFT, title="Another title"))
    assert drafts.get(id).title == "Another title"
    assert drafts.get(id).liked == ("y",)


def test_a_draft_keeps_its_authors_and_whether_their_papers_count(empty: Library) -> None:
    drafts = Drafts(empty)
    written = replace(DRAFT, authors=("Ada Lovelace", "van der Berg, Bo"), own_authors=True)
    id = drafts.save(written)
    assert drafts.get(id) == replace(written, id=id)
    drafts.change(id, DRAFT)
    assert drafts.get(id) == replace(DRAFT, id=id)


def test_a_deleted_draft_leaves_nothing_behind(empty: Library) -> None:
    drafts = Drafts(empty)
    id = drafts.save(DRAFT)
    drafts.judge(id, "x", "relevant")
    drafts.delete(id)
    assert drafts.overview() == []
    with empty.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM verdicts")) == 0
    for ask in (drafts.get, drafts.delete, lambda id: drafts.judge(id, "x", None), lambda id: drafts.change(id, DRAFT)):
        with pytest.raises(LibraryError, match="no such draft"):
            ask(id)


def test_drafts_have_ids_that_cannot_be_guessed_and_owners_of_their_own(empty: Library) -> None:
    ids = {Drafts(empty).save(DRAFT) for _ in range(5)}
    assert len(ids) == 5
    assert min(map(len, ids)) >= 16
    assert Drafts(empty, "someone").overview() == []
    with pytest.raises(LibraryError):
        Drafts(empty, "someone").get(ids.pop())
