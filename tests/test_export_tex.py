"""Text as TeX: what is escaped, what is kept, and which capitals get braces."""

from __future__ import annotations

import pytest

from recommender.export.formula import sets, split_formulas
from recommender.export.people import bibtex_names, split_names
from recommender.export.tex import escape, escape_title


def depth_is_kept(tex: str) -> bool:
    """As BibTeX counts: a backslash protects no brace."""
    depth = 0
    for c in tex:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("R&D: 100% #1 a_b", r"R\&D: 100\% \#1 a\_b"),
        ("a{b", r"a{\textbraceleft}b"),
        (r"\input{x}", r"{\textbackslash}input{\textbraceleft}x{\textbraceright}"),
        ("é ø ß Ł ı", r"{\'e} {\o} {\ss} {\L} {\i}"),
        ("Erdős Dvořák Çelik", r"Erd{\H{o}}s Dvo{\v{r}}{\'a}k {\c{C}}elik"),
        ("e\u0301", r"{\'e}"),
        ("“a” – b — c", "``a'' -- b --- c"),
        ("α → β", r"{\ensuremath{\alpha}} {\ensuremath{\rightarrow}} {\ensuremath{\beta}}"),
        ("CO₂ x²", r"CO{\textsubscript{2}} x{\texttwosuperior}"),
        ("Привет Ελλάδα 中文", "Privet Ellada ZhongWen"),
        ("a\x00b\u200bc\nd\ud800", "abc d"),
        ("\ue000", "[U+E000]"),
        ("ﬁ ① 𝔸", "fi 1 A"),
    ],
)
def test_text_becomes_tex_that_pdflatex_knows(text: str, tex: str) -> None:
    assert escape(text) == tex
    assert tex.isascii()
    assert depth_is_kept(tex)


def test_the_unicode_flavour_escapes_specials_alone() -> None:
    assert escape("Erdős & 中文 α “x” {", unicode=True) == r"Erdős \& 中文 α “x” {\textbraceleft}"


def test_a_letter_that_pdflatex_does_not_know_as_unicode_is_kept_from_biber_or_loses_its_mark() -> None:
    assert escape("Nguyễn Phạm") == r"Nguy{\~{\^e{}}}n Pham"


@pytest.mark.parametrize(
    ("title", "tex"),
    [
        ("BERT and mBERT for iPhone", "{BERT} and {mBERT} for {iPhone}"),
        ("CLIP-ViL on GPT-4 (3D)", "{CLIP-ViL} on {GPT-4} ({3D})"),
        ("Cross-Modal BERT-Based Learning", "Cross-Modal {BERT}-Based Learning"),
        ("A Bayesian view: Markov's chain", "A {Bayesian} view: {Markov's} chain"),
        ("Programming in C and C++ and T5", "Programming in {C} and {C++} and {T5}"),
        ("A/B tests of vitamin A", "{A/B} tests of vitamin {A}"),
        ("ALL THE WORLD IS A STAGE", "ALL THE WORLD IS A STAGE"),
        ("ÉCOLES d'été", r"{{\'E}COLES} d'{\'e}t{\'e}"),
        ("Growing Up", "Growing Up"),
    ],
)
def test_capitals_that_matter_are_braced(title: str, tex: str) -> None:
    assert escape_title(title) == tex


@pytest.mark.parametrize(
    ("title", "tex"),
    [
        (r"On $\alpha$-stable nets", r"On {$\alpha$}-stable nets"),
        (r"$\mathbb{R}^n$ and $k$-means", r"{$\mathbb{R}^n$} and {$k$}-means"),
        ("From $5 to $10", r"From \$5 to \$10"),
        ("US$5B-US$10B", r"{US\$5B-US\$10B}"),
        (r"$\input{x}$", r"\${\textbackslash}input{\textbraceleft}x{\textbraceright}\$"),
        ("$x_1_2$", r"\$x\_1\_2\$"),
        ("$a{b$", r"\$a{\textbraceleft}b\$"),
        ("$α^2$", r"{$\alpha ^2$}"),
        ("one $ only", r"one \$ only"),
    ],
)
def test_dollars_hold_a_formula_or_are_money(title: str, tex: str) -> None:
    assert escape_title(title) == tex


@pytest.mark.parametrize(
    "formula",
    [
        "x^2_i",
        r"\frac{a}{b}",
        r"\hat{x}_{t-1}",
        r"\ell_1",
        "n = 3",
        "x'",
        r"O(n \log n)",
        r"\mathcal O",
        "^2",
    ],
)
def test_a_formula_that_sets_is_kept(formula: str) -> None:
    assert sets(formula)
    assert list(split_formulas(f"a ${formula}$ b"))[1] == (True, formula)


@pytest.mark.parametrize(
    "formula",
    [
        "x^2^3",
        "x^2'",
        r"\frac{a}",
        r"\def\x{}",
        r"\write18{ls}",
        "a}{b",
        r"\unknown",
        "a & b",
        "x^",
        r"\hat",
        "a%b",
        "a#1",
    ],
)
def test_a_formula_that_would_stop_tex_is_none(formula: str) -> None:
    assert not sets(formula)


@pytest.mark.parametrize(
    ("name", "tex"),
    [
        ("Ada Lovelace", "Lovelace, Ada"),
        ("Ludwig van Beethoven, Jr", "van Beethoven, Jr, Ludwig"),
        ("{World Health Organization}", "{World Health Organization}"),
        ("{Simon and Schuster}", "{Simon and Schuster}"),
        ("Simon and Schuster", "{Simon and Schuster}"),
        ("Barnes & Noble", r"{Barnes \& Noble}"),
        ("Smith, Jr", "{Smith, Jr}"),
        ("Gerard ’t Hooft", "Hooft, Gerard 't"),
        (r"\Lącki, Jakub", r"L{\k{a}}cki, Jakub"),
        ("a, b, c, d", "{c, d a, b}"),
        ("Plato", "Plato"),
        ("Παπαδόπουλος, Α.", "Papadopoylos, A."),
        ("{}", ""),
        (" , ", ""),
    ],
)
def test_a_name_is_one_name_to_bibtex(name: str, tex: str) -> None:
    assert bibtex_names([name]) == tex


def test_names_are_joined_and_parted_by_and() -> None:
    assert bibtex_names(["A B", "", "{C and D}"]) == "B, A and {C and D}"
    assert split_names("B, A and {C and D} AND  E") == ["B, A", "{C and D}", "E"]
