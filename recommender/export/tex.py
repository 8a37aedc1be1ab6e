"""Unicode text as TeX that compiles: specials escaped, letters as macros, capitals that matter in braces.

Law: what comes out has balanced braces and compiles with pdflatex and T1 fonts, whatever went in. A character
without a macro is romanised (anyascii: 王 → Wang, Привет → Privet); one that cannot be is written [U+E000],
so nothing disappears. `unicode=True` escapes TeX's specials alone and leaves letters and symbols as they are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from recommender.export.capitals import split_title
from recommender.export.formula import split_formulas
from recommender.export.symbols import ACCENTS, LATEX_LETTERS, SYMBOLS

SPECIALS = {
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "&": r"\&", "%": r"\%",
    "$": r"\$", "#": r"\#", "_": r"\_", "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
    "<": r"{\textless}", ">": r"{\textgreater}", "|": r"{\textbar}",
}  # fmt: skip
r"""TeX's own characters. A brace is never written \{: BibTeX counts it all the same."""

_GREEK_WORD = re.compile(r"[Ͱ-Ͽἀ-῿]{3,}")
_SIMPLE = re.compile(r"[A-Za-z0-9 .,:;!?()'/*+=@\[\]-]*")


def escape(text: str, unicode: bool = False) -> str:
    """The text for a BibTeX field between braces, on one line."""
    text = " ".join(text.split())
    if _SIMPLE.fullmatch(text):
        return text
    text = unicodedata.normalize("NFC", text)
    if not unicode:
        # One Greek letter or two are symbols; a word of them is language, and has letters without macros.
        text = _GREEK_WORD.sub(lambda found: anyascii(found.group()), text)
    return "".join(_unicode(c) if unicode else _character(c) for c in text)


def escape_title(title: str, unicode: bool = False) -> str:
    """The title for a BibTeX field: formulas kept, and braces round capitals that a style must not lower."""
    title = " ".join(title.split())
    pieces = []
    for is_formula, piece in split_formulas(title):
        if is_formula:
            pieces.append(f"{{${piece}$}}")
            continue
        for protected, part in split_title(piece, title):
            escaped = escape_inner(part, unicode)
            pieces.append(f"{{{escaped}}}" if protected else escaped)
    return "".join(pieces)


def escape_inner(text: str, unicode: bool) -> str:
    """Like `escape`, with the spaces at its ends kept."""
    head = " " if text[:1].isspace() else ""
    tail = " " if text[-1:].isspace() and text.strip() else ""
    return f"{head}{escape(text, unicode)}{tail}"


def _unicode(c: str) -> str:
    if c in SPECIALS:
        return SPECIALS[c]
    # Controls and surrogates stop TeX, or the file's encoding; the two joiners are part of Persian and Hindi.
    return "" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\u200c\u200d" else c


@lru_cache(maxsize=8192)
def _character(c: str) -> str:
    if c in SPECIALS:
        return SPECIALS[c]
    if c.isascii():
        return c if c.isprintable() else ""
    if c in SYMBOLS:
        return SYMBOLS[c]
    return _accented(c) or _script(c) or _romanised(c)


def _accented(c: str) -> str:
    r"""The letter with its marks: é as {\'e}, ễ as {\~{\^e{}}}.

    biber makes Unicode of an accent, which pdflatex then sets only where LaTeX's tables know the letter. For
    the others {} keeps biber off; where that cannot be done (\d, \c and other letters), the mark is left off.
    """
    letter, *marks = list(unicodedata.normalize("NFD", c))
    if not marks or not letter.isascii():
        return SYMBOLS.get(letter, "") if marks else ""
    tex = letter
    for mark in marks:
        accent = ACCENTS.get(mark, "")
        composed = unicodedata.normalize("NFC", letter + mark)
        if composed in LATEX_LETTERS and accent:
            tex = rf"\{accent}{{{tex}}}" if accent.isalpha() else rf"\{accent}{tex}"
        elif accent and not accent.isalpha():
            tex = rf"\{accent}{{{tex}{{}}}}"
        else:
            continue
        letter = composed
    return f"{{{tex}}}" if tex != letter else letter


def _script(c: str) -> str:
    kind, _, code = unicodedata.decomposition(c).partition(" ")
    if kind not in ("<super>", "<sub>"):
        return ""
    macro = "textsuperscript" if kind == "<super>" else "textsubscript"
    return rf"{{\{macro}{{{''.join(_character(chr(int(part, 16))) for part in code.split())}}}}}"


def _romanised(c: str) -> str:
    if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Mn", "Me"):
        return ""
    composed = unicodedata.normalize("NFKC", c)
    if composed != c:
        return "".join(_character(part) for part in composed)
    ascii_text = anyascii(c)
    return "".join(_character(part) for part in ascii_text) if ascii_text else f"[U+{ord(c):04X}]"
