"""What one character is in TeX, by pylatexenc's table cut down to what plain LaTeX has.

Law: every macro here compiles with pdflatex, T1 fonts and no further package; pylatexenc's own table also
names macros of amssymb, tipa and the Cyrillic encodings, which stop a document that does not load them.
"""

from __future__ import annotations

import re

from pylatexenc.latexencode import get_builtin_uni2latex_dict

_TEXT_NAMES = """
    AE DH DJ L NG O OE TH ae dh dj i l ng o oe ss th textexclamdown textquestiondown textcent
    textsterling textcurrency textyen textbrokenbar textsection textcopyright textordfeminine
    guillemotleft guillemotright textregistered textdegree texttwosuperior textthreesuperior
    textonesuperior textparagraph textordmasculine textonequarter textonehalf textthreequarters
    textflorin quotesinglbase quotedblbase textquoteleft textquoteright textdagger textdaggerdbl
    textbullet textellipsis textperthousand guilsinglleft guilsinglright texteuro texttrademark
    textnumero
"""
TEXT_MACROS = frozenset(_TEXT_NAMES.split())
_GREEK_NAMES = """
    Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega alpha beta gamma delta varepsilon zeta
    eta theta iota kappa lambda mu nu xi pi rho varsigma sigma tau upsilon varphi chi psi omega
    vartheta phi varpi varrho epsilon
"""
GREEK = frozenset(_GREEK_NAMES.split())
_MATH_NAMES = """
    pm mp times div Vert ell wp aleph hbar Re Im leftarrow rightarrow uparrow downarrow leftrightarrow
    updownarrow nwarrow nearrow swarrow searrow mapsto to hookleftarrow hookrightarrow
    rightleftharpoons Leftarrow Rightarrow Uparrow Downarrow Leftrightarrow Updownarrow forall partial
    exists nabla in ni notin prod coprod sum circ bullet propto infty angle parallel wedge vee cap cup
    int oint sim simeq cong approx asymp doteq equiv neq leq geq le ge ne ll gg prec succ preceq
    succeq subset supset subseteq supseteq uplus sqsubseteq sqsupseteq sqcap sqcup oplus ominus otimes
    oslash odot vdash dashv top bot perp bigwedge bigvee bigcap bigcup star bowtie vdots cdots ddots
    ldots dots cdot lceil rceil lfloor rfloor lbrace rbrace langle rangle longleftarrow longrightarrow
    longleftrightarrow Longleftarrow Longrightarrow Longleftrightarrow amalg diamond bigcirc mid ast
    dagger ddagger setminus prime emptyset neg lnot triangle backslash surd
"""
MATH_MACROS = GREEK | frozenset(_MATH_NAMES.split())
_TEXT = re.compile(r"\\([A-Za-z]+)")
_MATH = re.compile(r"\\ensuremath\{\\([A-Za-z]+)\}")


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for code, macro in get_builtin_uni2latex_dict().items():
        if code < 0xA0:
            continue
        if (found := _TEXT.fullmatch(macro)) and found[1] in TEXT_MACROS:
            table[chr(code)] = f"{{{macro}}}"
        elif (found := _MATH.fullmatch(macro)) and found[1] in MATH_MACROS:
            # A group that starts with a macro is BibTeX's "special character": its macros keep their case
            # when a style lowers a title, where $\Omega$ would come out as $\omega$.
            table[chr(code)] = f"{{{macro}}}"
    return table


_OURS = {"–": "--", "—": "---", "“": "``", "”": "''", "‐": "-", "‑": "-", "‒": "--", "―": "---", "′": "'"}
_OURS_IN_MATH = {
    "·": r"\cdot", "µ": r"\mu", "−": "-", "×": r"\times", "÷": r"\div", "¬": r"\neg", "→": r"\rightarrow",
    "←": r"\leftarrow", "≠": r"\neq", "∅": r"\emptyset", "⋅": r"\cdot",
}  # fmt: skip
SYMBOLS = _table() | _OURS | {c: rf"{{\ensuremath{{{tex}}}}}" for c, tex in _OURS_IN_MATH.items()}
"""Character -> TeX for text; a macro stands in a group, so what follows it is never part of its name."""

MATH_SYMBOLS = {c: found[1] for c, tex in SYMBOLS.items()
                if (found := re.fullmatch(r"\{\\ensuremath\{(.+)\}\}", tex))}
"""Character -> TeX inside a formula."""

ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0326": "textcommabelow",
    "\u0327": "c", "\u0328": "k", "\u0331": "b",
}  # fmt: skip
"""Combining mark -> the accent's macro."""

LATEX_LETTERS = frozenset(map(chr, range(0xC0, 0x180))) | frozenset(
    "ǍǎǏǐǑǒǓǔǦǧǨǩǪǫǰǴǵȘșȚțȲȳḂḃḍḞḟḠḡḥḰḱḷṃṅṇṛṣṭẎẏẐẑỲỳ"
)
"""The letters beyond ASCII that pdflatex sets when they come as UTF-8, which is how biber hands them over."""
