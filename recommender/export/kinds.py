"""What kind of publication a paper is, in BibTeX's entry types: its own type, or one inferred.

Law: an inferred type has the container that BibTeX asks of it (an @article its journal).
"""

from __future__ import annotations

import re

from recommender.papers import Paper

_TYPES = """
    article book booklet inbook incollection inproceedings manual mastersthesis misc phdthesis
    proceedings techreport unpublished
"""
CLASSIC = frozenset(_TYPES.split())
"""The types that every BibTeX style knows."""

CLASSIC_FOR = {
    "conference": "inproceedings", "suppperiodical": "article", "mvbook": "book", "collection": "book",
    "mvcollection": "book", "reference": "book", "mvreference": "book", "mvproceedings": "proceedings",
    "inreference": "incollection", "bookinbook": "incollection", "suppbook": "incollection",
    "suppcollection": "incollection", "thesis": "phdthesis", "report": "techreport",
}  # fmt: skip
"""BibLaTeX's types -> the nearest classic one; what is not here becomes misc."""

CONTAINER = {"article": "journal", "inproceedings": "booktitle", "incollection": "booktitle"}
"""Types that are nothing without the field their venue stands in."""

_ARXIV = re.compile(r"arxiv|corr$", re.IGNORECASE)
# Journals, although they say "Proceedings".
_PROCEEDINGS_JOURNAL = re.compile(
    r"\bproc(?:\.|eedings) (?:of the )?(?:acm (?:on\b|hum\.|meas\.|program\.|interact\.|manag\.|comput\.)"
    r"|ieee$|vldb endow|natl\b|national acad|royal soc|r\. soc)|\b(?:pvldb|pacm|pnas)\b",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"\bproc(?:eedings|\.)|conference|\bconf\.|symposium|\bsymp\.|workshop|congress|colloqui|\bmeeting"
    r"|extended abstracts|advances in neural|'\d\d\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_JOURNAL = re.compile(
    r"journal|\bj\.|transactions|\btrans\.|letters|\blett\.|\breviews?\b|\brev\.|magazine|\bmag\.|quarterly"
    r"|annals|archives|bulletin|communications of|\bcommun\.|surveys|\bsurv\.|\bforum\b|frontiers in|\bstud\."
    r"|\bsci\. |\bint\. res\.|\bsyst\.$|\binf\. retr\.|computer graphics and applications"
    r"|\b(?:tvcg|tpami|tkde|tois|tochi|tog|jmlr|jair|tacl|tmlr|ijcv|cacm|jasist)\b"
    r"|^(?:nature|science|cell|plos|bmc|ieee access|neurocomputing|neural networks|neural computation"
    r"|pattern recognition$|artificial intelligence$|machine learning$|information sciences"
    r"|information systems$|information visualization$|computers (?:&|and)|expert systems with|psychometrika"
    r"|knowledge-based systems|bioinformatics|biometrika|interactions$|queue$|scientific reports|elife"
    r"|(?:the )?lancet|jama)\b",
    re.IGNORECASE,
)


def entry_type(paper: Paper) -> str:
    """The paper's own type where it has one (BibLaTeX's included), else one inferred from what is known."""
    return paper.type.lower() or _inferred(paper)


def classic_type(paper: Paper) -> str:
    """A type that every BibTeX style knows, and whose container the paper has."""
    own = entry_type(paper)
    kind = own if own in CLASSIC else CLASSIC_FOR.get(own, "misc")
    if kind == "phdthesis" and "master" in paper.fields.get("type", "").lower():
        kind = "mastersthesis"
    if own == "inbook" and paper.venue:
        kind = "incollection"  # BibLaTeX's reading: a chapter with its own title
    if kind in CONTAINER and not paper.venue:
        return "misc"
    return kind if paper.title else "misc"


def is_preprint_server(venue: str) -> bool:
    """Whether the venue is arXiv itself."""
    return bool(_ARXIV.match(venue))


def _inferred(paper: Paper) -> str:
    venue = paper.venue
    if not venue or is_preprint_server(venue):
        return "misc"
    if _PROCEEDINGS_JOURNAL.search(venue):
        return "article"
    if _MEETING.search(venue):
        return "inproceedings"
    numbered = "volume" in paper.fields and "number" in paper.fields
    return "article" if numbered or _JOURNAL.search(venue) else "inproceedings"
