"""Linking measured: spellings of one thing come together, names of different things stay apart."""

from pathlib import Path

import pytest

from recommender.papers import ENTITY_LABELS
from recommender.text.entities import canonical, match_key


def pairs(section):
    lines = Path(__file__).with_name("aliases.txt").read_text(encoding="utf-8").splitlines()
    begin = lines.index(f"[{section}]") + 1
    found = []
    for line in lines[begin:]:
        if line.startswith("["):
            break
        if line:
            one, other = line.split(" | ")
            found.append((one, other))
    return found


def linked(one, other):
    return any(match_key(canonical(one, label)) == match_key(canonical(other, label)) for label in ENTITY_LABELS)


@pytest.mark.parametrize("section", ["same", "different"])
def test_two_hundred_pairs_are_listed_once_each(section):
    found = {frozenset(pair) for pair in pairs(section)}
    assert len(found) == len(pairs(section)) >= 200


def test_spellings_of_one_thing_are_linked():
    missed = [pair for pair in pairs("same") if not linked(*pair)]
    assert len(missed) <= 0.05 * len(pairs("same")), missed


def test_different_things_are_kept_apart():
    mixed = [pair for pair in pairs("different") if linked(*pair)]
    assert len(mixed) <= 0.01 * len(pairs("different")), mixed
