"""Exports of nasty papers, compiled: pdflatex with BibTeX, and pdflatex with biblatex and biber."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.export import writer
from recommender.export.keys import unique_keys
from recommender.export.symbols import LATEX_LETTERS, SYMBOLS
from recommender.papers import Paper

TITLES = [
    r"Specials & % # _ ~ ^ \ { } < > | $ and \input{x} \end{document}",
    "Unbalanced } and { and }} here",
    "100% of $5",
    "Ångström, naïve façade, Erdős, Łódź, Đỗ, ş ș ț ğ İ ı ø ß æ œ þ ð ŋ",
    "Nguyễn Phạm Ấn ệ ở ǰ ẽ ạ ṛ ḥ ǡ ắ ī ĩ",
    "中文标题 日本語 한국어",
    "Привет, мир",
    "Ελλάδα και α, β, Γ and Ω",
    "شكرا עברית हिन्दी ไทย",
    "Emoji 😀 and 👩‍💻 and ☃",
    "“Quotes” ‘single’ – — … • ™ ® © € £ ¥ § ¶ ° ½ µ × ÷ ¬ ± ² ³ ¹ † ‡ ‰",
    "∀x ∈ ℝ: x² ≤ ∞ → ∑ ∏ ∫ √ ≠ ≈ ∅ ℓ ℵ",
    "CO₂ and H₂O and xⁿ",
    r"On $\alpha$-stable $\mathbb{R}^n$ and $\frac{1}{2}$ and $x_i^2$",
    r"Bad math $x^2^3$ $\foo$ $\input{/etc/passwd}$ $a{b$",
    r"$\mathcal{O}(n \log n)$ in $\text{NP}$ with $\boldsymbol{x}$",
    "Control \x00\x07\x1b\u200b\u00ad\ufeff characters\u2028here",
    "\ue000 private, \ufffd replaced, 𝔸𝒳𝛼 mathematical, ﬁ ligature",
    "BERT, CLIP-ViL, mBERT, 3D, GPT-4 and iPhone",
    "ALL IN CAPITALS HERE NOW",
    "'Single' \"double\" `back` ``two`` ?` !`",
    "A @article{x, title={y}} inside",
    "Very long " + "title of many words " * 60,
    "Unbroken" + "longword" * 40,
    "Line\nbreak\tand   spaces",
    "-- and --- and ~ and ...",
    "%",
    "$",
    "\\",
    "}",
    "{",
    "É",
    "ÉCOLE ÉTÉ",
    "Ωmega Θ",
    "#hashtag",
    "_under_",
    "^caret^",
    "~tilde~",
    "<b>bold</b>",
    "&amp; entity",
]
AUTHORS = [
    ("{World Health Organization}",),
    ("{Simon and Schuster}", "Barnes and Noble"),
    ("Smith, Jr", "Ludwig van Beethoven, Jr"),
    ("王 伟", "Иван Иванов", "Παπαδόπουλος, Α."),
    (r"\Lącki, Jakub", r"\'{E}ric Fusy", "Jean-{Luc} Picard"),
    ("Gerard ’t Hooft",),
    ("a, b, c, d",),
    ("Nguyễn Văn Phạm", "Ömer Çelik", "Øyvind Åse"),
    ("{€uro & Sons}", "$ke$ha", "#x, _y", "%z"),
    ("Plato",),
    ("danah boyd", "De la Cruz, Juan"),
    ("{}", " , ", "O’Brien, Conan"),
    (),
    ("😀 Smile",),
    ("and", "And And"),
    ("{{\\'E}cole}",),
    ("X. α", "{ΑΒΓ Group}"),
    ("“Quoted” Name", "(Bracketed) Name", "--x y"),
]
VENUES = [
    "",
    "IEEE Transactions on X & Y",
    "CHI '20",
    "arXiv",
    "Proceedings of the 3rd Conférence on 100% _Z_",
    "会议 2020",
]
DOIS = [
    "",
    "10.1000/a_b",
    "10.1000/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o",
    "10.1/a#b",
    "10.1/a%b",
    "10.1/{a",
    "10.1/ü",
]
TYPES = [
    "",
    "article",
    "inproceedings",
    "book",
    "phdthesis",
    "online",
    "report",
    "inbook",
    "proceedings",
    "manual",
    "dataset",
]
FIELDS = {
    "volume": "12",
    "pages": "1–10",
    "publisher": "P & Q",
    "school": "Univ. of X_Y",
    "institution": "I",
    "month": "Sept.",
    "editor": "A. One and {Two and Three}",
    "address": "Paris {",
    "isbn": "978-0-306-40615-7",
    "note": "50% off",
    "primaryclass": "cs.CV",
}


def nasty_papers() -> list[Paper]:
    """Every title, and every other thing at least once; 60 and more."""
    count = max(60, len(TITLES))
    return [
        Paper(
            title=TITLES[n % len(TITLES)],
            authors=AUTHORS[n % len(AUTHORS)],
            venue=VENUES[n % len(VENUES)],
            doi=DOIS[n % len(DOIS)],
            type=TYPES[n % len(TYPES)],
            year=None if n % 13 == 0 else 1990 + n % 30,
            arxiv="2103.00020" if n % 5 == 0 else "",
            url="https://x.org/a_b?c=%20&d#e{" if n % 4 == 0 else "",
            abstract="Not here",
            keywords=("a & b", "c, d {"),
            fields=FIELDS if n % 3 == 0 else {},
        )
        for n in range(count)
    ]


def one_of_each() -> list[Paper]:
    """Every character that has a macro, in titles, forty at a time."""
    characters = sorted(SYMBOLS.keys() | LATEX_LETTERS)
    rows = [characters[start : start + 40] for start in range(0, len(characters), 40)]
    return [Paper(title=" ".join(row), authors=(f"{row[0]}x y",), year=2000) for row in rows]


def run(folder: Path, *command: str) -> str:
    """What the program says; the test fails if it is not installed, and where it ends with an error."""
    if shutil.which(command[0]) is None:
        pytest.fail(
            f"{command[0]} is not installed. Install it: apt-get install texlive-latex-base "
            "texlive-latex-recommended texlive-bibtex-extra biber"
        )
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-3000:]
    return said


def document(folder: Path, head: str, end: str) -> None:
    """A document that cites everything in refs.bib."""
    (folder / "paper.tex").write_text(
        "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\usepackage[utf8]{inputenc}\n"
        f"{head}\n\\begin{{document}}\n\\nocite{{*}}\n{end}\n\\end{{document}}\n"
    )


def latex(folder: Path) -> None:
    """Run pdflatex; no error, and no character that the fonts lack."""
    said = run(folder, "pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "paper")
    assert not re.findall(r"^! .*", said, re.MULTILINE)
    assert "Missing character" not in (folder / "paper.log").read_text(errors="replace")


def keys_of(papers: list[Paper]) -> list[str]:
    return sorted(key for _, key in unique_keys(papers))


@pytest.mark.parametrize(
    "papers", [nasty_papers(), one_of_each()], ids=["nasty papers", "one of each character"]
)
@pytest.mark.parametrize(
    ("style", "head"),
    [("plain", ""), ("abbrv", ""), ("alpha", ""), ("plainurl", "\\usepackage{hyperref}")],
)
def test_an_export_compiles_with_bibtex(tmp_path: Path, papers: list[Paper], style: str, head: str) -> None:
    if style == "plainurl":
        # It sets a DOI with \path inside an argument, where % is a comment; biblatex wants the % as it is.
        odd = re.compile("[^!-$&-z]")
        papers = [replace(paper, doi="") if odd.search(paper.doi) else paper for paper in papers]
    (tmp_path / "refs.bib").write_text("".join(writer("bibtex").write(papers)), encoding="ascii")
    document(tmp_path, head, f"\\bibliographystyle{{{style}}}\\bibliography{{refs}}")
    latex(tmp_path)
    said = run(tmp_path, "bibtex", "paper")
    latex(tmp_path)
    latex(tmp_path)
    bbl = (tmp_path / "paper.bbl").read_text()
    entries = re.findall(r"\\bibitem(?:\[.*?\])?\{([^{}]*)\}", bbl, re.DOTALL)
    assert sorted(entries) == keys_of(papers)
    # BibTeX may say what a paper lacks, and that a book has an editor beside its author; nothing else.
    lacking = re.compile(
        r"Warning--(?:empty (?:author|year|publisher|school|institution) in|there's a month but no year"
        r"|can't use both author and editor fields in)"
    )
    warnings = [line for line in said.splitlines() if line.startswith("Warning--")]
    assert not [line for line in warnings if not lacking.match(line)]


@pytest.mark.parametrize(
    "papers", [nasty_papers(), one_of_each()], ids=["nasty papers", "one of each character"]
)
def test_an_export_compiles_with_biber(tmp_path: Path, papers: list[Paper]) -> None:
    (tmp_path / "refs.bib").write_text("".join(writer("bibtex").write(papers)), encoding="ascii")
    document(
        tmp_path,
        "\\usepackage[backend=biber,giveninits=true,maxnames=99]{biblatex}\\addbibresource{refs.bib}",
        "\\printbibliography",
    )
    latex(tmp_path)
    said = run(tmp_path, "biber", "paper")
    assert not re.findall(r"^.*(?:WARN|ERROR).*$", said, re.MULTILINE)
    latex(tmp_path)
    entries = re.findall(r"\\entry\{([^{}]*)\}", (tmp_path / "paper.bbl").read_text())
    assert sorted(entries) == keys_of(papers)


def test_biber_reads_the_unicode_flavour_without_a_warning(tmp_path: Path) -> None:
    papers = nasty_papers()
    (tmp_path / "refs.bib").write_text("".join(writer("bibtex-unicode").write(papers)), encoding="utf-8")
    document(
        tmp_path, "\\usepackage[backend=biber]{biblatex}\\addbibresource{refs.bib}", "\\printbibliography"
    )
    latex(tmp_path)
    assert not re.findall(r"^.*(?:WARN|ERROR).*$", run(tmp_path, "biber", "paper"), re.MULTILINE)
    entries = re.findall(r"\\entry\{([^{}]*)\}", (tmp_path / "paper.bbl").read_text())
    assert sorted(entries) == keys_of(papers)


def test_greek_keeps_its_case_where_a_style_lowers_the_title(tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(
        "".join(writer("bibtex").write([Paper(title=r"On Ω and $\Omega$ and Étude BERT")]))
    )
    document(tmp_path, "", "\\bibliographystyle{plain}\\bibliography{refs}")
    latex(tmp_path)
    run(tmp_path, "bibtex", "paper")
    assert (
        r"On {{\ensuremath{\Omega}}} and {$\Omega$} and {\'e}tude {BERT}"
        in (tmp_path / "paper.bbl").read_text()
    )
