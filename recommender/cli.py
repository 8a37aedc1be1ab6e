"""The command line: data on standard output, progress and messages on standard error."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from recommender.bibliography import rank_bibliography
from recommender.crosstab import TABLE_FORMATS, as_file, crosstab
from recommender.drafting import read_draft
from recommender.errors import RecommenderError
from recommender.evaluation import SPLITS
from recommender.export.write import WRITERS, writer
from recommender.ingest.files import open_text
from recommender.ingest.lists import list_lines, read_lists
from recommender.ingest.read import READERS, Record, Skipped, read
from recommender.names import split_names
from recommender.papers import Filters, Paper
from recommender.progress import stage
from recommender.settings import Settings, load_settings
from recommender.store.library import Library, opened

FORMATS = [name for name in WRITERS if name != "jsonl"]


def say(message: str) -> None:
    """A message to the person, not to the pipe."""
    click.echo(message, err=True)


class Program(click.Group):
    """Turns the program's own errors into one clear line and exit code 1."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(context)
        except RecommenderError as error:
            say(f"Error: {error}")
            context.exit(1)
        except BrokenPipeError:
            # Whoever read our output has had enough of it (head, less); Python would try once more at its exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            context.exit(0)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--data", type=click.Path(path_type=Path), help="The data folder (also RECOMMENDER_DATA).")
@click.version_option(version("related-work-recommender"), prog_name="recommender")
@click.pass_context
def main(context: click.Context, data: Path | None) -> None:
    """Paste a draft abstract, get the papers it should cite."""
    context.obj = data
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # data is UTF-8 whatever the terminal's language


def settings_of(context: click.Context, make: bool = True) -> Settings:
    """The settings of the data folder that the command line names; `make` the folder where it is missing."""
    return load_settings(context.find_root().obj, make)


# -- papers in and out -----------------------------------------------------------------------------------------


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(list(READERS)), help="Instead of finding out by content.")
@click.pass_context
def import_(context: click.Context, files: tuple[Path, ...], format_: str | None) -> None:
    """Put papers into the library: JSON lines, BibTeX, or a saved listing page; gzip or plain, - is standard input."""
    from recommender.importing import import_files  # noqa: PLC0415 - commands load only what they need
    settings = settings_of(context)
    files = tuple(Path("/dev/stdin") if str(file) == "-" else file for file in files)
    with opened(settings) as library:
        report = import_files(settings, library, files, format_, stage)
    for line in report.lines():
        say(line)
    if report.counts.changed:
        say("Index them with: recommender build")


@main.command()
@click.pass_context
def embed(context: click.Context) -> None:
    """Encode the meaning of all texts, for the semantic signal; stopped, it goes on from there."""
    from recommender.semantic.embedding import embed as encode  # noqa: PLC0415
    settings = settings_of(context)
    with opened(settings) as library:
        try:
            done = encode(settings, library, stage)
        except KeyboardInterrupt:
            say("Stopped. What is encoded is kept; go on with: recommender embed")
            context.exit(1)
    say(f"{done} texts encoded" + ("; take them up with: recommender build" if done else ", all were"))


@main.command()
@click.option("--list", "list_name", help="One list, by id or name, instead of the whole library.")
@click.option("--format", "format_", type=click.Choice(list(WRITERS)), default="jsonl", show_default=True)
@click.pass_context
def export(context: click.Context, list_name: str | None, format_: str) -> None:
    """Write the whole library, or a list, to standard output."""
    with opened(settings_of(context)) as library:
        papers: Iterable[Paper] = ((paper for _, paper in library.stream()) if list_name is None
                                   else _on_list(library, list_name))
        for piece in writer(format_).write(papers):
            click.echo(piece, nl=False)


@main.group()
def lists() -> None:
    """Reading lists, in and out."""


@lists.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def lists_import(context: click.Context, file: Path) -> None:
    """Put reading lists into the library: JSON lines of id, name, papers."""
    from recommender.store.lists import Lists  # noqa: PLC0415
    skipped: list[Skipped] = []
    with opened(settings_of(context)) as library, stage("Reading lists", None, " lists") as tick:
        added, replaced = Lists(library).take(read_lists(file, skipped.append, tick))
        unknown = library.unresolved_in_lists()
    for item in skipped:
        say(f"{file}, line {item.line}: skipped, {item.reason}")
    say(f"{added} lists added, {replaced} replaced, {len(skipped)} skipped")
    if unknown:
        say(f"{unknown} papers on lists are not in the library; they count as soon as they are imported")


@lists.command("export")
@click.pass_context
def lists_export(context: click.Context) -> None:
    """Write every reading list to standard output, as JSON lines."""
    from recommender.store.lists import Lists  # noqa: PLC0415
    with opened(settings_of(context)) as library:
        for line in list_lines(Lists(library).all()):
            click.echo(line)


# -- index and answers -----------------------------------------------------------------------------------------


@main.command()
@click.pass_context
def build(context: click.Context) -> None:
    """Index the library."""
    from recommender.build import build as build_index  # noqa: PLC0415
    settings = settings_of(context)
    with opened(settings) as library:
        built = build_index(settings, library, stage)
    say(f"{built.papers} papers, {built.terms} terms, {built.entities} entities, {built.citations} citations, "
        f"in {built.seconds:.1f} s")


@main.command()
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--k", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many papers.")
@click.option("--year", type=int, help="Nothing newer than this year.")
@click.option("--variety", type=click.FloatRange(0, 1), default=0.0, show_default=True,
              help="How much score a paper gives up for being unlike those before it.")
@click.option("--authors", default="", help="Who writes the draft, separated by semicolons.")
@click.option("--own-authors", is_flag=True, help="Count their own papers as evidence; otherwise they play no part.")
@click.option("--themes", "themed", is_flag=True, help="Group the papers into named themes.")
@click.option("--format", "format_", type=click.Choice(["text", "json", *FORMATS]), default="text", show_default=True)
@click.pass_context
def recommend(context: click.Context, file: Path, k: int, year: int | None, variety: float, authors: str,
              own_authors: bool, themed: bool, format_: str) -> None:
    """Related work for a draft: plain text (title first, or none), or BibTeX or JSON of one paper."""
    from recommender.answers import answer_json, answer_text  # noqa: PLC0415
    with open_text(file) as text:
        draft = read_draft(text.read())
    draft = replace(draft, filters=Filters(year_to=year), own_authors=own_authors,
                    authors=split_names(authors) or draft.authors)
    with opened(settings_of(context)) as library:
        recommender = _recommender(settings_of(context), library)
        answer = recommender.recommend(recommender.apart(draft), k, variety)
        groups = recommender.themes(answer) if themed else None
    if answer.note:
        say(answer.note)
    if format_ == "text":
        click.echo(answer_text(answer, groups))
    elif format_ == "json":
        click.echo(json.dumps(answer_json(answer, groups), ensure_ascii=False, indent=1))
    else:
        for piece in writer(format_).write([found.paper for found in answer.recommendations]):
            click.echo(piece, nl=False)


@main.command()
@click.argument("drafts", type=click.Path(path_type=Path))
@click.option("--k", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Lines a draft.")
@click.option("--run", "run_file", required=True, type=click.Path(path_type=Path), help="The TREC run to write.")
@click.option("--signals", help="Rank by these signals only, separated by commas.")
@click.pass_context
def batch(context: click.Context, drafts: Path, k: int, run_file: Path, signals: str | None) -> None:
    """Rank papers for many drafts (JSON lines) into a TREC run."""
    from recommender.evaluation.files import read_drafts, run_lines, signals_named, written  # noqa: PLC0415
    names = signals_named(signals)
    done = skipped = 0
    begun = time.perf_counter()
    with opened(settings_of(context)) as library:
        recommender = _recommender(settings_of(context), library)
        recommender.check(names)
        with written(run_file) as run, stage("Ranking", None, " drafts") as tick:
            for item in read_drafts(drafts):
                if isinstance(item, Skipped):
                    skipped += 1
                    say(f"{drafts}, line {item.line}: skipped, {item.reason}")
                    continue
                run.writelines(run_lines(item.id, recommender.ranking(item, k, names), signals or "blend"))
                done += 1
                tick(1)
    say(f"{done} drafts ranked, {skipped} skipped, in {time.perf_counter() - begun:.1f} s: {run_file}")


@main.command()
@click.argument("drafts", type=click.Path(path_type=Path), required=False)
@click.argument("qrels", type=click.Path(path_type=Path), required=False)
@click.option("--own", type=click.Choice(SPLITS), help="On the library's own reference lists instead, with controls.")
@click.pass_context
def evaluate(context: click.Context, drafts: Path | None, qrels: Path | None, own: str | None) -> None:
    """How good the rankings are on drafts (JSON lines) whose references are known (TREC qrels)."""
    if own:
        _examine(context, own)
        return
    if drafts is None or qrels is None:
        raise click.UsageError("Give DRAFTS and QRELS, or --own time, or --own random.")
    from recommender.evaluation import evaluate as evaluation  # noqa: PLC0415
    from recommender.evaluation.files import read_drafts, read_qrels  # noqa: PLC0415
    judgements = read_qrels(qrels)
    asked = []
    for item in read_drafts(drafts):
        if isinstance(item, Skipped):
            say(f"{drafts}, line {item.line}: skipped, {item.reason}")
        else:
            asked.append(item)
    settings = settings_of(context)
    with opened(settings) as library:
        recommender = _recommender(settings, library)
        with stage("Evaluating", len(asked), " drafts") as tick:
            found = evaluation.evaluate(recommender, asked, judgements, tick)
    say(f"{found.drafts} drafts with judgements")
    click.echo(evaluation.as_text(found, settings.seed))


def _examine(context: click.Context, split: str) -> None:
    from recommender.build import library_texts  # noqa: PLC0415
    from recommender.evaluation.controls import MOST, examine  # noqa: PLC0415
    settings = settings_of(context)
    with opened(settings) as library:
        index = _recommender(settings, library).index
        with stage("Asking with own papers", MOST, " drafts") as tick:
            found = examine(index.corpus, index.signals, library_texts(library, index.corpus), settings, split, tick)
    click.echo(found.as_text(settings.seed))


@main.command()
@click.argument("bibliography", type=click.Path(path_type=Path))
@click.argument("draft", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--k", type=click.IntRange(1), help="Only the best so many.")
@click.pass_context
def rank(context: click.Context, bibliography: Path, draft: Path, k: int | None) -> None:
    """Rank a small bibliography against a draft, without the library: rank, score, key, title."""
    items = list(read(bibliography))
    for item in items:
        if isinstance(item, Skipped):
            say(f"{bibliography}, line {item.line}: skipped, {item.reason}")
    papers = [item.paper for item in items if isinstance(item, Record)]
    with open_text(draft) as text:
        ranked = rank_bibliography(papers, read_draft(text.read()), settings_of(context, make=False))
    for place, (paper, score) in enumerate(ranked[:k], 1):
        click.echo(f"{place}\t{score:.4f}\t{paper.key or paper.id}\t{paper.title}")


@main.command()
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--jsonl", is_flag=True, help="The input is JSON lines with id and text.")
def entities(file: Path, jsonl: bool) -> None:
    """Methods, datasets and tasks found in a text, as one JSON line a text."""
    from recommender.annotate import found_lines  # noqa: PLC0415
    for line in found_lines(file, jsonl, lambda at, why: say(f"{file}, line {at}: skipped, {why}")):
        click.echo(line)


@main.command()
@click.argument("list_name", metavar="LIST")
@click.option("--format", "format_", type=click.Choice(list(TABLE_FORMATS)), default="csv", show_default=True)
@click.pass_context
def table(context: click.Context, list_name: str, format_: str) -> None:
    """Methods × datasets of a list, by its id or name: which papers used what with what."""
    settings = settings_of(context)
    with opened(settings) as library:
        made = crosstab(_recommender(settings, library).naming(_on_list(library, list_name)))
    if not made.papers:
        say("No paper of the list names both a method and a dataset")
    click.echo(as_file(made, format_)[0], nl=False)


# -- the server and the rest -------------------------------------------------------------------------------------


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True)
@click.pass_context
def serve(context: click.Context, host: str, port: int) -> None:
    """Serve pages and API; an empty library gets the starter library first."""
    from recommender.serving import serve as run_server  # noqa: PLC0415
    settings = settings_of(context)
    with opened(settings) as library:
        _ensure_answerable(settings, library)
    run_server(settings, host, port, say)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """The library, the index, and how far the index is behind."""
    from recommender.standing import standing  # noqa: PLC0415
    settings = settings_of(context)
    with opened(settings) as library:
        facts = standing(settings, library)
    click.echo(json.dumps(asdict(facts), ensure_ascii=False, indent=1) if as_json else facts.as_text())


@main.command()
@click.option("--to", "revision", default="head", show_default=True, help="A schema revision; base takes all away.")
@click.pass_context
def migrate(context: click.Context, revision: str) -> None:
    """Bring the library's schema to this version's."""
    from recommender.store import database  # noqa: PLC0415
    engine = database.connect(settings_of(context))
    database.migrate(engine, revision)
    engine.dispose()
    say(f"The schema is at {database.head() if revision == 'head' else revision}.")


@main.command()
@click.pass_context
def settings(context: click.Context) -> None:
    """Every setting: its value here, and what it does."""
    here = settings_of(context)
    for knob in fields(here):
        text = knob.metadata.get("help", "The data folder.")
        click.echo(f"{knob.name} = {getattr(here, knob.name)}\n    {text}")


@main.group()
def starter() -> None:
    """The starter library that an empty library is given."""


@starter.command("remove")
@click.pass_context
def starter_remove(context: click.Context) -> None:
    """Take the starter library's papers and lists out again."""
    from recommender.starter import remove  # noqa: PLC0415
    with opened(settings_of(context)) as library:
        papers, gone = remove(library)
    say(f"{papers} papers and {gone} lists removed")


def _on_list(library: Library, name: str) -> list[Paper]:
    """The papers of a list, by its id or name, in its order; those that the library lacks are said."""
    from recommender.store.lists import Lists  # noqa: PLC0415
    papers, missing = Lists(library).papers(name)
    if missing:
        say(f"Not in the library, left out: {', '.join(missing)}")
    return papers


def _ensure_answerable(settings: Settings, library: Library) -> None:
    """Give a library that nothing was ever put into the starter library, indexed."""
    from recommender.starter import install  # noqa: PLC0415
    if install(settings, library, stage):
        say("The library was empty: it now holds the starter library")


def _recommender(settings: Settings, library: Library) -> Any:
    from recommender.recommend import Recommender  # noqa: PLC0415
    _ensure_answerable(settings, library)
    return Recommender.open(settings, library)


if __name__ == "__main__":
    main()
