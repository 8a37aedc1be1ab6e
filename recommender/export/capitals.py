"""Capitals in titles that a style must not lower: BERT, CLIP-ViL, mBERT, 3D, GPT-4, iPhone, Bayesian.

Law: a word's part (between hyphens or slashes) is protected if it has a capital after its first character, is
one letter, mixes a capital with a digit, or is a known proper name; "Cross-Modal" in a title in title case is
neither, and a title all in capitals says nothing about its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMES = """
    Abelian Africa African America American Android Arabic Asia Asian Australia Australian Bayes
    Bayesian Bernoulli Bluetooth Boltzmann Boolean Brazil Brazilian Britain British Brownian Canada
    Canadian Carlo Cartesian Chernoff China Chinese Cholesky Covid Delaunay Dijkstra Dirichlet Dutch
    Einstein England English Erdős Euclid Euclidean Euler Eulerian Europe European Facebook Fermat
    Finland Finnish Fisher Flickr Fourier French Frobenius Gabor Galois Gauss Gaussian German Germany
    Gibbs Google Greek Hamming Hamiltonian Hausdorff Hebrew Hermitian Hessian Hilbert Hindi Huffman
    India Indian Instagram Internet Italian Italy Jaccard Jacobian Japan Japanese Java Kalman Kinect
    Kolmogorov Korea Korean Kubernetes Lagrange Lagrangian Langevin Laplace Laplacian Latin Lebesgue
    Levenshtein Linux Lipschitz London Lyapunov Mahalanobis Markov Markovian Turk Minecraft Minkowski
    Monte Nash Newton Newtonian Norwegian Pareto Paris Pearson Persian Petri Poisson Polish Portuguese
    Prolog Python Reddit Reeb Riemann Riemannian Russia Russian Scandinavian Shannon Shapley Skype
    Slovak Slovenian Sobolev Spain Spanish Spotify Steiner Sweden Swedish Swiss Switzerland Taylor
    Tokyo Turing Turkish Twitter Ukraine Ukrainian Unix Urdu Vietnam Vietnamese Viterbi Voronoi
    Wasserstein Weibull Wikidata Wikipedia Zipf
"""
PROPER_NAMES = frozenset(_NAMES.split())

_WORD = re.compile(r"\s+|\S+")
_PART = re.compile(r"[-‐‑–—/]+|[^-‐‑–—/]+")
_CORE = re.compile(r"^([^\w+#]*)(.*?)([^\w+#]*)$", re.DOTALL)


def split_title(piece: str, title: str) -> Iterator[tuple[bool, str]]:
    """A piece of a title in parts: (whether to protect it, part); together they are the piece."""
    if not any(c.islower() for c in title) and len(title.split()) > 3:
        yield False, piece
        return
    words = _WORD.findall(piece)
    for number, word in enumerate(words):
        if word.isspace():
            yield False, word
        elif word == "A" and number < len(words) - 1:
            yield False, word  # the article; "Vitamin A: …" has its mark, or the end, behind it
        else:
            yield from _split_word(word)


def _split_word(word: str) -> Iterator[tuple[bool, str]]:
    """Neighbouring parts that need braces share one pair: {CLIP-ViL}, {GPT-4}, but {BERT}-Based."""
    before, core, after = _CORE.match(word).groups()  # type: ignore[union-attr]  # matches everything
    parts = _PART.findall(core)
    needs = [_matters(part) for part in parts]
    # A number belongs to the name before it, and a mark to what stands on both its sides.
    for at, part in enumerate(parts):
        if at >= 2 and part.isdigit() and needs[at - 2]:
            needs[at] = True
    for at in range(1, len(parts) - 1):
        if not parts[at][0].isalnum() and needs[at - 1] and needs[at + 1]:
            needs[at] = True
    yield False, before
    start = 0
    for at in range(1, len(parts) + 1):
        if at == len(parts) or needs[at] != needs[start]:
            yield needs[start], "".join(parts[start:at])
            start = at
    yield False, after


def _matters(part: str) -> bool:
    letters = [c for c in part if c.isalpha()]
    if not any(c.isupper() for c in letters):
        return False
    return (any(c.isupper() for c in part[1:]) or len(letters) == 1 or any(c.isdigit() for c in part)
            or part.removesuffix("'s").removesuffix("’s") in PROPER_NAMES)
