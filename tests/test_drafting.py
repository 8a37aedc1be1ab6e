"""What is title and what abstract in a pasted text."""

from __future__ import annotations

import pytest

from recommender.drafting import read_draft, split_draft

ABSTRACT = "We distil a large model. The student is small.\nIt keeps up."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Small students\n\n" + ABSTRACT, ("Small students", ABSTRACT)),
        ("Small students\n" + ABSTRACT, ("Small students", ABSTRACT)),
        (
            "A title that is\nwrapped onto a second line\n\n" + ABSTRACT,
            ("A title that is wrapped onto a second line", ABSTRACT),
        ),
        ("Title: Small students\n\nAbstract\n" + ABSTRACT, ("Small students", ABSTRACT)),
        (
            "Small students\nAda Lovelace, Charles Babbage\nLondon\n\nAbstract—" + ABSTRACT,
            ("Small students", ABSTRACT),
        ),
        ("How small can a student be?\r\n\r\n" + ABSTRACT, ("How small can a student be?", ABSTRACT)),
        ("# Small students\n\n## Abstract\n\n" + ABSTRACT, ("Small students", ABSTRACT)),
    ],
)
def test_a_title_on_top_is_found(text: str, expected: tuple[str, str]) -> None:
    assert split_draft(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        ABSTRACT,
        "One sentence alone",
        "We propose a way to distil a large model into\na small one that keeps up with it. More follows.",
        "Large models are slow. Small ones are not\n\nA second paragraph.",
        "In this paper we distil models\n\nA second paragraph.",
        "x" * 301 + "\n\nA second paragraph.",
    ],
)
def test_running_text_is_no_title(text: str) -> None:
    assert split_draft(text) == ("", text)


def test_an_abstract_heading_alone_is_dropped() -> None:
    assert split_draft("Abstract: " + ABSTRACT) == ("", ABSTRACT)


def test_latex_wrappers_fall_away() -> None:
    text = r"""\documentclass{article} % comment
\title{Small {BERT}s: \emph{50\%} of the size}
\author{A. Lovelace}
\begin{document}\maketitle
\begin{abstract}
We distil~\cite{hinton15, x} models.
\end{abstract}
\section{Introduction} More."""
    assert split_draft(text) == ("Small {BERT}s: 50% of the size", "We distil models.")


def test_a_bibtex_entry_is_read_as_one_paper() -> None:
    draft = read_draft("@article{x, title={Small students}, abstract={They keep up.}, year=2020}")
    assert (draft.title, draft.abstract) == ("Small students", "They keep up.")


def test_json_of_one_paper_keeps_its_references() -> None:
    draft = read_draft(
        '{"id": "d1", "title": "Small students", "abstract": "They keep up.", "references": ["kd1"]}'
    )
    assert (draft.id, draft.title, draft.references) == ("d1", "Small students", ("kd1",))


def test_prose_that_opens_with_a_brace_is_prose() -> None:
    assert read_draft("{Small} students\n\nThey keep up.").title == "{Small} students"


def test_nothing_pasted_is_an_empty_draft() -> None:
    assert read_draft(" \n ").text == ""
