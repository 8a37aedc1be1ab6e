"""Decides whether two records are one paper, and makes one record out of two.

Two records are one paper when they share an id, a DOI or an arXiv id, or, where at most one of them has an id
or identifier of its own, when title, year and first author agree. Everything here is a pure function.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from functools import lru_cache

from recommender.names import fold, parse_name, same_person
from recommender.papers import Paper

TITLE_WORDS = 3
"""A title of fewer words ("Editorial", "Reply to Smith") identifies nothing by itself."""
TITLE_INDEX = 300
"""Characters of a title's key that are indexed."""
_FIELDS = tuple(field.name for field in fields(Paper))


def title_key(title: str) -> str:
    """What spellings of one title share: folded words, without TeX's braces and macros' backslashes."""
    return _title_key(title) if len(title) <= TITLE_INDEX else _title_key.__wrapped__(title)


@lru_cache(maxsize=2048)
def _title_key(title: str) -> str:
    # Asked for about ten times a record on its way in.
    return fold(title.replace("{", "").replace("}", "").replace("\\", " "))


def title_index(title: str) -> str:
    """The part of a title's key that databases index: PostgreSQL takes no more than 2,700 bytes."""
    return title_key(title)[:TITLE_INDEX]


def has_identity(paper: Paper, own_id: bool) -> bool:
    """Whether a record says by itself which paper it is."""
    return own_id or bool(paper.doi) or bool(paper.arxiv)


def agree(one: Paper, other: Paper) -> bool:
    """Whether title, year and first author say "one paper", where no identifier speaks."""
    title = title_key(one.title)
    return (len(title.split()) >= TITLE_WORDS and title == title_key(other.title)
            and one.year is not None and one.year == other.year and _first_authors_agree(one, other))


def may_be(held: Paper, entry: Paper) -> bool:
    """Whether an entry of somebody's bibliography names this paper: equal titles, and nothing that contradicts.

    Looser than `agree`, since nothing is merged: preprint and published version may be a year apart, and either side
    may lack year or authors.
    """
    title = title_key(entry.title)
    if len(title.split()) < TITLE_WORDS or title != title_key(held.title):
        return False
    years_apart = abs(held.year - entry.year) if held.year is not None and entry.year is not None else 0
    return years_apart <= 2 and (not held.authors or not entry.authors
                                 or same_person(held.authors[0], entry.authors[0]))


def same_entry(one: Paper, other: Paper) -> bool:
    """Whether two records under one citation key are one entry of a bibliography, exported and read again."""
    return (title_key(one.title) == title_key(other.title) and one.year == other.year
            and _first_authors_agree(one, other))


def _first_authors_agree(one: Paper, other: Paper) -> bool:
    if not one.authors or not other.authors:
        return not one.authors and not other.authors
    return same_person(one.authors[0], other.authors[0])


def made_id(paper: Paper) -> str:
    """An id for a record that came without: its identifier, else a readable slug with a hash of its content.

    Of a record that title, year and author do not identify ("Editorial") the hash covers all that it says, since two
    that differ in anything are two papers.
    """
    if paper.doi and not any(c.isspace() for c in paper.doi):
        return f"doi:{paper.doi}"
    if paper.arxiv:
        return f"arxiv:{paper.arxiv}"
    family = fold(parse_name(paper.authors[0]).family) if paper.authors else ""
    slug = "-".join(part for part in (family, str(paper.year or ""), *title_key(paper.title).split()[:4]) if part)
    if paper.key or (paper.year is not None and len(title_key(paper.title).split()) >= TITLE_WORDS):
        said = json.dumps([paper.key, paper.title, paper.year, paper.authors], ensure_ascii=False)
    else:
        said = record_hash(paper)
    return f"{slug.replace(' ', '-')[:60]}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def record_hash(paper: Paper) -> str:
    """Of everything a record says: equal hashes bring nothing new."""
    said = {name: getattr(paper, name) for name in _FIELDS} | {"fields": dict(sorted(paper.fields.items()))}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def text_hash(title: str, abstract: str) -> str:
    """Of the text that is read for methods, datasets and tasks."""
    return hashlib.sha256(f"{title}\n\n{abstract}".encode()).hexdigest()


def merge(held: Paper, incoming: Paper, update: bool) -> Paper:
    """One record out of two, under the held one's id and key: nothing that either knows is lost.

    Longer texts and longer lists win. Where both state a plain fact (year, venue, …) the fuller record is
    believed, and with `update` (the same source again, by its id) the incoming one.
    """
    first, second = (incoming, held) if update or _fullness(incoming) > _fullness(held) else (held, incoming)
    longer = {name: max(getattr(held, name), getattr(incoming, name), key=len)
              for name in ("abstract", "authors", "keywords", "references", "methods", "datasets", "tasks")}
    if title_key(held.title) != title_key(incoming.title):
        title = max(held.title, incoming.title, key=len)
    else:
        title = held.title
    facts = {name: getattr(first, name) or getattr(second, name)
             for name in ("year", "venue", "doi", "arxiv", "url", "type")}
    return replace(held, title=title, **longer, **facts, fields={**second.fields, **first.fields})


def _fullness(paper: Paper) -> int:
    return sum(bool(getattr(paper, name)) for name in
               ("abstract", "authors", "year", "venue", "doi", "arxiv", "url", "keywords", "references", "type"))
