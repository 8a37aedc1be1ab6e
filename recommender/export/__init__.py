"""Papers written out: BibTeX, RIS, CSL-JSON, Markdown and JSON lines."""

from __future__ import annotations

from recommender.export.write import WRITERS, Writer, writer

__all__ = ["WRITERS", "Writer", "writer"]
