"""What is found in a text, for tests to compare."""

from __future__ import annotations

from recommender.text.entities import extract


def found(text: str) -> dict[str, tuple[str, str]]:
    """Surface -> label and canonical name."""
    return {span.surface: (span.label, span.canonical) for span in extract(text)}


def names(text: str, label: str) -> set[str]:
    return {span.canonical for span in extract(text) if span.label == label}
