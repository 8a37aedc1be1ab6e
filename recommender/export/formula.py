r"""Formulas (`$\alpha$`) in titles: which dollars hold math, and whether TeX would set it.

Law: a formula is kept only where it must compile; everything else between dollars is text. So the grammar
is a small closed one: letters, digits, known symbols, accents, fractions, one sub- and superscript an atom.
No macro outside the lists gets through, least of all \input or \def.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recommender.export.symbols import MATH_MACROS, MATH_SYMBOLS

PROVIDED = {
    "mathbb": "mathbf", "mathfrak": "mathbf", "mathscr": "mathcal", "boldsymbol": "mathbf", "bm": "mathbf",
    "text": "mathrm", "operatorname": "mathrm",
}  # fmt: skip
"""Macros of common packages -> what plain LaTeX has in their place, where the package is not loaded."""

_FUNCTION_NAMES = "log ln lg exp sin cos tan max min sup inf lim arg det dim ker Pr gcd deg"
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
_SPACES = frozenset({r"\,", r"\;", r"\:", r"\!", r"\ ", r"\quad"})
_ONE_NAMES = """
    mathrm mathbf mathcal mathit mathsf mathtt hat tilde bar vec dot ddot overline underline widehat
    widetilde  sqrt acute grave check breve
"""
_ONE = frozenset(_ONE_NAMES.split()) | PROVIDED.keys()
# pandoc's rule: no space inside the dollars, no digit after the second ("$5 and $10" is money).
_DOLLARS = re.compile(r"(?<![\\$])\$(?=[^\s$])([^$]{1,200}?)(?<![\s\\])\$(?![\d$])")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\s\\]")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-*/=<>()[]|,.;:!?")


def split_formulas(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces: (False, text) and (True, a formula's TeX without its dollars)."""
    end = 0
    for found in _DOLLARS.finditer(text):
        formula = "".join(f"{tex} " if (tex := MATH_SYMBOLS.get(c, "")) else c for c in found[1]).strip()
        if not _tells(formula) or not sets(formula):
            continue
        yield False, text[end : found.start()]
        yield True, formula
        end = found.end()
    yield False, text[end:]


def sets(formula: str) -> bool:
    """Whether TeX sets it in math mode without an error, and BibTeX reads its braces."""
    depth = 0
    for c in formula:  # BibTeX counts \{ too
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    tokens = _TOKEN.findall(formula)
    return depth == 0 and _sequence(tokens, 0) == len(tokens)


def provided(formula: str) -> set[str]:
    """The macros in it that plain LaTeX lacks."""
    return PROVIDED.keys() & set(re.findall(r"\\([A-Za-z]+)", formula))


def _tells(formula: str) -> bool:
    return bool(re.search(r"[\\^_=<>+{(]", formula) or re.fullmatch(r"[A-Za-z0-9*/.,'-]{1,5}", formula))


def _sequence(tokens: list[str], at: int) -> int:
    """Where the longest well-formed row of atoms from `at` ends."""
    start = at
    while at < len(tokens):
        atom = _atom(tokens, at)
        # Scripts hang on an atom; only at the start of a row does TeX take them without one.
        after = _scripts(tokens, atom) if atom > at or at == start else at
        if after == at:
            break
        at = after
    return at


def _atom(tokens: list[str], at: int) -> int:
    """Where the atom at `at` ends; `at` itself if there is none."""
    token = tokens[at]
    if token == r"\frac":  # noqa: S105
        middle = _argument(tokens, at + 1)
        end = _argument(tokens, middle) if middle > at + 1 else middle
        return end if end > middle else at
    if token[1:] in _ONE and token[0] == "\\":
        end = _argument(tokens, at + 1)
        return end if end > at + 1 else at
    if token in _SPACES or token in (r"\{", r"\}", r"\%", r"\&", r"\|"):
        return at + 1
    return _argument(tokens, at)


def _argument(tokens: list[str], at: int) -> int:
    """Where a group, a letter or a symbol at `at` ends, `at` itself if there is none."""
    if at >= len(tokens):
        return at
    token = tokens[at]
    if token == "{":  # noqa: S105
        end = _sequence(tokens, at + 1)
        return end + 1 if end < len(tokens) and tokens[end] == "}" else at
    known = token[0] == "\\" and (token[1:] in MATH_MACROS or token[1:] in _FUNCTIONS)
    return at + 1 if known or token in _PLAIN else at


def _scripts(tokens: list[str], at: int) -> int:
    """Past primes and at most one `_` and one `^`: a second one is TeX's "double superscript"."""
    seen = set()
    while at < len(tokens) and tokens[at] in ("'", "_", "^"):
        script = tokens[at]
        if script == "'":
            if "^" in seen:
                return at
            at += 1
            continue
        end = _argument(tokens, at + 1)
        if script in seen or end == at + 1:
            return at
        seen.add(script)
        at = end
    return at
