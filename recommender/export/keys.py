"""Citation keys: made from author, year and title, and unique within one export.

Law: a made key is lower-case ASCII letters and digits, so BibTeX, biber and every shell accept it; it depends
on the paper alone, so it is the same tomorrow. A key that came with a paper stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from anyascii import anyascii

from recommender.names import parse_name
from recommender.papers import Paper

LONGEST = 24
"""Characters of a name or title word in a key: a romanised Chinese title is one long word."""

_STOP_WORDS = """
    a an the on of for in to by at as from with and or via towards toward into over under between is
    are was do does can how what why when where which some its your our using der die das ein eine zur
    zum und von le la les un une des du et el los las una del y il lo gli uno di o os
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_LAYOUT = re.compile(r"\\(?:math\w+|text\w*|operatorname|boldsymbol|bm|frac|sqrt|hat|tilde|bar|vec)\b")
_FORBIDDEN = re.compile(r"[\s\"#%'(),={}\\~\x00-\x1f\x7f]+")


def citation_key(paper: Paper) -> str:
    """First author's family name, year ("nd" if none) and first telling title word: wehrend1990problem."""
    return f"{_author(paper)}{paper.year if paper.year is not None else 'nd'}{_title_word(paper.title)}"


def unique_keys(papers: Iterable[Paper]) -> Iterator[tuple[Paper, str]]:
    """Each paper with the key it is exported under: its own, else a made one; later ones get -2, -3, ….

    Keys that differ only in case clash, because BibTeX calls them a repeated entry. Where `papers` can be
    looked through twice, a key that came with a paper is never taken by one made for a paper before it.
    """
    own: set[str] = set()
    if isinstance(papers, Collection):
        own = {valid_key(paper.key).lower() for paper in papers if paper.key}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for paper in papers:
        given = valid_key(paper.key)
        key = base = given or citation_key(paper)
        while key.lower() in taken or (key.lower() in own and key != given):
            numbers[base.lower()] = number = numbers.get(base.lower(), 1) + 1
            key = f"{base}-{number}"
        taken.add(key.lower())
        yield paper, key


def valid_key(key: str) -> str:
    """The key without what BibTeX, biber or TeX cannot have in one; most keys come back as they are."""
    return _FORBIDDEN.sub("-", key).strip("-")


def _author(paper: Paper) -> str:
    for author in paper.authors:
        name = parse_name(author)
        # The particle is left out: sources disagree on "van der" and "Van der", not on the word after it.
        word = _first_word(name.family) if name.corporate else "".join(_words(name.family))
        if word:
            return word[:LONGEST]
    return "anon"


def _title_word(title: str) -> str:
    return _first_word(_LAYOUT.sub(" ", title))[:LONGEST]


def _first_word(text: str) -> str:
    """The first word that is no stop word and no single letter, or else the first there is."""
    words = _words(text)
    telling = (word for word in words if len(word) > 1 and word not in STOP_WORDS)
    return next(telling, words[0] if words else "")


def _words(text: str) -> list[str]:
    # An apostrophe joins (O'Brien, don't), any other mark parts.
    return re.findall(r"[a-z0-9]+", anyascii(re.sub(r"['’ʼ`]", "", text)).lower().replace("'", ""))
