"""Spelling of names: what two spellings share, the form a name is shown in, and how a name looks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

PIECE = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*|[+#*]+")
"""What names are compared by: runs of letters, numbers, and the marks that tell C++ from C, A* from A."""

# British spellings are folded into American ones; both sides of the comparison go through this.
VARIANTS = (
    ("isation", "ization"),
    ("modelling", "modeling"),
    ("labelling", "labeling"),
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("neighbour", "neighbor"),
    ("centre", "center"),
)
# No asterisk: it belongs to names such as A* and RRT*.
_EDGES = " \t\r\n.,;:!?\"'`“”‘’«»~$|"
_TEX = re.compile(r"\\[A-Za-z]+\*?|[{}$]")
_TAIL = re.compile(r"(?:-[a-z][a-z]+|-(?:Aware|Based|Driven|Free|Guided|Level|Like|Style))+$")
# "Holl-E", "Swin-T"
_LETTERED = re.compile(r"[A-Z][a-z]{2,}-[A-Z]")
_SETS = frozenset(("data", "test", "training", "evaluation", "development"))
_ARTICLES = frozenset(("the", "a", "an", "our", "this"))


@lru_cache(maxsize=1)
def word_lists() -> dict[str, frozenset[str]]:
    """The lists of gazetteer_words.txt by name; the file says what each is for."""
    lists: dict[str, frozenset[str]] = {}
    name = ""
    lines = Path(__file__).with_name("gazetteer_words.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("["):
            name = line.strip("[]")
            lists[name] = frozenset()
        elif line and not line.startswith("#"):
            lists[name] |= frozenset(line.split())
    return lists


NO_NAMES = frozenset(name + ending for name in word_lists()["no names"] for ending in ("", "s"))
_GENERIC_HEADS = word_lists()["generic heads"]


def singular(word: str) -> str:
    """The word without a plural ending, where the ending is safe to tell: "GNNs", "models", "ontologies"."""
    if len(word) < 3 or word[-1] not in "sS":
        return word
    if word[-1] == "s" and word[-2].isupper():
        return word[:-1]
    # "DBMS" is no plural of "DBM", but capitals alone must not part "MOVIELENS" from "MovieLens".
    if (word[-1] == "S" and len(word) < 8) or len(word) < 4 or word[-2].lower() in "sui":
        return word
    if len(word) > 5 and word[-3:].lower() == "ies":
        return word[:-3] + "y"
    return word[:-1]


def match_key(name: str) -> str:
    """What the spellings of one name share: case, hyphens, spaces, accents and a final plural fall away.

    Numbers stay apart from each other ("3.1" and "31", "RCV1-2" and "RCV12" differ).
    """
    name = _plain(name)
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    pieces = PIECE.findall(name.strip(_EDGES))
    if not pieces:
        return ""
    pieces[-1] = singular(pieces[-1])
    key = ""
    for piece in pieces:
        key = join(key, piece.lower())
    for british, american in VARIANTS:
        if british in key:
            key = key.replace(british, american)
    return key


def join(key: str, piece: str) -> str:
    """The key that goes on with one more piece; two numbers keep a point between them."""
    return f"{key}.{piece}" if key and key[-1].isdigit() and piece[0].isdigit() else key + piece


def clean(name: str) -> str:
    """The name as it is shown: TeX and outer punctuation gone, single spaces, no article, no generic head."""
    words = _balanced(" ".join(_plain(name).split()).strip(_EDGES)).split(" ")
    while len(words) > 1 and words[0].lower() in _ARTICLES:
        words = words[1:]
    # Only a proper name can do without its head: "Yelp dataset" is Yelp, "topic model" is no "topic".
    if len(words) > 2 and words[-1].lower() in ("set", "sets") and words[-2].lower() in _SETS:
        words = [*words[:-2], "dataset"]
    while len(words) > 1 and words[-1].lower() in _GENERIC_HEADS and any(map(_proper, words[:-1])):
        words = words[:-1]
    return " ".join(words).strip(_EDGES)


def long_form(name: str) -> str:
    """A long form as a name of its own: cleaned of marks, in the singular, its head kept."""
    words = " ".join(_plain(name).split()).strip(_EDGES).split(" ")
    return " ".join((*words[:-1], singular(words[-1])))


def _plain(name: str) -> str:
    return _TEX.sub("", name) if "\\" in name or "$" in name or "{" in name else name


def _proper(word: str) -> bool:
    return any(c.isupper() or c.isdigit() for c in word)


def _balanced(name: str) -> str:
    if name[:1] in ("(", "[") and name[-1:] in (")", "]"):
        name = name[1:-1]
    for left, right in ("()", "[]"):
        if name.count(left) != name.count(right):
            name = name.replace(left, " ").replace(right, " ")
    return " ".join(name.split())


@lru_cache(maxsize=1 << 16)
def look(word: str) -> int:
    """How much a word looks like a name: 0 not, 1 Capitalised, 2 ALL CAPITALS, 3 unlike any ordinary word."""
    if len(word) > 40 or word[0].isdigit() or word.islower():
        return 0
    if word in NO_NAMES or word.lower().startswith(("non-", "pre-", "multi-")):
        return 1
    if _LETTERED.fullmatch(word):
        return 2
    return max(map(_look_of_part, re.split(r"[-'’&]", word)))


def _look_of_part(part: str) -> int:
    letters = [c for c in part if c.isalpha()]
    if not any(c.isupper() for c in letters):
        return 0
    if len(letters) < 2 or (part.istitle() and part.isalpha()):
        return 1
    body = part[:-1] if part[-1] == "s" and part[-2].isupper() else part
    if body.isupper():
        return 3 if any(c.isdigit() for c in body) and len(body) > 3 else 2 if len(body) > 1 else 1
    return 3 if len(letters) > 2 else 1


def base(word: str) -> str:
    """The name in a compound: "CNN-based" and "DPO's" without their tails."""
    if "'" in word or "’" in word:
        word = re.sub(r"['’]s?$", "", word)
    # Longer words are no names, and the pattern would be tried again at each of their hyphens.
    return _TAIL.sub("", word) if "-" in word and len(word) <= 60 else word


def acronym(word: str) -> str:
    """The acronym without its plural, or nothing if the word is none."""
    if len(word) > 2 and word[-1] == "s" and word[-2].isupper():
        word = word[:-1]
    capitals = sum(c.isupper() for c in word[:13])
    return word if 2 <= len(word) <= 12 and capitals >= 2 and not word.istitle() else ""
