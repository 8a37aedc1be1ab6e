"""What vectors of texts that cite have to do with those of the papers that they cite: a linear map of each side.

Canonical correlation (Hotelling, "Relations between two sets of variates", 1936) of the two ends of the library's own
citations. Under it a text lies near what such texts cite, though it be of another kind than they are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags_array

from recommender.index.corpus import Corpus
from recommender.semantic.encoder import Vectors

ENOUGH = 1000
"""Citations between encoded papers; fewer would tell more of themselves than of citing."""
AXES = 128
"""Of the common space."""
RIDGE = 0.2
"""What is added to each variance, as a share of their mean."""


def citing_map(corpus: Corpus) -> tuple[Vectors, Vectors] | None:
    """[dimensions × AXES] the map of a text that cites, and [papers × AXES] every paper as one to be cited.

    These are of unit length. None where vectors or citations are too few.
    """
    cites = corpus.blocks.get("citations")
    if corpus.embeddings is None or cites is None:
        return None
    vectors = corpus.embeddings.astype(np.float32)
    encoded = diags_array(vectors.any(axis=1).astype(np.float64))
    pairs = csr_matrix(encoded @ cites @ encoded)
    pairs.eliminate_zeros()
    if pairs.nnz < ENOUGH:
        return None
    # A list of many references, and a paper in many lists, counts for less than it is long.
    listed, citers = np.diff(pairs.indptr), np.bincount(pairs.indices, minlength=len(corpus))
    pairs = csr_matrix(diags_array(listed.clip(1) ** -0.5) @ pairs @ diags_array((1.0 + citers) ** -0.5))
    citing, cited = (_whitening(vectors, np.asarray(pairs.sum(axis=axis)).ravel()) for axis in (1, 0))
    left, strength, right = np.linalg.svd(citing @ (vectors.T @ (pairs @ vectors)).astype(np.float64) @ cited)
    known = vectors @ (cited @ right[:AXES].T).astype(np.float32)
    known /= np.maximum(np.linalg.norm(known, axis=1, keepdims=True), 1e-9)
    return (citing @ left[:, :AXES] * strength[:AXES]).astype(np.float32), known


def _whitening(vectors: Vectors, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """[dimensions × dimensions] the inverse root of the weighted vectors' second moments, ridge added."""
    moments = (vectors.T @ (vectors * weights.astype(np.float32)[:, None])).astype(np.float64)
    values, axes = np.linalg.eigh(moments + RIDGE * np.trace(moments) / len(moments) * np.eye(len(moments)))
    return np.asarray(axes / np.sqrt(values) @ axes.T, dtype=np.float64)
