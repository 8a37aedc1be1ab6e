"""Where relatedness comes from: one file a signal, one registry, in the order in which parts are shown."""

from __future__ import annotations

from recommender.signals.als import Als
from recommender.signals.anchors import Anchors
from recommender.signals.base import Signal
from recommender.signals.bm25 import Bm25
from recommender.signals.citations import Citations
from recommender.signals.cooccurrence import Cooccurrence
from recommender.signals.neighbours import Neighbours
from recommender.signals.prior import Prior
from recommender.signals.semantic import Semantic

SIGNALS: dict[str, type[Signal]] = {signal.name: signal for signal in
                                    (Bm25, Semantic, Citations, Anchors, Cooccurrence, Als, Neighbours, Prior)}
