"""Libraries that know less: uneven records, and a field without reference lists."""

from __future__ import annotations

import re
from pathlib import Path

from compare import Asked, Comparison, blends_of, ranked
from copies import copied, with_holes, without_references
from drafts import as_draft, drawn, lists_of, newest, not_newer

from recommender.papers import Paper
from recommender.progress import stage
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.store.library import opened

FIELD = (r"volume|isosurface|streamline|\bflow|vector field|tensor|scalar field|rendering|\bmesh|simulation|medical"
         "|scientific visuali")
"""What papers on visualising volumes, flows and simulations say; the other field is visualisation of information."""
REFERENCES = 5


def asking(recommender: Recommender, asked: Asked, title: str, seed: int) -> None:
    """Ask and print."""
    compared, recommenders = Comparison(title), blends_of(recommender)
    with stage("Asking", len(asked), " drafts") as tick:
        for draft, wanted in asked:
            compared.add(ranked(recommenders, draft), wanted)
            tick(1)
    print(compared.text(seed))


def uneven(settings: Settings, work: Path | None, asked: Asked, seed: int) -> None:
    """The copy in which 45 % of the papers, by seed, lost abstract, venue, keywords (80 % each) and authors (30 %)."""
    with copied(settings, work, lambda library: with_holes(library, seed)) as recommender:
        asking(recommender, asked, "Uneven records", seed)


def bare(settings: Settings, work: Path | None, field: str, most: int, seed: int) -> None:
    """The copy in which no paper of one field has a reference list; its newest papers that had one are the drafts.

    A paper is of the field if its title, abstract, venue or keywords match the pattern. Wanted is all that the draft
    cited, of either field.
    """
    pattern = re.compile(field, re.IGNORECASE)
    with opened(settings) as library:
        lists = lists_of(library.citations())
        inside = {key for key, paper in library.stream() if pattern.search(_said(paper))}
        chosen = library.papers_by_key(drawn(newest(library, lists, REFERENCES, inside), most, seed))
        asked = [(as_draft(paper, ()), wanted) for key, paper in chosen.items()
                 if (wanted := not_newer(library.papers(sorted(lists[key])), paper.year))]
    print(f"{len(inside)} papers are of the field; {len(lists.keys() & inside)} of the {len(lists)} that list "
          "references")
    with copied(settings, work, lambda library: without_references(library, inside)) as recommender:
        asking(recommender, asked, "A field without reference lists", seed)


def _said(paper: Paper) -> str:
    return "\n".join((paper.title, paper.abstract, paper.venue, *paper.keywords))
