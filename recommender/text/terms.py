"""Text -> terms: one analysis for papers and drafts.

Words are runs of letters and digits, in lower case without accents; a short stop list falls away; what is left
is stemmed by Snowball's Porter stemmer (M. F. Porter, "An algorithm for suffix stripping", 1980).
"""

from __future__ import annotations

import re
import threading
import unicodedata

import Stemmer

VERSION = 1
"""Raised whenever the analysis changes: an index made by another one is refused."""

STOP_WORDS = frozenset("""
a about above after again all also although am an and any are as at be because been before being between both but by
can could did do does doing during each either for from further had has have having he her here hers him his how
however i if in into is it its itself may might more most must no nor not of on once only or other our ours out over
own same shall she should since so some such than that the their theirs them then there therefore these they this
those through thus to too under until up upon us very was we were what when where whether which while who whom why
will with within without would you your yours via et al
""".split())  # noqa: SIM905 - a list of 140 literals hides the words

_WORD = re.compile(r"[^\W_]+")
_LOCAL = threading.local()


def words(text: str) -> list[str]:
    """The words of a text in order, folded."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(text.lower())


def terms(text: str) -> list[str]:
    """The text's terms in order, an empty string where a stop word stood (so that phrases don't bridge it)."""
    return list(map(_cache().__getitem__, words(text)))


class _Cache(dict[str, str]):
    """Word -> its term, worked out when it is first asked for."""

    def __missing__(self, word: str) -> str:
        term = self[word] = _term(word)
        return term


def _term(word: str) -> str:
    if word in STOP_WORDS or (len(word) == 1 and not word.isdigit() and word.isascii()):
        return ""
    return str(_LOCAL.stemmer.stemWord(word))


def _cache() -> _Cache:
    # A stemmer is not safe to share between threads; the cache is bounded by starting anew.
    cache: _Cache | None = getattr(_LOCAL, "cache", None)
    if cache is None or len(cache) > 2_000_000:
        _LOCAL.stemmer = Stemmer.Stemmer("porter", 0)
        cache = _LOCAL.cache = _Cache()
    return cache
