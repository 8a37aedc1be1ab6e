"""What the program talks about: papers, drafts, queries and recommendations, as frozen data.

Imports nothing of ours. Author names are kept as they came ("Ada Lovelace" or "Lovelace, Ada"); a
corporate author stands in braces ("{World Health Organization}"). `names.py` takes them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ENTITY_LABELS = ("Method", "Dataset", "Task")


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the library, or one record on its way in."""

    id: str = ""
    """Verbatim as given; empty on the way in where the file gave none (the library makes one up)."""
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    doi: str = ""
    """Lower case, without resolver prefix."""
    arxiv: str = ""
    """Without "arXiv:" and without a version."""
    url: str = ""
    keywords: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """Ids of the papers it cites, in its order; they may be unknown to the library."""
    methods: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    type: str = ""
    """BibTeX's entry type in lower case (article, inproceedings, book, …); empty where unknown."""
    key: str = ""
    """Citation key: the one a BibTeX record came with; in the library, the one it is exported under."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Further bibliographic fields under BibTeX's names (volume, number, pages, publisher, editor, …)."""


@dataclass(frozen=True, slots=True)
class PaperList:
    """A reading list: its papers in the reader's order, with the reader's notes."""

    id: str
    name: str
    papers: tuple[str, ...] = ()
    description: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Paper id -> note, for the papers that have one."""


@dataclass(frozen=True, slots=True)
class Span:
    """A method, dataset or task found in a text; offsets count code points, `end` is exclusive."""

    start: int
    end: int
    label: str
    surface: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a draft's author says of one method, dataset or task: recognised in the text or not."""

    label: str
    name: str
    weight: float = 1.0
    """How much more than once it counts; 0: it is not meant."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which papers may be recommended at all."""

    year_from: int | None = None
    year_to: int | None = None
    """Papers without a year pass both bounds."""
    venues: tuple[str, ...] = ()
    """Exact venue names; empty: every venue."""
    without: tuple[str, ...] = ()
    """Ids not to recommend, though they still count as evidence (dismissed, already on the list)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the author has so far; ids that the library lacks are ignored."""

    id: str = ""
    title: str = ""
    abstract: str = ""
    references: tuple[str, ...] = ()
    """Already cited: evidence (anchors), never recommended."""
    exclude: tuple[str, ...] = ()
    """Hidden altogether: neither recommended nor evidence."""
    liked: tuple[str, ...] = ()
    """Marked relevant: anchors, not recommended again unless `keep_liked`."""
    disliked: tuple[str, ...] = ()
    """Marked not relevant: anchors of negative weight, never recommended."""
    filters: Filters = Filters()
    entities: tuple[Choice, ...] = ()
    """Methods, datasets and tasks that the author added, weighed otherwise or took away."""
    authors: tuple[str, ...] = ()
    """Who writes it, where that is said: being their paper speaks for none, unless `own_authors`."""
    own_authors: bool = False
    """Whether the authors' own papers count as those of the nearest papers' authors do."""

    @property
    def text(self) -> str:
        """Title and abstract, one blank line apart."""
        return "\n\n".join(part for part in (self.title, self.abstract) if part)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason behind one signal's part: what it is, how much of the part it carries, where it is from."""

    signal: str
    kind: str
    """term, method, dataset, task, paper (a citing, cited or neighbouring paper), author, venue, keyword."""
    name: str
    """The word as the draft writes it, the entity's canonical name, or the paper's id."""
    amount: float
    """Share of the signal's raw feature, in that feature's unit."""
    link: str = ""
    """How it connects to the draft, where it is not the thing itself ("CLIP", "in 41 papers")."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A paper with its score; `base` and the parts add up to the score."""

    paper: Paper
    score: float
    parts: Mapping[str, float]
    """Signal name -> its share of the score; a signal without evidence has no entry."""
    evidence: tuple[Evidence, ...] = ()
    base: float = 0.0
    likelihood: float | None = None
    """Calibrated chance that the draft's author would cite it, where the blend was calibrated."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A dataset or method that a draft does not name and papers near it use."""

    label: str
    name: str
    score: float
    near: int
    """How many of the nearest papers name it."""
    papers: tuple[Paper, ...] = ()
    """The nearest of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gets back: recommendations best first, and what can be said of them as a whole."""

    recommendations: tuple[Recommendation, ...]
    entities: tuple[Span, ...] = ()
    """Methods, datasets and tasks recognised in the draft."""
    missing: tuple[Missing, ...] = ()
    """Datasets, then methods, that the nearest papers use and the draft does not name, each best first."""
    relevant: bool = True
    """False where nothing in the library is close to the draft; the list is then the nearest there is."""
    note: str = ""
    """Said beside the list, e.g. why `relevant` is False."""
    seconds: float = 0.0
