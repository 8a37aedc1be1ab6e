r"""TeX in bibliographic text made Unicode: accents and symbols decoded, math left as its source.

Law: text that holds no TeX comes back unchanged but for its white space. pylatexenc never sees more than one
accent or symbol at a time: given whole fields it deletes the rest of a line at a bare %, turns a bare & into
spaces, loses an odd $ and raises at malformed macros.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import lru_cache

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerError

from recommender.ingest.normal import squeeze

# pylatexenc warns about its own tables (\frac without arguments); such a macro stays as it is anyway.
logging.getLogger("pylatexenc.latex2text").setLevel(logging.ERROR)

_LATEX = LatexNodes2Text(math_mode="verbatim")
_TOKEN = re.compile(
    r"""
      (?P<math>   \$\$[^$]+\$\$ | \$(?=[^\s$])(?:[^$\\]|\\.)*?(?<!\s)\$(?!\d) | \\\((?:[^\\]|\\[^()])*\\\) )
    | (?P<accent> \\(?:[`'^"~=.]\s*|[uvHtcdbkrGU](?:\s+|(?=\{)))
                  (?: \{\s*(?:\\?[^\W\d_])?\s*\} | \{\s*\\[ij]\s*\} | \\[ij](?![A-Za-z])\s? | [^\W\d_] ) )
    | (?P<comma>  \\textcommabelow\s*\{\s*[^\W\d_]\s*\} )
    | (?P<link>   \\href\s*\{[^{}]*\} )
    | (?P<macro>  \\[A-Za-z]+\*?(?P<gap>\s*)(?P<argument>(?=\{(?!\}))|\{\})? )
    | (?P<escape> \\. )
    | (?P<brace>  [{}] )
    | (?P<tie>    (?<![\s/])~(?!\s) )
    | (?P<dash>   (?<![-!<])-{2,3}(?![->]) )
    | (?P<quotes> ``|'' )
    """,
    re.VERBOSE | re.DOTALL,
)
_INNER = re.compile(r"""(?P<outer>\\(?:[`'^"~=.]|[uvHcdbkr](?=\s*\{))\s*)
    \{\s*\{?(?P<inner>\\(?:[`'^"~=.]\s*|[uvHcdbkr](?:\s+|(?=\{)))(?:\{\s*[^\W\d_]\s*\}|[^\W\d_]))\s*(?:\{\}\s*)?\}?\s*\}""",
                    re.VERBOSE)
"""An accent on an accented letter, as Vietnamese has them: the inner one is decoded first."""
_TEXY = re.compile(r"[\\{}~`]|--")
_NOTHING = frozenset({
    "emph", "em", "it", "bf", "rm", "sc", "sf", "sl", "tt", "itshape", "bfseries", "scshape", "ttfamily",
    "normalfont", "textit", "textbf", "textsc", "textsf", "textsl", "texttt", "textrm", "textup",
    "textnormal", "text", "mbox", "hbox", "uppercase", "url", "path", "relax", "protect", "noopsort",
    "textsuperscript", "textsubscript", "small", "large", "footnotesize", "selectfont", "allowbreak",
    "penalty0", "ensuremath", "mathrm", "mathit", "mathbf", "mathcal", "mathsf", "mathbb", "operatorname",
    "enquote", "nobreakdash", "href", "foreignlanguage",
})  # fmt: skip
# What pylatexenc does not know, or loses.
_SYMBOLS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2e", "S": "§", "P": "¶",
    "pounds": "£", "textsterling": "£", "euro": "€", "texteuro": "€", "copyright": "©",
    "textcopyright": "©", "degree": "°", "textless": "<", "textgreater": ">", "textbar": "|",
    "textunderscore": "_", "textdollar": "$", "textpercent": "%", "textasciicircum": "^",
    "textbraceleft": "{", "textbraceright": "}", "slash": "/", "textquotesingle": "'", "hyp": "-",
    "newline": " ", "newblock": " ", "space": " ", "quad": " ", "linebreak": " ",
}  # fmt: skip
_ESCAPES = {"-": "", "/": "", "@": "", "\\": " ", ",": " ", ";": " ", ":": " ", "!": ""}
_QUOTES = {"``": "\u201c", "''": "\u201d"}
_SPACING = {"`": "`", "'": "'", "^": "^", "~": "~", '"': '"', "=": "=", ".": "."}
_RAW = re.compile(r"\\url\s*|\\(?=[_%&#~$^{}])|(?<!\\)[{}]|\\textasciitilde(?:\{\})?\s?")


def decode(text: str) -> str:
    """The field as a reader sees it, on one line; composed (NFC) where anything was decoded."""
    text = squeeze(text)
    if not _TEXY.search(text):
        return text
    quoted = "``" in text
    text = _INNER.sub(lambda found: f"{found['outer']}{{{_accent(found['inner'])}}}", text)
    decoded = _TOKEN.sub(lambda found: _decoded(found, quoted), text)
    return squeeze(unicodedata.normalize("NFC", decoded))


def decode_raw(text: str) -> str:
    r"""A DOI, URL or eprint: nothing but \_ \% \& \# \~, a wrapping \url and braces taken away."""
    if "\\" not in text and "{" not in text:
        return squeeze(text)
    return squeeze(_RAW.sub(lambda found: "~" if "asciitilde" in found.group() else "", text))


def _decoded(found: re.Match[str], quoted: bool) -> str:
    token = found.group()
    text = token  # math stays
    match found.lastgroup:
        case "accent":
            text = _accent(token)
        case "comma":
            text = token.rstrip("} ")[-1] + "\N{COMBINING COMMA BELOW}"
        case "macro":
            text = _macro(found)
        case "escape":
            text = _ESCAPES.get(token[1], token if token[1].isalnum() else token[1:])
        case "brace" | "link":
            text = ""
        case "tie":
            text = " "
        case "dash":
            text = _dash(found)
        case "quotes" if quoted:
            text = _QUOTES[token]
    return text


def _dash(found: re.Match[str]) -> str:
    """An en or em dash; but " --verbose" is a command's option."""
    if len(found.group()) == 3:
        return "\u2014"
    before = found.string[max(found.start() - 1, 0) : found.start()]
    after = found.string[found.end() : found.end() + 1]
    return "--" if (not before or before.isspace()) and after.isalpha() else "\u2013"


def _accent(token: str) -> str:
    letters = re.sub(r"[\s{}]", "", token[2:])
    if not letters:
        return _SPACING.get(token[1], "")
    if len(letters.lstrip("\\")) != 1 or (letters[0] == "\\" and letters[1] not in "ij"):
        return _symbol(letters) if letters[0] == "\\" else letters
    return _symbol(f"\\{token[1]}{{{letters}}}") or letters.lstrip("\\")


def _macro(found: re.Match[str]) -> str:
    name = found.group()[1:].rstrip("{} \t\n").rstrip("*")
    if name in _NOTHING:
        return ""
    symbol = _SYMBOLS.get(name) or _symbol(f"\\{name}")
    if symbol:
        return symbol
    return "" if found.group("argument") is not None else found.group()


@lru_cache(maxsize=4096)
def _symbol(snippet: str) -> str:
    """One accent or symbol decoded, or nothing if pylatexenc does not know it."""
    try:
        decoded: str = _LATEX.latex_to_text(snippet)
    except (LatexWalkerError, LookupError, ValueError):
        return ""
    decoded = decoded.strip()
    # Templates ("%s/%s", "<cit.>") and accents without a letter are not what the author wrote.
    lone = not decoded or decoded[0] in "%<" or unicodedata.combining(decoded[0])
    return "" if lone else decoded
