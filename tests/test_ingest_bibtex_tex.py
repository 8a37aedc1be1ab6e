"""TeX in BibTeX values becomes the text that it sets, in no time, and what is no TeX is left alone."""

from __future__ import annotations

import pytest

from recommender.ingest.tex import decode, decode_raw


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"D\'{\i}az, R\"uger, Gon\c{c}alves, \v{S}koda", "Díaz, Rüger, Gonçalves, Škoda"),
        (r"{\O}rsted, Stra\ss e", "Ørsted, Straße"),
        (r"50% of A & B cost $5, \'a 10%", "50% of A & B cost $5, á 10%"),
        (r"R\&D at 100\% for \$6 \#1 a\_b", "R&D at 100% for $6 #1 a_b"),
        (r"for $k$-means in {$O(n^2)$} and $\alpha_{1}$", r"for $k$-means in $O(n^2)$ and $\alpha_{1}$"),
        (r"The \emph{best} {\em of} \textsc{All} {NASA}", "The best of All NASA"),
        ("1--5, A --- B, see --help", "1–5, A — B, see --help"),
        (r"``quoted'' and x < y > z", "“quoted” and x < y > z"),
        (r"Fig.~1 at http://x.org/~me, ~5%", "Fig. 1 at http://x.org/~me, ~5%"),
        (r"C:\windows and \undefined{kept}", r"C:\windows and kept"),
        (r"bad \' {unbalanced \c", "bad ' unbalanced \\c"),
        (r"\LaTeX{} is 3\texttimes{} \{better\}", "LaTeX is 3× {better}"),
        ("e\u0301 stays, no TeX", "e\u0301 stays, no TeX"),
    ],
)
def test_tex_is_decoded_and_all_else_left_alone(tex, text):
    assert decode(tex) == text


@pytest.mark.parametrize(("tex", "text"), [
    (r"Nguy{\~{\^e}}n", "Nguyễn"), (r"Nguy{\~{\^e{}}}n", "Nguyễn"), (r"\'{\^a}", "ấ"), (r"{\textcommabelow{s}}", "ș"),
])
def test_an_accent_on_an_accented_letter_is_decoded(tex: str, text: str) -> None:
    assert decode(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"10.1000/a{\_}b", "10.1000/a_b"),
        (r"\url{http://x.org/a\%20b}", "http://x.org/a%20b"),
        (r"http://x.org/\~{}me", "http://x.org/~me"),
        ("http://x.org/a--b~c", "http://x.org/a--b~c"),
    ],
)
def test_addresses_are_only_unescaped(tex, text):
    assert decode_raw(tex) == text


@pytest.mark.parametrize(
    "nasty",
    [
        "\\" * 200_001,
        "{" * 100_000,
        "$a " * 100_000,
        r"\'{" * 50_000,
        r"\(" * 50_000,
        r"\'{" + " " * 500_000,
        "\\c " * 50_000,
    ],
)
def test_hostile_tex_takes_no_time(nasty):
    decode(nasty)
