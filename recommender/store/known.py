"""Which paper of the library a record is: those that it may be, held in memory a batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from recommender.ingest import identity
from recommender.papers import Paper
from recommender.store.rows import chunks, cite_key, read_papers
from recommender.store.schema import AliasRow, PaperRow


@dataclass(slots=True, eq=False)
class Held:
    """A paper of the library, or of this batch, while records are matched against it."""

    paper: Paper
    own_id: bool
    key: int | None = None
    dirty: bool = False


class Known:
    """The papers that a batch's records may be, by every name that they are known under."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.aliases: dict[tuple[str, str], Held] = {}
        self.said: dict[str, str] = {}
        """Given id -> index key of the title that it came with."""
        self.titles: dict[str, list[Held]] = defaultdict(list)
        self.held: dict[int, Held] = {}
        self.looked_up: set[str] = set()

    def load(self, papers: list[Paper], loosely: bool = False) -> None:
        """Hold every paper of the library that one of these records may be; `loosely`, whatever its year."""
        wanted = [name for paper in papers for name in names_of(paper, bool(paper.id))]
        self.looked_up = {value for _, value in wanted}
        found = [row for chunk in chunks(sorted(self.looked_up)) for row in self.connection.execute(
            select(AliasRow.scheme, AliasRow.value, AliasRow.paper_key, AliasRow.title)
            .where(AliasRow.value.in_(chunk)))]
        own_keys = self._own_cite_keys({value for scheme, value in wanted if scheme == "key"})
        self.hold({key for _, _, key, _ in found} | set(own_keys.values()) | self._twins_of(papers, loosely))
        for scheme, value, key, title in found:
            self.know(scheme, value, self.held[key], title)
        for value, key in own_keys.items():
            self.aliases.setdefault(("key", value), self.held[key])

    def _twins_of(self, papers: Sequence[Paper], loosely: bool) -> set[int]:
        """Keys of the papers that may be one with these by title."""
        # Thousands may share a title ("Table of Contents"), so those that could never merge are not loaded.
        asked: dict[tuple[str, int | None], bool] = {}
        for paper in papers:
            title, identified = identity.title_index(paper.title), identity.has_identity(paper, bool(paper.id))
            if len(title.split()) >= identity.TITLE_WORDS and (loosely or paper.year is not None):
                place = (title, None if loosely else paper.year)
                asked[place] = asked.get(place, True) and identified and not loosely
        keys = set()
        for chunk in chunks(sorted({title for title, _ in asked})):
            for key, title, year, own, doi, arxiv in self.connection.execute(
                    select(PaperRow.key, PaperRow.title_key, PaperRow.year, PaperRow.own_id, PaperRow.doi,
                           PaperRow.arxiv).where(PaperRow.title_key.in_(chunk))):
                all_identified = asked.get((title, None if loosely else year))
                if all_identified is not None and not (all_identified and (own or doi or arxiv)):
                    keys.add(key)
        return keys

    def _own_cite_keys(self, values: set[str]) -> dict[str, int]:
        """Which of a .bib's citation keys are ones that this library exports under."""
        bases = sorted({value.rsplit("-", 1)[0] for value in values} | values)
        found = {}
        for chunk in chunks(bases):
            for key, base, number in self.connection.execute(
                    select(PaperRow.key, PaperRow.cite_base, PaperRow.cite_number)
                    .where(PaperRow.cite_base.in_(chunk))):
                if cite_key(base, number) in values:
                    found[cite_key(base, number)] = key
        return found

    def hold(self, keys: set[int]) -> None:
        """Read papers in, unless they are held already."""
        missing = sorted(keys - self.held.keys())
        own = dict(row for chunk in chunks(missing) for row in self.connection.execute(
            select(PaperRow.key, PaperRow.own_id).where(PaperRow.key.in_(chunk))))
        for key, paper in read_papers(self.connection, missing).items():
            self.held[key] = held = Held(paper, own[key], key)
            self.entitle(held, paper)

    def know(self, scheme: str, value: str, held: Held, title: str) -> None:
        """A held paper goes by this name; `title` is the key of the title that a given id came with."""
        self.aliases[scheme, value] = held
        if scheme == "id":
            self.said[value] = title

    def alias(self, scheme: str, value: str) -> Held | None:
        """The paper that goes by this name, read in where it must be."""
        if (scheme, value) not in self.aliases and value not in self.looked_up:
            row = self.connection.execute(select(AliasRow.paper_key, AliasRow.title).where(
                AliasRow.value == value, AliasRow.scheme == scheme)).one_or_none()
            if row is None:
                return None
            self.hold({row.paper_key})
            self.know(scheme, value, self.held[row.paper_key], row.title)
        return self.aliases.get((scheme, value))

    def clashes(self, holder: Held, paper: Paper) -> bool:
        """Whether a record under this paper's id is plainly another paper."""
        shares = any(value and self.aliases.get((scheme, value)) is holder
                     for scheme, value in (("doi", paper.doi), ("arxiv", paper.arxiv)))
        said, title = self.said.get(paper.id, ""), identity.title_index(paper.title)
        return bool(said and title and said != title and not shares)

    def same(self, paper: Paper, own_id: bool) -> list[Held]:
        """The papers that this record is, and so makes one; those of the library come first."""
        shared = [held for scheme, value in names_of(paper, own_id)
                  if scheme != "key" and (held := self.alias(scheme, value)) is not None]
        twin = self._twin(paper, own_id, shared)
        same = list(dict.fromkeys([*shared, *([twin] if twin else [])]))
        return sorted(same, key=lambda held: (held.key is None, held.key or 0))

    def _twin(self, paper: Paper, own_id: bool, shared: Sequence[Held]) -> Held | None:
        """The paper that citation key or title, year and first author say it is, where identity leaves it open."""
        identified = identity.has_identity(paper, own_id)
        if shared and not identified:
            return None
        entry = self.aliases.get(("key", paper.key)) if paper.key else None
        candidates = [entry] if entry and identity.same_entry(entry.paper, paper) else []
        candidates += [held for held in self.titles.get(identity.title_index(paper.title), ())
                       if held.paper.year == paper.year and identity.agree(held.paper, paper)]
        return next((held for held in candidates if held not in shared
                     and not (identified and identity.has_identity(held.paper, held.own_id))), None)

    def find(self, paper: Paper) -> str | None:
        """The id of the held paper that a bibliography's entry is."""
        shared = [held for scheme, value in names_of(paper, bool(paper.id))
                  if scheme != "key" and (held := self.aliases.get((scheme, value))) is not None]
        entry = self.aliases.get(("key", paper.key)) if paper.key else None
        candidates = [*shared, *([entry] if entry and identity.same_entry(entry.paper, paper) else []),
                      *(held for held in self.titles.get(identity.title_index(paper.title), ())
                        if identity.may_be(held.paper, paper))]
        return candidates[0].paper.id if candidates else None

    def is_taken(self, id: str) -> bool:
        """Whether any paper goes by this id."""
        return ("id", id) in self.aliases or self.connection.scalar(
            select(AliasRow.paper_key).where(AliasRow.value == id, AliasRow.scheme == "id")) is not None

    def entitle(self, held: Held, paper: Paper) -> None:
        """Find a held paper by this record's title too."""
        helds = self.titles[identity.title_index(paper.title)]
        if held not in helds:
            helds.append(held)


def match(connection: Connection, papers: Sequence[Paper]) -> list[str | None]:
    """For each record, the id of the held paper that it is; nothing is changed.

    A bibliography of one's own carries no ids of this library, so here title, year and first author may speak even
    where both sides have identifiers, as long as those do not contradict each other.
    """
    found: list[str | None] = []
    for chunk in chunks(papers):
        known = Known(connection)
        known.load(chunk, loosely=True)
        found += [known.find(paper) for paper in chunk]
    return found


def names_of(paper: Paper, own_id: bool) -> list[tuple[str, str]]:
    """The (scheme, value) names that a record gives itself."""
    id = paper.id or identity.made_id(paper)
    names = [("id", id)]
    if paper.doi:
        names.append(("doi", paper.doi))
    if paper.arxiv:
        names.append(("arxiv", paper.arxiv))
    if paper.key and not own_id:
        names.append(("key", paper.key))
    return names
