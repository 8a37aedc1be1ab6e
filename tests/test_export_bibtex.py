"""BibTeX entries: their types, their fields, and that they come back as the papers they were."""

from __future__ import annotations

import pytest

from recommender.export import writer
from recommender.export.kinds import classic_type
from recommender.ingest.read import Record, read_text
from recommender.names import parse_name
from recommender.papers import Paper

PLAIN = Paper(
    id="1",
    title="A problem-oriented classification",
    authors=("S. Wehrend", "C. Lewis"),
    year=1990,
    venue="Proceedings of the First IEEE Conference on Visualization",
    doi="10.1109/visual.1990.146375",
    abstract="Not for a .bib.",
    url="https://doi.org/10.1109/visual.1990.146375",
    keywords=("maps",),
    fields={"pages": "139-143", "month": "October", "file": "/home/me/x.pdf", "publisher": "IEEE & ACM"},
)


def bibtex(*papers: Paper, name: str = "bibtex") -> str:
    """The papers as one export."""
    return "".join(writer(name).write(papers))


def test_an_entry_reads_as_a_person_would_write_it() -> None:
    assert bibtex(PLAIN) == (
        "@inproceedings{wehrend1990problem,\n"
        "  author = {Wehrend, S. and Lewis, C.},\n"
        "  title = {A problem-oriented classification},\n"
        "  booktitle = {Proceedings of the First IEEE Conference on Visualization},\n"
        "  year = {1990},\n"
        "  pages = {139--143},\n"
        "  publisher = {IEEE \\& ACM},\n"
        "  month = oct,\n"
        "  doi = {10.1109/visual.1990.146375},\n"
        "  keywords = {maps},\n"
        "}\n\n"
    )


def test_abstract_files_and_local_addresses_stay_at_home() -> None:
    text = bibtex(
        Paper(
            title="T",
            abstract="SECRET",
            url="file:///home/me/SECRET.pdf",
            fields={"file": "SECRET", "annote": "SECRET", "bdsk-file-1": "SECRET", "abstract": "SECRET"},
        )
    )
    assert "SECRET" not in text


@pytest.mark.parametrize(
    ("venue", "kind"),
    [
        ("", "misc"),
        ("arXiv", "misc"),
        ("CoRR", "misc"),
        ("ACM Computing Surveys", "article"),
        ("Nature", "article"),
        ("IEEE Transactions on Visualization and Computer Graphics", "article"),
        ("IEEE TVCG", "article"),
        ("ACM Trans. Inf. Syst.", "article"),
        ("Phys. Rev. Lett.", "article"),
        ("SIAM J. Comput.", "article"),
        ("Proceedings of the ACM on Human-Computer Interaction", "article"),
        ("Computer Graphics Forum", "article"),
        ("Proc. ACM Hum.-Comput. Interact.", "article"),
        ("Proceedings of the VLDB Endowment", "article"),
        ("Proceedings of the IEEE", "article"),
        ("acl2021", "inproceedings"),
        ("CVPR", "inproceedings"),
        ("CHI '20", "inproceedings"),
        ("2009 IEEE Symposium on Visual Analytics", "inproceedings"),
        ("Proceedings of the IEEE Conference on X", "inproceedings"),
        ("DLRS 2018", "inproceedings"),
        ("Advances in Neural Information Processing Systems", "inproceedings"),
        ("Workshop on Letters", "inproceedings"),
    ],
)
def test_the_type_follows_from_the_venue(venue: str, kind: str) -> None:
    assert classic_type(Paper(title="T", venue=venue)) == kind


@pytest.mark.parametrize(
    ("own", "venue", "kind"),
    [
        ("article", "", "misc"),
        ("inproceedings", "", "misc"),
        ("book", "", "book"),
        ("online", "", "misc"),
        ("thesis", "", "phdthesis"),
        ("report", "", "techreport"),
        ("mvbook", "", "book"),
        ("inbook", "B", "incollection"),
        ("conference", "C", "inproceedings"),
        ("dataset", "", "misc"),
        ("article", "CHI", "article"),
    ],
)
def test_the_paper_s_own_type_becomes_a_classic_one(own: str, venue: str, kind: str) -> None:
    assert classic_type(Paper(title="T", type=own, venue=venue)) == kind


def test_a_preprint_has_its_eprint_fields() -> None:
    text = bibtex(Paper(title="T", arxiv="2103.00020", fields={"primaryclass": "cs.CV"}))
    assert text.startswith("@misc{")
    assert "  eprint = {2103.00020},\n  archivePrefix = {arXiv},\n  primaryClass = {cs.CV},\n" in text


def test_identifiers_are_raw_but_cannot_end_the_field() -> None:
    text = bibtex(Paper(title="T", doi="10.1/a_b%c#(d)<e>{f", url="https://x.org/a_b?c=1&d={e}%20"))
    assert "doi = {10.1/a_b%c#(d)<e>%7Bf}" in text
    assert "url = {https://x.org/a_b?c=1&d=%7Be%7D%20}" in text


def test_a_macro_of_a_package_is_provided_once() -> None:
    text = bibtex(*[Paper(title=r"On $\mathbb{R}$", year=year) for year in (1, 2)])
    assert text.count(r'@preamble{"\providecommand{\mathbb}[1]{\mathbf{#1}}"}') == 1


NASTY = [
    Paper(
        title="100% of R&D: a_b #1 {x ~ ^ \\ < > | in Straße",
        authors=("Jörg Müller", "Paul Erdős"),
        year=2001,
        venue="Journal of B&B_s",
        doi="10.1000/a_b(c)",
        type="article",
    ),
    Paper(
        title="“Quotes” – and ‘more’ — don’t…",
        authors=("{Simon and Schuster}", "Łukasz Dvořák, Jr"),
        year=2002,
        venue="CHI '02",
        type="inproceedings",
    ),
    Paper(
        title="BERT, CLIP-ViL and GPT-4 for $\\alpha^2$ and US$5",
        authors=("Ludwig van Beethoven",),
        year=2003,
        venue="arXiv",
        arxiv="2103.00020",
        type="misc",
    ),
    Paper(title="α → β in 3D", authors=("O'Brien, Conan",), venue="Nature", type="article"),
]


@pytest.mark.parametrize("name", ["bibtex", "bibtex-unicode"])
def test_papers_come_back_from_bibtex_as_they_were(name: str) -> None:
    items = list(read_text(bibtex(*NASTY, name=name)))
    read = [item.paper for item in items if isinstance(item, Record)]
    assert len(read) == len(items) == len(NASTY)
    for paper, back in zip(NASTY, read, strict=True):
        assert (back.title, back.year, back.venue) == (paper.title, paper.year, paper.venue)
        assert (back.doi, back.arxiv, back.type) == (paper.doi, paper.arxiv, paper.type)
        assert [parse_name(one) for one in back.authors] == [parse_name(one) for one in paper.authors]


def test_a_second_export_equals_the_first() -> None:
    first = bibtex(*NASTY)
    read = [item.paper for item in read_text(first) if isinstance(item, Record)]
    assert bibtex(*read) == first


def test_other_alphabets_come_back_from_the_unicode_flavour() -> None:
    paper = Paper(title="中文 Привет Ελλάδα 😀", authors=("王 伟", "Nguyễn Phạm"), year=2020)
    (item,) = read_text(bibtex(paper, name="bibtex-unicode"))
    assert isinstance(item, Record)
    assert item.paper.title == paper.title
    assert [parse_name(one) for one in item.paper.authors] == [parse_name(one) for one in paper.authors]
