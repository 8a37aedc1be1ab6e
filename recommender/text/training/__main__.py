"""Trains the tagger: `python -m recommender.text.training ENTITIES PAPERS.jsonl.gz... [--model FILE]`.

ENTITIES is a folder of marked text (JSON lines of `source`, `text`, `spans`); PAPERS are records with title and
abstract, for word clusters and names. The same files give the same model. Needs the extra `train`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recommender.text.features import Knowledge
from recommender.text.model import MODEL, saved
from recommender.text.training.clusters import abstracts, clusters, name_marks, survey
from recommender.text.training.examples import Record, records, sentences
from recommender.text.training.guides import guide
from recommender.text.training.learners import added, bolder, field, perceptron
from recommender.text.training.names import mined_names

PERCEPTRONS = (0.0, 0.2, 0.4, 0.4)
"""The share of features hidden from each; four that differ err less together than one."""
SHARE = 0.0125
"""What a perceptron counts beside the field: it counts steps, so its weights are some thirty times as large."""
BOLDNESS = 1.2
"""What a token outside of names is marked down by. Learners that are right on most tokens miss names; F1 minds more."""


def knowledge_of(files: Sequence[Path]) -> Knowledge:
    """Clusters, marks and names from plain abstracts."""
    found = survey(abstracts(files))
    return Knowledge(clusters(found), name_marks(found), mined_names(abstracts(files)))


def train(given: Sequence[Record], knowledge: Knowledge, path: Path) -> None:
    """Learn from marked records and write the model."""
    examples = list(sentences(given, knowledge))
    models = [(1.0, field(examples))]
    models += [(SHARE, perceptron(examples, seed=7 + number, hidden=hidden))
               for number, hidden in enumerate(PERCEPTRONS)]
    weights, transitions = added(models)
    weights = bolder(weights, BOLDNESS)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **saved(weights, transitions, knowledge, guide(given)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the tagger on the marked text in a folder, with word clusters from papers."""
    parser = argparse.ArgumentParser(prog="python -m recommender.text.training", description=main.__doc__)
    parser.add_argument("entities", type=Path, help="folder of marked text, JSON lines")
    parser.add_argument("papers", nargs="+", type=Path, help="JSON lines with title and abstract, gzipped or not")
    parser.add_argument("--model", default=MODEL, type=Path, help="where to write the model")
    given = parser.parse_args(arguments)
    begun = time.monotonic()
    knowledge = knowledge_of(sorted(given.papers))
    print(f"{len(knowledge.clusters):,} words in clusters, {time.monotonic() - begun:.0f} s")
    train(records(given.entities.glob("*.jsonl")), knowledge, given.model)
    print(f"{given.model.name}: {given.model.stat().st_size / 1e6:.1f} MB, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
