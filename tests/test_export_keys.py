"""Citation keys: what they are made of, and that no two of one export are the same to BibTeX."""

from __future__ import annotations

import re

import pytest

from recommender.export.keys import citation_key, unique_keys, valid_key
from recommender.papers import Paper


@pytest.mark.parametrize(
    ("author", "year", "title", "key"),
    [
        ("S. Wehrend", 1990, "A problem-oriented classification of techniques", "wehrend1990problem"),
        ("Lovelace, Ada", 1843, "Notes", "lovelace1843notes"),
        ("Laurens van der Maaten", 2008, "Visualizing Data using t-SNE", "maaten2008visualizing"),
        ("Laurens Van der Maaten", 2008, "Visualizing Data using t-SNE", "maaten2008visualizing"),
        ("Søren Kierkegård", None, "Über den Begriff", "kierkegardnduber"),
        ("Jürgen Groß", 2001, "On the İstanbul problem", "gross2001istanbul"),
        ("Stanisław Łukasiewicz", 1920, "O logice trójwartościowej", "lukasiewicz1920logice"),
        ("王 伟", 2020, "深度学习", "wei2020shenduxuexi"),
        ("Иванов, Иван", 1999, "Война и мир", "ivanov1999voyna"),
        ("Conan O’Brien", 2010, "What's new?", "obrien2010whats"),
        ("{The ATLAS Collaboration}", 2012, "Observation", "atlas2012observation"),
        ("Radford, Alec", 2021, r"$\mathbb{R}$ and $\alpha$-stable nets", "radford2021alpha"),
        ("", 2000, "", "anon2000"),
        ("{}", None, "A", "anonnda"),
    ],
)
def test_a_key_is_family_name_year_and_first_telling_word(
    author: str, year: int | None, title: str, key: str
) -> None:
    made = citation_key(Paper(authors=(author,), year=year, title=title))
    assert made == key
    assert re.fullmatch(r"[a-z0-9]+", made)


def test_clashing_keys_are_numbered_in_order() -> None:
    twin = Paper(authors=("A. Smith",), year=2000, title="Maps")
    assert [key for _, key in unique_keys([twin, twin, twin])] == [
        "smith2000maps", "smith2000maps-2", "smith2000maps-3",
    ]  # fmt: skip


def test_keys_that_differ_in_case_alone_clash() -> None:
    papers = [Paper(key="Smith2000"), Paper(key="smith2000")]
    assert [key for _, key in unique_keys(papers)] == ["Smith2000", "smith2000-2"]


def test_a_given_key_is_kept_though_an_earlier_paper_would_make_it() -> None:
    made, given = Paper(authors=("A. Smith",), year=2000, title="Maps"), Paper(key="smith2000maps")
    assert [key for _, key in unique_keys([made, given])] == ["smith2000maps-2", "smith2000maps"]


def test_the_library_s_keys_come_back_as_they_are() -> None:
    for key in ("DBLP:conf/chi/Smith20", "smith_2020+a.b", "müller2020"):
        assert valid_key(key) == key


def test_a_key_that_bibtex_cannot_read_is_mended() -> None:
    assert valid_key('a b,c{d}e%f#g"h~i\\j') == "a-b-c-d-e-f-g-h-i-j"
    assert [key for _, key in unique_keys([Paper(key=" {} ", title="Maps", year=1)])] == ["anon1maps"]
