"""Laws of the database: its schema and migrations, search, lists, drafts, and what counts as changed.

Those that take `empty` hold on every database: test_postgresql.py asks them again there.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from recommender.errors import InputError, LibraryError
from recommender.papers import Choice, Draft, Filters, Paper, PaperList
from recommender.settings import Settings
from recommender.store import database
from recommender.store.drafts import Drafts
from recommender.store.extractions import Extractions
from recommender.store.intake import Incoming
from recommender.store.library import Library, opened
from recommender.store.lists import Lists
from recommender.store.schema import Base


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Library]:
    """A library of its own, with nothing in it."""
    with opened(Settings(tmp_path)) as library:
        yield library


def take(library: Library, *papers: Paper, file: str = "a.jsonl") -> None:
    library.take(Incoming(paper, file, line, "jsonl") for line, paper in enumerate(papers, 1))


def titles(library: Library, query: str) -> set[str]:
    found, total = library.search(query)
    assert len(found) == total
    return {paper.title for paper in found}


# -- schema ----------------------------------------------------------------------------------------------------------


def test_the_migrated_schema_is_the_one_that_the_program_declares(empty: Library) -> None:
    with empty.engine.connect() as connection:
        migrated = MigrationContext.configure(connection, opts={
            "include_name": lambda name, kind, _: kind != "table" or not name.startswith("paper_search")})
        differences = compare_metadata(migrated, Base.metadata)
    # PostgreSQL's search index is an expression's, which the declared schema does not hold.
    assert [one for one in differences if "ix_papers_search" not in str(one)] == []


def test_migrating_down_to_base_leaves_nothing_and_up_again_works(empty: Library) -> None:
    take(empty, Paper(id="a", title="Something to lose"))
    database.migrate(empty.engine, "base")
    assert set(sa.inspect(empty.engine).get_table_names()) <= {"alembic_version"}
    database.migrate(empty.engine)
    take(empty, Paper(id="a", title="Something to find"))
    assert titles(empty, "find") == {"Something to find"}


def test_one_revision_down_and_up_again_keeps_papers_drafts_and_verdicts(empty: Library) -> None:
    take(empty, Paper(id="a", title="Something to keep"))
    drafts = Drafts(empty)
    id = drafts.save(replace(DRAFT, entities=(Choice("Method", "CLIP", 2.0),)))
    drafts.judge(id, "a", "relevant")
    assert drafts.get(id).entities == (Choice("Method", "CLIP", 2.0),)
    database.migrate(empty.engine, "0001")
    assert "corrections" not in sa.inspect(empty.engine).get_table_names()
    database.migrate(empty.engine)
    assert drafts.get(id) == replace(DRAFT, id=id, liked=("a",))
    assert titles(empty, "keep") == {"Something to keep"}


def test_the_revision_before_drafts_had_authors_keeps_the_rest_of_a_draft(empty: Library) -> None:
    drafts = Drafts(empty)
    saved = replace(DRAFT, entities=(Choice("Method", "CLIP", 2.0),))
    id = drafts.save(replace(saved, authors=("Ada Lovelace", "van der Berg, Bo"), own_authors=True))
    database.migrate(empty.engine, "0002")
    columns = {column["name"] for column in sa.inspect(empty.engine).get_columns("drafts")}
    assert not columns & {"authors", "own_authors"}
    database.migrate(empty.engine)
    assert drafts.get(id) == replace(saved, id=id)


def test_a_brand_new_library_is_made_at_the_newest_revision(empty: Library) -> None:
    with empty.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == database.head()
    assert empty.is_untouched()


@pytest.mark.parametrize("statement", ["UPDATE alembic_version SET version_num = '0000'", "DROP TABLE alembic_version"])
def test_a_pending_migration_is_refused_and_the_command_named(tmp_path: Path, statement: str) -> None:
    with opened(Settings(tmp_path)) as library, database.writing(library.engine) as connection:
        connection.execute(sa.text(statement))
    with pytest.raises(LibraryError, match=r"a migration is pending\. Run: recommender --data .* migrate"):
        Library.open(Settings(tmp_path))


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_text("This is not a database, it is a note that got lost. " * 50)
    with pytest.raises(LibraryError, match="not a database"):
        Library.open(Settings(tmp_path))


@pytest.mark.parametrize("url", ["nonsense", "mysql+nodriver://x/y", "postgresql+psycopg://127.0.0.1:1/x"])
def test_a_database_url_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(LibraryError, match="database_url"):
        Library.open(Settings(tmp_path, database_url=url))


def test_sqlite_writes_ahead_and_enforces_foreign_keys(tmp_path: Path) -> None:
    with opened(Settings(tmp_path)) as library, library.engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1


def test_a_locked_database_is_explained(tmp_path: Path) -> None:
    with opened(Settings(tmp_path)) as library:
        sa.event.listen(library.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=10"))
        library.engine.dispose()
        other = sqlite3.connect(tmp_path / "library.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError, match="locked"):
            Lists(library).create("A list")
        other.close()


def test_a_key_is_never_given_twice(empty: Library) -> None:
    take(empty, Paper(id="a", title="The first of them"), Paper(id="b", title="The last of them"), file="old")
    last = empty.keys_of(["b"])["b"]
    empty.forget("old")
    take(empty, Paper(id="c", title="Another one altogether"))
    assert empty.keys_of(["c"])["c"] > last


def test_readers_see_one_snapshot_while_others_write(empty: Library) -> None:
    take(empty, *(Paper(id=f"p{i:04}", title=f"Title number {i} of many") for i in range(1500)))
    reading = empty.stream()
    first = next(reading)[1]
    take(empty, Paper(id="p9999", title="It came in the meantime"))
    seen = [first, *(paper for _, paper in reading)]
    assert len(seen) == (1500 if empty.engine.dialect.name == "sqlite" else 1501)


def test_two_imports_at_once_both_arrive(empty: Library) -> None:
    def one(name: str) -> None:
        take(empty, *(Paper(id=f"{name}{i}", title=f"Title {name} {i} of many", doi=f"10.1/{i}") for i in range(600)))

    threads = [threading.Thread(target=one, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert empty.status().papers == 600
    assert len(empty.keys_of(f"{name}{i}" for name in "ab" for i in range(600))) == 1200


# -- counts ----------------------------------------------------------------------------------------------------------


def test_only_what_changed_counts_as_changed(empty: Library) -> None:
    take(empty, Paper(id="a", title="A paper by itself", references=("b", "c")))
    before = empty.status()
    assert (before.papers, before.references) == (1, 2)
    assert empty.changed_since(before.revision) == 0
    take(empty, Paper(id="a", title="A paper by itself", references=("b", "c")))
    assert empty.status() == before
    take(empty, Paper(id="a", title="A paper by itself", abstract="Now with an abstract."),
         Paper(id="b", title="And another paper here"))
    assert empty.changed_since(before.revision) == 2
    assert empty.changed_since(0) == 2


def test_an_import_that_brings_nothing_still_counts_as_begun(empty: Library) -> None:
    take(empty)
    assert not empty.is_untouched()


def test_forgetting_a_file_takes_its_papers_and_nobody_elses(empty: Library) -> None:
    take(empty, Paper(id="a", title="Only in the old file"), Paper(id="b", title="In both of the files"), file="old")
    take(empty, Paper(id="b", title="In both of the files", abstract="Said again."), file="new")
    take(empty, Paper(id="c", title="Only in the new file", references=("a",)), file="new")
    assert empty.forget("old", but=["missing"]) == 1
    assert [paper.id for _, paper in empty.stream()] == ["b", "c"]
    assert empty.get("a") is None
    assert list(empty.citations()) == []
    assert titles(empty, "old") == set()


# -- search ----------------------------------------------------------------------------------------------------------

FOUND = [
    Paper(id="a", title="Erdős numbers, and how to count them", authors=("Paul Erdős", "Bo van der Berg")),
    Paper(id="b", title="Counting sheep", authors=("O'Brien, Pat",)),
    Paper(id="c", title="知识蒸馏 for C++ in 100% of cases", authors=("{World Health Organization}",)),
]


@pytest.mark.parametrize(("query", "ids"), [
    ("erdos", "a"), ("ERDŐS number", "a"), ("count", "ab"), ("count sheep", ""), ("counting sh", "b"),
    ("sheep count", "b"),
    ("o'brien", "b"), ("berg", "a"), ("van der berg paul", "a"), ("world organ", "c"), ("100", "c"), ("知识", "c"),
    ("", ""), ("   ", ""), ("zebra", ""),
])
def test_search_finds_every_word_and_the_beginning_of_the_last(empty: Library, query: str, ids: str) -> None:
    take(empty, *FOUND)
    assert titles(empty, query) == {paper.title for paper in FOUND if paper.id in ids}


@pytest.mark.parametrize("query", [
    '" OR *', "* OR search_text:*", "NEAR(a b)", "a AND NOT b", "'; DROP TABLE papers; --", "%", "_", "\\", "a:*", "!!",
    "&|!()<->", "^", "{a b}", "-", "\u00b2 \u2460 \u0660", "🦜", "\u0301", "ⅷ", "a" * 10_000, "word " * 500,
])
def test_search_takes_anything_that_is_typed(empty: Library, query: str) -> None:
    take(empty, *FOUND)
    empty.search(query)
    assert empty.status().papers == 3


def test_search_follows_a_title_that_changes(empty: Library) -> None:
    take(empty, Paper(id="a", doi="10.1/x", title="Short and old name"))
    take(empty, Paper(id="b", doi="10.1/x", title="A longer and better name of it"))
    assert titles(empty, "better") == {"A longer and better name of it"}
    assert titles(empty, "old") == set()


def test_search_comes_in_pages(empty: Library) -> None:
    take(empty, *(Paper(id=str(i), title=f"Common title number {i}") for i in range(25)))
    pages = [empty.search("common", 10, offset)[0] for offset in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({paper.id for page in pages for paper in page}) == 25


def test_venues_are_found_by_a_part_of_the_name_most_papers_first(empty: Library) -> None:
    take(empty, *(Paper(id=str(i), title=f"Title number {i} here", venue=venue, year=2000 + i)
                  for i, venue in enumerate(["B 100%", "A Letters", "B 100%", "", "C_Letters"])))
    assert empty.venues() == [("B 100%", 2), ("A Letters", 1), ("C_Letters", 1)]
    assert empty.venues("letters") == [("A Letters", 1), ("C_Letters", 1)]
    assert empty.venues("%") == [("B 100%", 2)]
    assert empty.venues("_") == [("C_Letters", 1)]
    assert empty.years() == (2000, 2004)


def test_ids_dois_and_arxiv_ids_all_find_the_paper(empty: Library) -> None:
    take(empty, Paper(id="mine", title="A paper with names", doi="10.1/x", arxiv="2001.00001"))
    keys = empty.keys_of(["mine", "10.1/x", "2001.00001", "MINE", "other"])
    assert set(keys) == {"mine", "10.1/x", "2001.00001"}
    assert len(set(keys.values())) == 1


def test_papers_come_in_the_order_of_their_keys_and_gone_ones_are_left_out(empty: Library) -> None:
    take(empty, *FOUND)
    keys = empty.keys_of(["c", "a"])
    assert [paper.id for paper in empty.papers([keys["c"], 10**6, keys["a"]])] == ["c", "a"]


# -- lists -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def lists(empty: Library) -> Lists:
    take(empty, *(Paper(id=id, title=f"The paper called {id}") for id in "abcd"))
    made = Lists(empty)
    made.take([PaperList("l", "A List", ("a", "b", "c"), "About it", {"b": "read this"})])
    return made


def test_a_list_keeps_order_notes_and_papers_that_come_later(empty: Library) -> None:
    one = PaperList("l", "A List", ("z", "later", "a"), "About", {"a": "a note", "later": "not here yet"})
    assert Lists(empty).take([one]) == (1, 0)
    assert Lists(empty).get("l") == one
    assert empty.unresolved_in_lists() == 3
    take(empty, Paper(id="later", title="It has come at last"))
    assert empty.unresolved_in_lists() == 2
    assert [key for _, key in empty.memberships()] == [empty.keys_of(["later"])["later"]]


def test_an_imported_list_takes_the_place_of_the_one_with_its_id(lists: Lists) -> None:
    assert lists.take([PaperList("l", "Renamed", ("d",)), PaperList("m", "Another")]) == (1, 1)
    assert lists.all() == [PaperList("l", "Renamed", ("d",)), PaperList("m", "Another")]


def test_lists_are_found_by_id_and_then_by_name(lists: Lists) -> None:
    lists.take([PaperList("A List", "Its id is the other's name")])
    assert lists.get("l").id == "l"
    assert lists.get("A List").id == "A List"
    with pytest.raises(LibraryError, match="There is no list 'x'"):
        lists.get("x")


def test_made_lists_have_ids_of_their_names(lists: Lists) -> None:
    assert [lists.create(name) for name in ("Zum Lesen!", "Zum  lesen", "???")] == ["zum-lesen", "zum-lesen-2", "list"]
    assert lists.get("zum-lesen-2").name == "Zum lesen"
    for name in ("", "  ", "x" * 201):
        with pytest.raises(InputError, match="1 to 200"):
            lists.create(name)


def test_renaming_keeps_id_and_papers(lists: Lists) -> None:
    before = lists.get("l")
    lists.rename("l", "Other name", "Other words")
    assert lists.get("l") == replace(before, name="Other name", description="Other words")


def test_a_deleted_list_is_gone_and_comes_back_whole(lists: Lists, empty: Library) -> None:
    before = lists.get("l")
    lists.delete("l")
    assert lists.overview() == []
    assert list(empty.memberships()) == []
    assert empty.status().lists == 0
    with pytest.raises(LibraryError):
        lists.get("l")
    lists.restore("l")
    assert lists.get("l") == before


def test_papers_are_added_once_where_they_are_wanted(lists: Lists) -> None:
    assert lists.add("l", "d", position=1)
    assert not lists.add("l", "d")
    assert lists.add("l", "x", position=99)
    assert lists.get("l").papers == ("a", "d", "b", "c", "x")


def test_removing_can_be_undone(lists: Lists) -> None:
    before = lists.get("l")
    removed = lists.remove("l", "b")
    assert removed is not None
    assert lists.get("l").papers == ("a", "c")
    lists.add("l", removed.paper_id, removed.position, removed.note)
    assert lists.get("l") == before
    assert lists.remove("l", "nothing") is None


@pytest.mark.parametrize(("paper", "by", "order"), [
    ("a", 1, "bac"), ("c", -1, "acb"), ("a", -5, "abc"), ("a", 99, "bca"), ("b", 0, "abc"), ("x", 1, "abc"),
])
def test_papers_move_up_and_down_within_the_list(lists: Lists, paper: str, by: int, order: str) -> None:
    lists.move("l", paper, by)
    assert "".join(lists.get("l").papers) == order


def test_notes_are_written_and_taken_away(lists: Lists) -> None:
    lists.note("l", "a", "  first  ")
    lists.note("l", "b", "")
    assert lists.get("l").notes == {"a": "first"}


def test_two_papers_of_a_list_that_turn_out_to_be_one_stand_on_it_once(lists: Lists, empty: Library) -> None:
    take(empty, Paper(id="a", title="The paper called a", doi="10.1/ac"))
    take(empty, Paper(id="c", title="The paper called c", doi="10.1/ac"))
    assert lists.get("l").papers == ("a", "b")
    assert not lists.add("l", "c")
    assert [entry.id for entry in lists.holding(["c"])] == ["l"]
    assert set(lists.holding_each(["a", "b", "d"])) == {"a", "b"}
    lists.move("l", "c", 1)
    assert lists.get("l").papers == ("b", "a")
    lists.note("l", "10.1/ac", "noted")
    assert lists.get("l").notes["a"] == "noted"
    assert lists.remove("l", "c") is not None
    assert lists.get("l").papers == ("b",)


def test_each_owner_has_lists_of_their_own(lists: Lists, empty: Library) -> None:
    assert Lists(empty, "someone").overview() == []
    assert Lists(empty, "someone").take([PaperList("l", "Theirs")]) == (1, 0)
    assert lists.get("l").name == "A List"


def test_every_change_of_the_lists_counts(lists: Lists, empty: Library) -> None:
    counted = [empty.fact("lists_revision")]
    for change in (lambda: lists.add("l", "d"), lambda: lists.move("l", "d", -1), lambda: lists.remove("l", "d"),
                   lambda: lists.delete("l"), lambda: lists.restore("l")):
        change()
        counted.append(empty.fact("lists_revision"))
    assert len(set(counted)) == len(counted)


# -- drafts ----------------------------------------------------------------------------------------------------------

DRAFT = Draft(title="A draft", abstract="About it.", references=("a", "b"), filters=Filters(2000, 2020, ("Venue",)))


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


# -- extractions -----------------------------------------------------------------------------------------------------


def test_each_text_is_read_once_a_version(empty: Library) -> None:
    take(empty, Paper(id="a", title="The same text", venue="x"), Paper(id="b", title="The same text", venue="y"),
         Paper(id="c", title="Another text"))
    cache = Extractions(empty)
    assert cache.due(1) == 3
    read = [text_hash for batch in cache.unread(1) for text_hash, _, _ in batch]
    assert len(read) == 2
    cache.save(1, {text_hash: [("Method", "CLIP", 2)] for text_hash in read})
    assert (cache.due(1), cache.due(2)) == (0, 3)
    assert cache.of([*read, "unknown"]) == {text_hash: [("Method", "CLIP", 2)] for text_hash in read}
    cache.save(2, {read[0]: []})
    assert cache.of(read)[read[0]] == []
