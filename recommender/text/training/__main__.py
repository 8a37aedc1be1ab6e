"""Trains the tagger: `python -m recommender.text.training ENTITIES PAPERS.jsonl.gz... [--model FILE]`.

ENTITIES is a folder of marked text (JSON lines of `source`, `text`, `spans`); PAPERS are records with title and
abstract, for word clusters. The same files give the same model. Needs the extra `train`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from recommender.text.features import Knowledge
from recommender.text.model import MODEL, saved
from recommender.text.training.clusters import abstracts, clusters, name_marks, survey
from recommender.text.training.examples import Record, records, sentences
from recommender.text.training.guides import guide
from recommender.text.training.learners import added, field, perceptron
from recommender.text.training.names import mined_names

PERCEPTRON_SHARE = .05
"""The perceptron counts steps, so its weights are some thirty times as large as the field's."""


def knowledge_of(files: Sequence[Path]) -> Knowledge:
    """Clusters and marks from plain abstracts."""
    found = survey(abstracts(files))
    return Knowledge(clusters(found), name_marks(found), mined_names(abstracts(files)))


def train(given: Sequence[Record], knowledge: Knowledge, path: Path) -> None:
    """Learn from marked records and write the model."""
    examples = list(sentences(given, knowledge))
    weights, transitions = added([(1, field(examples)), (PERCEPTRON_SHARE, perceptron(examples))])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **saved(weights, transitions, knowledge, guide(given)))


@click.command()
@click.argument("entities", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("papers", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", default=MODEL, type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
def main(entities: Path, papers: tuple[Path, ...], model: Path) -> None:
    """Train the tagger on the marked text in ENTITIES, with word clusters from PAPERS."""
    begun = time.monotonic()
    knowledge = knowledge_of(sorted(papers))
    click.echo(f"{len(knowledge.clusters):,} words in clusters, {time.monotonic() - begun:.0f} s")
    train(records(entities.glob("*.jsonl")), knowledge, model)
    click.echo(f"{model.name}: {model.stat().st_size / 1e6:.1f} MB, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
