"""Who cites whom. Few papers of a library cite or are cited in it, and sums go over these alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from recommender.index.sparse import Rows


@dataclass(frozen=True)
class Links:
    """The papers that cite or are cited, and both directions between them."""

    papers: Rows
    """[linked] their rows, ascending, then one without any link in place of all others."""
    place: Rows
    """[papers] where each stands among the linked."""
    cites: csr_matrix
    """[linked × linked]"""
    cited_by: csr_matrix
    """[linked × linked]"""

    @classmethod
    def of(cls, cites: csr_matrix, cited_by: csr_matrix) -> Links:
        """From the same matrices over all papers; entries stay where they stand."""
        size = cites.shape[0]
        linked = np.flatnonzero((np.diff(cites.indptr) > 0) | (np.diff(cited_by.indptr) > 0))
        place = np.full(size, len(linked))
        place[linked] = np.arange(len(linked))

        def among(block: csr_matrix) -> csr_matrix:
            # All other rows are empty.
            starts = block.indptr[np.append(linked, size)]
            return csr_matrix((block.data, place[block.indices].astype(np.int32), np.append(starts, len(block.data))),
                              shape=(len(linked) + 1, len(linked) + 1))

        return cls(np.append(linked, 0), place, among(cites), among(cited_by))

    def citers(self, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        """[linked] how many of the papers whose lists are known [papers] cite each."""
        told = known[self.papers].repeat(np.diff(self.cites.indptr))
        return np.bincount(self.cites.indices[told], minlength=len(self.papers))
