"""Reader of BibTeX and BibLaTeX: entries found by a splitter of our own, their fields by bibtexparser 2.

Law: entries seen (all but @string, @comment, @preamble) = Records + Skipped; a broken one swallows no other.
Entries that inherit (crossref, xdata) come last, since their parent may stand anywhere in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple
from tempfile import SpooledTemporaryFile

from recommender.ingest.bibtex_fields import Fields, entries
from recommender.ingest.bibtex_papers import FORMAT, item_of
from recommender.ingest.bibtex_parents import Parents
from recommender.ingest.bibtex_raw import chunked, raw_entries
from recommender.ingest.normal import Item, Pieces, Skipped

__all__ = ["FORMAT", "read_bibtex"]


def read_bibtex(pieces: Pieces, max_record: int) -> Iterator[Item]:
    """The entries of a BibTeX text in their order, then those that inherit from others."""
    strings: dict[str, str | None] = {}
    parents = Parents()
    with SpooledTemporaryFile(4_000_000, "w+", encoding="utf-8", errors="surrogatepass") as heirs:
        for chunk in chunked(raw_entries(pieces, max_record), max_record):
            for read in entries(chunk, strings, max_record):
                if isinstance(read, Skipped):
                    yield read
                    continue
                parents.keep(read)
                if "crossref" in read.values or "xdata" in read.values:
                    parents.expect(read)
                    heirs.write(json.dumps(astuple(read)) + "\n")
                else:
                    yield item_of(read)
        heirs.seek(0)
        for row in heirs:
            yield item_of(parents.complete(Fields(*json.loads(row))))
