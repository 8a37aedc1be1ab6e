"""What a BibTeX entry has from elsewhere: strings, its proceedings and @xdata."""

from __future__ import annotations

import pytest
from entries import items, paper, titles

from recommender.ingest.read import Skipped

# -- strings ---------------------------------------------------------------------------------------------------------


def test_strings_and_concatenation_are_put_in():
    text = """@string{acm = "ACM"} @STRING(conf = {Proc. of } # acm)
    @inproceedings{k, title = "On " # {Lamps}, booktitle = CONF # " " # 2001, month = 10 # "~" # jan}"""
    found = paper(text)
    assert (found.title, found.venue, found.fields) == ("On Lamps", "Proc. of ACM 2001", {"month": "10 jan"})


def test_strings_hold_beyond_a_chunk_and_the_latest_counts():
    entries = "".join(f"@article{{k{n}, title = {{T{n}}}, journal = j}}\n" for n in range(450))
    text = "@string{j = {Old}}\n" + entries + "@string{J = {New}}\n@article{z, title = {Z}, journal = j}"
    venues = [item.paper.venue for item in items(text)]
    assert venues == ["Old"] * 450 + ["New"]


def test_strings_that_double_are_stopped():
    text = '@string{a0 = "' + "x" * 64 + '"}\n'
    text += "".join(f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(40))
    many = " # ".join(["a6"] * 1000)
    text += "@misc{k, title = {T}, note = a40}\n@misc{l, title = {U}, note = a6}\n"
    text += f"@misc{{m, title = {{V}}, note = {many}}}"
    assert titles(text) == ["line 42", "U", "line 44"]


# -- parents ---------------------------------------------------------------------------------------------------------

PARENT = """@proceedings{Conf, title = {Proc. of Light}, booktitle = {Proc. Light}, year = 2001,
  editor = {Curie, M.},
  doi = {10.1000/conf}, url = {http://x.org}, abstract = {All of it.}, publisher = {Acme}}\n"""

CHILD = "@inproceedings{a, title = {A}, author = {Bell, J.}, crossref = {conf}, publisher = {Own}}\n"


@pytest.mark.parametrize("text", [PARENT + CHILD, CHILD + PARENT])
def test_a_paper_inherits_from_its_proceedings_wherever_they_stand(text):
    child = items(text)[-1].paper
    assert (child.title, child.venue, child.year) == ("A", "Proc. Light", 2001)
    assert child.fields == {"publisher": "Own", "editor": "Curie, M."}
    assert (child.doi, child.url, child.abstract) == ("", "", "")


def test_a_parent_s_title_is_the_booktitle_or_journal():
    text = "@inbook{a, title = {A}, crossref = b}\n@book{b, title = {B}, subtitle = {S}, author = {Bell, J.}}"
    found = items(text)[-1].paper
    assert (found.venue, found.authors) == ("B: S", ("Bell, J.",))
    text = "@article{a, title = {A}, crossref = {p}}\n@periodical{p, title = {J. Light}, volume = 3}"
    found = items(text)[-1].paper
    assert (found.venue, found.fields) == ("J. Light", {"volume": "3"})


def test_xdata_gives_values_and_is_no_paper():
    text = "@xdata{x, publisher = {Acme}, year = 2001}\n@book{b, title = {B}, xdata = {x, nowhere}}"
    first, second = items(text)
    assert isinstance(first, Skipped)
    assert (second.paper.year, second.paper.fields) == (2001, {"publisher": "Acme"})


def test_heirs_without_parents_or_in_circles_come_in_as_they_are():
    text = "@book{a, title = {A}, crossref = {b}}\n@book{b, title = {B}, crossref = {a}}\n"
    text += "@misc{c, title = {C}, crossref = d}"
    assert titles(text) == ["A", "B", "C"]
