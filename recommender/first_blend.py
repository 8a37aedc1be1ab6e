"""placeholder"""
from recommender.blend import WeightedBlend
from recommender.signals import SIGNALS


def first_blend() -> WeightedBlend:
    """placeholder"""
    return WeightedBlend(
        {"bm25": {"bm25_share": (3.0, 1.0), "phrases_share": (0.5, 1.0), "feedback": (1.0, 1.0), "cosine": (0.5, 0.3)},
         "citations": {"cited_normal": (0.5, 0.05), "cocited_share": (0.8, 1.0), "coupled_share": (0.4, 1.0)},
         "cooccurrence": {"entities": (0.2, 0.5)}, "als": {"closeness": (0.3, 0.5)},
         "neighbours": {"authors": (0.15, 0.05), "keywords": (0.15, 0.1)},
         "prior": {"citation_count": (0.05, 2.0)}},
        {name: signal.features for name, signal in SIGNALS.items()})
