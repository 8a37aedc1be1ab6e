"""Every field of a BibTeX entry finds its place in the paper: venue, year, ids, keywords, names."""

from __future__ import annotations

import pytest
from entries import items, of, paper

from recommender.ingest.read import Record, Skipped
from recommender.papers import Paper

# -- a whole entry ---------------------------------------------------------------------------------------------------


def test_every_field_finds_its_place():
    text = r"""
@InProceedings{Lovelace:99,
  author    = {Lovelace, Ada and Bell, Joan},
  title     = {On {L}amps},
  subtitle  = {A Survey},
  booktitle = {Proc. of Light \& Shade},
  year      = 1999,
  abstract  = {Lamps cost 5% more
               than $n$ \textbf{candles}.},
  keywords  = {lamp, light},
  doi       = {10.1000/ABC\_1},
  url       = {https://x.org/a\_b},
  pages     = {1--5}, publisher = {Acme}, editor = {Curie, Marie and others}, month = may,
  file      = {:a.pdf:PDF}, bdsk-url-1 = {x}, timestamp = {2020},
  owner = {me}, __markedentry = {1}, groups = {g},
}"""
    assert items(text) == [
        Record(
            Paper(
                title="On Lamps: A Survey",
                abstract="Lamps cost 5% more than $n$ candles.",
                authors=("Lovelace, Ada", "Bell, Joan"),
                year=1999,
                venue="Proc. of Light & Shade",
                doi="10.1000/abc_1",
                url="https://x.org/a_b",
                keywords=("lamp", "light"),
                type="inproceedings",
                key="Lovelace:99",
                fields={"pages": "1–5", "publisher": "Acme", "editor": "Curie, Marie", "month": "may"},
            ),
            2,
            "bibtex",
        )
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "venue"),
    [
        ("article", "journal = {J. Light}, booktitle = {B}", "J. Light"),
        ("article", "journaltitle = {J. Light}", "J. Light"),
        ("inproceedings", "booktitle = {Proc.}, publisher = {Acme}", "Proc."),
        ("phdthesis", "school = {MIT}", "MIT"),
        ("thesis", "institution = {MIT}", "MIT"),
        ("techreport", "institution = {NASA}", "NASA"),
        ("book", "publisher = {Acme}", ""),
    ],
)
def test_the_venue_is_what_contains_the_paper(kind, fields, venue):
    found = of(fields, kind)
    assert found.venue == venue
    assert venue not in found.fields.values()


def test_conference_is_inproceedings_and_biblatex_types_stay():
    assert of("year = 2000", "Conference").type == "inproceedings"
    assert of("year = 2000", "online").type == "online"


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("year = {2004}", 2004),
        ("year = 2004", 2004),
        ("date = {2004-05-06}", 2004),
        ("year = {c. 1870}", 1870),
        ("year = {in press}, date = {2004/2005}", 2004),
        ("year = {12345}", None),
        ("year = {0999}", None),
    ],
)
def test_the_year_comes_from_year_or_date(fields, year):
    assert of(fields).year == year


def test_a_year_that_is_none_is_kept_as_written():
    assert of("year = {in press}").fields == {"year": "in press"}


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {2005.14165v2}, archiveprefix = {arXiv}",
        "eprint = {2005.14165}, eprinttype = {arxiv}",
        "url = {https://arxiv.org/abs/2005.14165}",
        "url = {http://arxiv.org/pdf/2005.14165v1.pdf}",
        "doi = {10.48550/arXiv.2005.14165}",
        "journal = {arXiv preprint arXiv:2005.14165}",
        "journal = {CoRR}, volume = {abs/2005.14165}",
        "arxivid = {2005.14165}",
    ],
)
def test_the_arxiv_id_is_found_wherever_exporters_put_it(fields):
    assert of(fields).arxiv == "2005.14165"


def test_an_eprint_of_another_archive_stays_a_field():
    found = of("eprint = {123456}, eprinttype = {jstor}")
    assert found.arxiv == ""
    assert found.fields == {"eprint": "123456", "eprinttype": "jstor"}


def test_a_doi_that_is_none_is_kept_as_written():
    assert of("doi = {forthcoming}").fields == {"doi": "forthcoming"}


def test_keywords_are_split_at_semicolons_or_else_commas():
    assert of("keywords = {a, b; c}").keywords == ("a, b", "c")
    assert of("keywords = {a, b, a}").keywords == ("a", "b")


def test_proceedings_take_their_booktitle_for_a_title():
    found = paper("@proceedings{p, booktitle = {Proc. of Light}, year = 2000}")
    assert (found.title, found.venue) == ("Proc. of Light", "")


def test_an_entry_without_a_title_is_refused():
    assert items("\n@misc{k, year = 2000}") == [Skipped(2, "The entry k has no title. Give it one.")]


# -- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Lovelace, Ada and Joan Bell", ("Lovelace, Ada", "Joan Bell")),
        ("Lovelace, Ada AND\n   Bell, Joan and others", ("Lovelace, Ada", "Bell, Joan")),
        (r"G{\"o}del, Kurt and Erd\H{o}s, P\'al", ("Gödel, Kurt", "Erdős, Pál")),
        ("{World Health Organization}", ("{World Health Organization}",)),
        ("{Barnes and Noble} and Bell, Joan", ("{Barnes and Noble}", "Bell, Joan")),
        ("{Lovelace, Ada and Bell, Joan}", ("Lovelace, Ada", "Bell, Joan")),
        ("{van der Berg}, Jan", ("van der Berg, Jan",)),
        (r"{\'E}mile Zola", ("Émile Zola",)),
        ("given=Hans, family=Harman, prefix=von, suffix=Jr", ("von Harman, Jr, Hans",)),
        ('family={van Berg}, given="Ann" and Bell, Joan', ("van Berg, Ann", "Bell, Joan")),
        ("D.~E. Knuth", ("D. E. Knuth",)),
        ("Brandt, Anders and Sand, Alexander", ("Brandt, Anders", "Sand, Alexander")),
        ("Lovelace, A.; Bell, J.", ("Lovelace, A.", "Bell, J.")),
        ("and Bell, Joan and and ", ("Bell, Joan",)),
    ],
)
def test_names_come_apart_as_bibtex_reads_them(field, names):
    assert of(f"author = {{{field}}}").authors == names
