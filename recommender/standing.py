"""How the library and its index stand to each other."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.errors import ArtifactError
from recommender.index.artifact import ArrayReader, reading
from recommender.semantic.embedding import vectors_of
from recommender.settings import Settings
from recommender.store.corrections import Corrections
from recommender.store.extractions import Extractions
from recommender.store.library import Library
from recommender.text.entities import VERSION


@dataclass(frozen=True, slots=True)
class Standing:
    """The library's and the index's counts; `built` is None where there is no index that can be used."""

    data: str
    papers: int
    references: int
    unresolved: int
    """Ids that references name and the library does not know."""
    lists: int
    unread: int
    """Papers whose methods and datasets this version has not read yet."""
    encoded: int
    """Texts whose meaning is encoded; by this encoder, where the extra is installed."""
    indexed: int
    meant: int
    """Papers whose meaning the index knows."""
    built: str | None
    behind: int
    """Papers added or changed since the index was built."""
    lists_changed: bool
    corrections_changed: bool
    problem: str

    @property
    def up_to_date(self) -> bool:
        """Whether the index says what the library says."""
        return self.built is not None and not (self.behind or self.lists_changed or self.corrections_changed) and (
            self.indexed == self.papers)

    def as_text(self) -> str:
        """For reading."""
        lines = [f"data      {self.data}",
                 f"library   {self.papers} papers, {self.references} references ({self.unresolved} to papers not in "
                 f"the library), {self.lists} lists"]
        if self.unread:
            lines.append(f"to read   {self.unread} papers' methods and datasets: read by the next build")
        if self.encoded or self.meant:
            lines.append(f"meaning   {self.encoded} texts encoded, {self.meant} papers in the index")
        if self.built is None:
            lines.append(f"index     {self.problem}")
        else:
            lines.append(f"index     {self.indexed} papers, built {self.built}")
            lines.append("          up to date" if self.up_to_date else
                         f"          behind: {self.behind} papers added or changed"
                         f"{', lists changed' if self.lists_changed else ''}"
                         f"{', corrections changed' if self.corrections_changed else ''}; run: recommender build")
        return "\n".join(lines)


def standing(settings: Settings, library: Library) -> Standing:
    """How they stand now."""
    status = library.status()
    manifest, problem = {}, ""
    try:
        manifest = dict(reading(settings.index, ArrayReader).manifest)
    except ArtifactError as error:
        problem = str(error)
    return Standing(
        data=str(settings.data), papers=status.papers, references=status.references, unresolved=library.unresolved(),
        lists=status.lists, unread=Extractions(library).due(VERSION), indexed=manifest.get("papers", 0),
        encoded=len(vectors_of(settings) or ()), meant=manifest.get("encoded", 0),
        built=manifest.get("built"), behind=library.changed_since(manifest.get("revision", 0)),
        lists_changed=bool(manifest) and int(library.fact("lists_revision") or 0) != manifest["lists_revision"],
        corrections_changed=bool(manifest) and Corrections(library).naming().digest != manifest.get("corrections", ""),
        problem=problem)
