"""Names for BibTeX, which parses them itself: written so that it finds the parts that we found.

Law: a list of n names written here is n names to BibTeX, each with at most two commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from anyascii import anyascii

from recommender.export.tex import escape
from recommender.names import Name, parse_name

_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_APOSTROPHE = re.compile("[‘’ʻʼ`´′]")
_LEFTOVERS = re.compile(r"[\\{}]|(?:^|(?<=[\s-]))[~^<>|$#%&_]+(?=\w)|^[~^<>|$#%&_\s]+")
_NO_LETTERS = re.compile("[^\\w\x00-\x7f]|[Ͱ-Ͽἀ-῿]")
_HAS_AND = re.compile(r"(?:^|\s)(?:and|&)(?:\s|$)", re.IGNORECASE)


def bibtex_names(names: Iterable[str], unicode: bool = False) -> str:
    """The names as an author or editor field holds them; names without a letter or digit are dropped."""
    return " and ".join(_bibtex_name(name, unicode) for name in export_names(names))


def split_names(text: str) -> list[str]:
    """The names of a field such as editor: parted by "and" outside of braces."""
    names = [""]
    depth = at = 0
    while at < len(text):
        found = _AND.match(text, at) if depth == 0 else None
        if found:
            names.append("")
            at = found.end()
            continue
        depth += (text[at] == "{") - (text[at] == "}" and depth > 0)
        names[-1] += text[at]
        at += 1
    return [name.strip() for name in names if name.strip()]


def _bibtex_name(name: Name, unicode: bool) -> str:
    if name.corporate:
        return f"{{{_escape(name.family, unicode)}}}"
    parts = (_escape(part, unicode) for part in name.sorted.split(", "))
    return ", ".join(part for part in parts if part)


def _escape(part: str, unicode: bool) -> str:
    r"""Like other text, but no word of a name begins with a macro that stands for no letter.

    biber takes a word's first character for its initial, and of {\textbackslash} that is "}", which ends
    the document with an error. In names, such marks are the rest of broken TeX.
    """
    part = _LEFTOVERS.sub("", _APOSTROPHE.sub("'", part))
    if not unicode:
        part = _NO_LETTERS.sub(lambda found: anyascii(found.group()), part)
    return escape(part, unicode)


def export_name(text: str) -> Name:
    """The name taken apart; one that no format could put together again stays whole, as if corporate."""
    name = parse_name(text)
    parts = (name.particle, name.family, name.suffix, name.given)
    torn = any("," in part for part in parts) or _HAS_AND.search(name.full)
    # "Smith, Jr" without a given name would make Jr the given one.
    if torn or not name.family or (name.suffix and not name.given):
        return Name(name.full, corporate=True)
    return name


def export_names(names: Iterable[str]) -> list[Name]:
    """The names that have a letter or digit, taken apart."""
    return [export_name(name) for name in names if any(map(str.isalnum, name))]
