"""Whether the ranking holds where less is known, where more is known than may be used, and where it was not learned.

    python tests/benchmarks/protocols PROTOCOL DATA ... [--seed 1] [--work FOLDER]

DATA is a data folder with an index; it is only read. Copies stand in FOLDER (default: the system's place for what is
temporary) and are gone at the end. `python tests/benchmarks/protocols --help` names the protocols, and
`python tests/benchmarks/protocols PROTOCOL --help` what each wants.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import alike
import cross
import evidence
import holes
import lists
import samples
import stability
from compare import asked_in

from recommender.settings import load_settings


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="protocols", description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    each = made.add_subparsers(dest="protocol", required=True)

    def add(name: str, says: str, drafts: bool = False) -> argparse.ArgumentParser:
        one = each.add_parser(name, help=says, description=says)
        one.add_argument("data")
        if drafts:
            one.add_argument("drafts")
            one.add_argument("qrels")
        one.add_argument("--seed", type=int, default=1)
        one.add_argument("--work", type=Path)
        return one

    add("lists", "half of a list given, half wanted, beside plain ALS").add_argument("--most", type=int, default=500)
    add("uneven", "nearly half of the records have holes", drafts=True)
    some = add("samples", "small libraries by topic, no references, years or authors")
    some.add_argument("--most", type=int, default=113)
    some.add_argument("--learned-from", nargs="*", default=(), help="the data folders that ship.py was run on")
    add("sizes", "the shipped blend on 227, 1,000 and 10,000 papers").add_argument("--share", type=float, default=1.0)
    add("alike", "one paper as anchor, without text").add_argument("--most", type=int, default=300)
    add("given", "some references beside the text, and alone", drafts=True).add_argument("--draws", type=int, default=4)
    add("removed", "reference lists taken away", drafts=True)
    both = add("cross", "blends learned on another library", drafts=True)
    both.add_argument("other")
    both.add_argument("other_drafts")
    both.add_argument("other_qrels")
    add("refit", "two builds that differ by a hundredth of the papers", drafts=True)
    add("exclude", "drafts whose own record is there, excluded").add_argument("--most", type=int, default=60)
    less = add("bare", "a field without reference lists")
    less.add_argument("--most", type=int, default=150)
    less.add_argument("--field", default=holes.FIELD, help="a pattern that its papers match")
    return made


def main() -> None:
    """Run one protocol."""
    said = parser().parse_args()
    settings, seed = load_settings(said.data, make=False), said.seed
    match said.protocol:
        case "lists":
            lists.run(settings, said.work, said.most, seed)
        case "uneven":
            holes.uneven(settings, said.work, asked_in(said.drafts, said.qrels), seed)
        case "samples":
            samples.samples(settings, said.most, said.learned_from, seed)
        case "sizes":
            samples.sizes(settings, said.share, seed)
        case "alike":
            alike.run(settings, said.most, seed)
        case "given":
            evidence.given(settings, asked_in(said.drafts, said.qrels), said.draws, seed)
        case "removed":
            evidence.removed(settings, asked_in(said.drafts, said.qrels), seed)
        case "cross":
            cross.run(settings, asked_in(said.drafts, said.qrels), load_settings(said.other, make=False),
                      asked_in(said.other_drafts, said.other_qrels), seed)
        case "refit":
            stability.refit(settings, said.work, asked_in(said.drafts, said.qrels), seed)
        case "exclude":
            stability.exclude(settings, said.work, said.most, seed)
        case "bare":
            holes.bare(settings, said.work, said.field, said.most, seed)


if __name__ == "__main__":
    main()
