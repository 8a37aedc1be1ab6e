"""A pasted draft taken apart: title and abstract out of plain text, LaTeX, BibTeX or JSON of one paper.

Law: nothing an author pasted is lost but wrappers (LaTeX's, the heading "Abstract", the authors above it).
"""

from __future__ import annotations

import re

from recommender.errors import InputError
from recommender.ingest.read import Record, read_text
from recommender.papers import Draft, Paper

TITLE_LENGTH = 300
_HEADING = re.compile(
    r"^[ \t]*(?:[#*_]+[ \t]*)?abstract(?:[ \t]*[#*_]+)?"
    r"(?:[ \t]*[-:.–—]+[ \t]*|[ \t]*(?=\n|$))",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(r"^(?:#+\s*)?(?:title\s*:\s*)?", re.IGNORECASE)
_OPEN_ENDED = frozenset({
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "of", "on", "or", "that", "the",
    "to", "using", "via", "we", "which", "with",
})  # fmt: skip
_OPENINGS = re.compile(
    r"(?:we|in this (?:paper|work|article)|this (?:paper|work|article|study))\b", re.IGNORECASE
)
_COMMENT = re.compile(r"(?<!\\)%.*")
_SILENT = re.compile(
    r"~?\\(?:cite[a-zA-Z]*|label|ref|thanks|footnote|documentclass|usepackage|author|date|"
    r"begin|end)\*?(?:\[[^\]]*\])*\{(?:[^{}]|\{[^{}]*\})*\}|\\(?:maketitle|noindent|par)\b"
)
_STYLED = re.compile(r"\\(?:emph|textbf|textit|texttt|textsc|text|mbox)\{([^{}]*)\}")


def read_draft(text: str) -> Draft:
    """The draft that a text holds: BibTeX or JSON of one paper, LaTeX, or plain text.

    Of a BibTeX entry or JSON object its id, authors and references are kept too.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if text.startswith(("@", "{", "[")):
        paper = _one_paper(text)
        if paper is not None:
            return Draft(id=paper.id, title=paper.title, abstract=paper.abstract, references=paper.references,
                         authors=paper.authors)
    title, abstract = split_draft(text)
    return Draft(title=title, abstract=abstract)


def split_draft(text: str) -> tuple[str, str]:
    """Title and abstract of a pasted text; the title is empty where the text does not open with one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    title, text = _unwrapped(text)
    heading = _HEADING.search(text)
    if title:
        return title, (text[heading.end() :] if heading else text).strip()
    if heading and heading.start() < 3000:
        # What stands between title and heading are authors and addresses.
        return _flat(_first_lines(text[: heading.start()])), text[heading.end() :].strip()
    paragraph, _, rest = (part.strip() for part in re.split(r"(\n\s*\n)", text + "\n\n", maxsplit=1))
    if rest and _is_title(_flat(paragraph)):
        return _flat(paragraph), rest
    first, _, rest = (part.strip() for part in text.partition("\n"))
    if rest and not rest[0].islower() and _is_title(_flat(first)):
        return _flat(first), rest
    return "", text


def _one_paper(text: str) -> Paper | None:
    """The paper of a text that is exactly one record; None for prose that only opens with a brace."""
    try:
        records = [item.paper for item in read_text(text) if isinstance(item, Record)]
    except InputError:
        return None
    return records[0] if len(records) == 1 and (records[0].title or records[0].abstract) else None


def _is_title(text: str) -> bool:
    """Whether a line that more text follows reads like a title and not like the start of running text."""
    words = text.split()
    return (
        0 < len(text) <= TITLE_LENGTH
        and not text.endswith((".", ",", ";"))
        and ". " not in text
        and words[-1].lower() not in _OPEN_ENDED
        and not _OPENINGS.match(text)
    )


def _first_lines(block: str) -> str:
    """The title of a title block: its first line, and the next where the first breaks off mid-phrase."""
    lines = [line.strip() for line in block.strip().splitlines() if line.strip()]
    title = lines[0] if lines else ""
    for line in lines[1:]:
        if not title or (title[-1] not in ":-–—" and title.split()[-1].lower() not in _OPEN_ENDED):
            break
        title = f"{title} {line}"
    return title[:TITLE_LENGTH]


def _flat(text: str) -> str:
    return _LABEL.sub("", " ".join(text.split()), count=1).strip("*_ ")


def _unwrapped(text: str) -> tuple[str, str]:
    """The title of a LaTeX title macro, and the text without LaTeX's wrappers."""
    if "\\title" not in text and "\\begin{" not in text and "\\cite" not in text:
        return "", text
    text = _COMMENT.sub("", text)
    title = ""
    start = re.search(r"\\title\s*(?:\[[^\]]*\])?\s*\{", text)
    if start:
        end = _closing(text, start.end())
        title, text = text[start.end() : end], text[: start.start()] + text[end + 1 :]
    body = re.search(r"\\begin\{abstract\}(.*?)(?:\\end\{abstract\}|\Z)", text, re.DOTALL)
    return _plain(title), (_plain(body.group(1), keep=True) if body else _plain(text, keep=True))


def _closing(text: str, start: int) -> int:
    """Where the brace that opened just before `start` closes; the end of the text where it never does."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return place
    return len(text)


def _plain(tex: str, keep: bool = False) -> str:
    tex = _STYLED.sub(r"\1", _SILENT.sub("", tex)).replace("\\\\", " ").replace("~", " ")
    tex = re.sub(r"\\([%&_#$])", r"\1", tex)
    return tex.strip() if keep else " ".join(tex.split())
