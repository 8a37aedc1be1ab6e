"""The command line as a person or a script meets it: forms, streams, exit codes, files of every kind."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recommender.cli import main
from recommender.settings import Settings
from recommender.store.library import opened

DRAFT = "Distilling vision-language models\n\nWe distil a vision-language teacher such as CLIP into a small student."
BROKEN = '{"id": "x1", "title": "Before the broken line"}\n{"id": "x2", "title": \n{"id": "x3", "title": "After it"}\n'
BIB = """@article{one, title = {Distillation of vision-language models}, author = {Ada Lovelace}, year = 2020}
@book{two, title = {Cooking for many}, author = {Bo Berg}, year = 1990}
@article{broken, title = {Never closed, author = {Nobody}
@inproceedings{three, title = {A student learns from CLIP}, author = {Cy Dee}, year = 2021}
"""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("RECOMMENDER_"):
            monkeypatch.delenv(name)


@pytest.fixture
def data(toy_folder: Path, tmp_path: Path) -> Path:
    """A fresh copy of the toy library's data folder."""
    return Path(shutil.copytree(toy_folder, tmp_path / "toy-data", symlinks=True))


def run(data: Path | None, *arguments: object, given: str | bytes | None = None, code: int = 0) -> Result:
    """A command within this process; it must exit with `code`, and never with a traceback."""
    before = [] if data is None else ["--data", str(data)]
    result = CliRunner().invoke(main, [*before, *map(str, arguments)], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code == code, result.output
    return result


def process(data: Path | None, *arguments: object, given: str | bytes = b"", env: dict[str, str] | None = None,
            cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own; its exit code is the caller's to look at."""
    before = [] if data is None else ["--data", str(data)]
    done = subprocess.run([sys.executable, "-W", "error", "-m", "recommender.cli", *before, *map(str, arguments)],
                          input=given if isinstance(given, bytes) else given.encode(), capture_output=True, check=False,
                          timeout=120, env={**os.environ, **(env or {})}, cwd=cwd)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def lines(path: Path, records: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def packed(path: Path) -> Path:
    """The same file, gzipped, under a name that does not say so."""
    other = path.with_name(f"packed-{path.name}")
    other.write_bytes(gzip.compress(path.read_bytes()))
    return other


def said(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


# -- import ----------------------------------------------------------------------------------------------------------


def test_import_reports_what_it_skips_and_still_succeeds(tmp_path: Path) -> None:
    file = tmp_path / "papers.jsonl"
    file.write_text(BROKEN)
    result = run(tmp_path / "data", "import", file)
    assert result.stdout == ""
    assert f"{file}, line 2: skipped, " in result.stderr
    assert "2 added, 0 merged, 0 updated, 0 unchanged, 1 skipped" in result.stderr
    again = run(tmp_path / "data", "import", file)
    assert "0 added, 0 merged, 0 updated, 2 unchanged, 1 skipped" in again.stderr
    assert "recommender build" not in again.stderr


def test_import_takes_several_formats_gzip_or_not_in_one_command(tmp_path: Path) -> None:
    bib, jsonl, listing = tmp_path / "a.txt", tmp_path / "b.bib", tmp_path / "c"
    bib.write_text(BIB)
    jsonl.write_text('[{"title": "An array of one paper"}]')
    listing.write_text("".join(f"Title number {i} of the page\n{'An abstract that goes on for a while. ' * 8}\n"
                               for i in range(4)))
    result = run(tmp_path / "data", "import", packed(bib), jsonl, packed(listing))
    assert "packed-a.txt, line 3: skipped" in result.stderr
    assert "8 added" in result.stderr or "7 added" in result.stderr


def test_import_reads_standard_input(tmp_path: Path) -> None:
    done = process(tmp_path / "data", "import", "-", given='{"title": "From a pipe it came"}\n')
    assert done.returncode == 0
    assert done.stdout == b""
    assert b"1 added" in done.stderr


def test_import_obeys_the_format_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("Some title here\n" + "And an abstract that is long enough to be one. " * 6 + "\n")
    assert "1 added" in run(tmp_path / "data", "import", file, "--format", "listing").stderr
    assert "Invalid value for '--format'" in run(tmp_path / "data", "import", file, "--format", "xyz", code=2).stderr


@pytest.mark.parametrize(("content", "words"), [
    (b"%PDF-1.7", "looks like PDF"), (b"\x00\x01\x02\x03" * 50, "not text"), (b"TY  - JOUR\n", "looks like RIS"),
    (b"<html><body>", "HTML or XML"), (b"just a few words", "cannot be told"),
])
def test_import_refuses_what_it_cannot_read_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "odd"
    file.write_bytes(content)
    result = run(tmp_path / "data", "import", file, code=1)
    assert result.stderr.startswith(f"Error: {file}: ")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_empty_file_is_imported_as_nothing(tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_bytes(b"")
    assert "0 added" in run(tmp_path / "data", "import", file, packed(file)).stderr


# -- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [
    ["import", "nope"], ["lists", "import", "nope"], ["recommend", "nope"], ["batch", "nope", "--run", "x"],
    ["batch", "nope", "--run", "no/such/folder/x"], ["evaluate", "nope", "nope"], ["rank", "nope"],
    ["rank", "nope", "nope"], ["entities", "nope"], ["entities", "nope", "--jsonl"], ["export", "--list", "nope"],
    ["table", "nope"],
    ["import", "."], ["recommend", "."], ["entities", "."], ["migrate", "--to", "nope"],
])
def test_what_is_missing_costs_one_clear_line(data: Path, command: list[str], tmp_path: Path,
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(data, *command, code=1)
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [["lists", "import"], ["recommend"], ["entities"], ["rank", "refs.bib"]])
def test_a_gzip_file_that_breaks_off_costs_one_clear_line(data: Path, command: list[str], tmp_path: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "broken.gz"
    file.write_bytes(gzip.compress(DRAFT.encode() * 50)[:-20])
    (tmp_path / "refs.bib").write_text(BIB)
    monkeypatch.chdir(tmp_path)
    result = run(data, *command, file, code=1)
    assert "damaged or breaks off" in result.stderr


@pytest.mark.parametrize("command", [
    ["recommend", "--k", "0"], ["recommend", "--format", "pdf"], ["batch", "x"], ["serve", "--port", "99999"],
    ["nothing"], ["import"], ["export", "--format", "x"], ["table"],
    ["table", "distil", "--format", "jsonl"],
])
def test_a_wrong_command_line_exits_with_2(data: Path, command: list[str]) -> None:
    run(data, *command, code=2)


def test_recommend_and_batch_without_an_index_name_the_cure(tmp_path: Path) -> None:
    file = lines(tmp_path / "papers.jsonl", [{"id": "a", "title": "One paper of mine"}])
    run(tmp_path / "data", "import", file)
    for command in (["recommend", "-"], ["batch", file, "--run", tmp_path / "run"]):
        result = run(tmp_path / "data", *command, given=DRAFT, code=1)
        assert "recommender build" in result.stderr
    # And an import that has begun keeps the starter library out.
    assert len(said(run(tmp_path / "data", "export").stdout)) == 1


def test_a_reader_that_stops_early_is_no_error(data: Path) -> None:
    command = f"{sys.executable} -m recommender.cli --data {data} export --format bibtex | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0
    assert done.stderr == b""


def test_output_is_utf_8_whatever_the_language(data: Path) -> None:
    done = process(data, "recommend", "-", given="Ünïcödé 🦜 distillation of a teacher into a student",
                   env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.returncode == 0
    done.stdout.decode("utf-8")


# -- data folder and settings ----------------------------------------------------------------------------------------


def test_the_option_goes_before_the_environment(data: Path, tmp_path: Path) -> None:
    other = {"RECOMMENDER_DATA": str(tmp_path / "other")}
    assert str(tmp_path / "other") in process(None, "status", env=other).stdout.decode()
    assert str(data) in process(data, "status", env=other).stdout.decode()


def test_settings_come_from_the_environment_then_the_file_then_the_default(data: Path, monkeypatch: pytest.MonkeyPatch,
                                                                           ) -> None:
    (data / "settings.toml").write_text("bm25_b = 0.5\nthreads = 3\n")
    monkeypatch.setenv("RECOMMENDER_BM25_B", "0.25")
    shown = run(data, "settings").stdout
    for line in ("bm25_b = 0.25", "threads = 3", "als_factors = 128", f"data = {data}"):
        assert line in shown.splitlines()


@pytest.mark.parametrize(("text", "words"), [
    ("colour = 1", "sets colour, which is no setting"), ("threads = 'many'", "threads wants a whole number"),
    ("threads = 2.5", "threads wants a whole number"), ("threads = true", "threads wants a whole number"),
    ("threads = 0", "at least 1"), ("bm25_b = 2", "from 0 to 1"), ("bm25_b = nan", "from 0 to 1"),
    ("bm25_k1 = inf", "at least 0"), ("bm25_variant = 'x'", "one of lucene, okapi, plus, l"),
    ("database_url = 3", "database_url wants a text"), ("threads = ", "not readable TOML"),
    ("database_url = 'nonsense'", "database_url is not usable"),
])
def test_a_wrong_setting_is_named(data: Path, text: str, words: str) -> None:
    (data / "settings.toml").write_text(text)
    result = run(data, "status", code=1)
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be made" in run(tmp_path / "file" / "below", "status", code=1).stderr


def test_migrate_says_where_the_schema_is(data: Path) -> None:
    assert "The schema is at 0003" in run(data, "migrate").stderr
    run(data, "migrate", "--to", "base")
    assert "0 papers" in run(data, "status").stdout


# -- recommend ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [
    DRAFT, f"Title: {DRAFT}", DRAFT.partition("\n\n")[2], json.dumps({"title": DRAFT[:30], "abstract": DRAFT}),
    "@article{x, title = {Distilling CLIP into a student}, abstract = {A vision-language teacher.}}",
])
def test_recommend_reads_a_draft_in_any_form(data: Path, given: str) -> None:
    found = json.loads(run(data, "recommend", "--format", "json", "--k", 4, given=given).stdout)["recommendations"]
    assert len(found) == 4
    assert found[0]["paper"]["id"].startswith("kd")
    for one in found:
        assert sum(one["parts"].values()) + one["base"] == pytest.approx(one["score"], abs=1e-5)


@pytest.mark.parametrize("format", ["text", "json", "bibtex", "bibtex-unicode", "ris", "csl-json", "markdown"])
def test_recommend_writes_every_format(data: Path, tmp_path: Path, format: str) -> None:
    file = tmp_path / "draft.txt"
    file.write_text(DRAFT)
    plain = run(data, "recommend", file, "--format", format, "--k", 3)
    assert plain.stdout == run(data, "recommend", packed(file), "--k", 3, "--format", format).stdout or format == "json"
    assert plain.stdout.strip()
    if "json" in format:
        json.loads(plain.stdout)


def test_recommend_says_what_the_nearest_papers_use_besides(data: Path) -> None:
    given = "Text-video retrieval\n\nA sentence retrieves the video whose frames match it, by a contrastive loss."
    missing = json.loads(run(data, "recommend", "--format", "json", given=given).stdout)["missing"]
    assert [one["name"] for one in missing if one["label"] == "Dataset"][:1] == ["MSR-VTT"]
    assert set(missing[0]["papers"]) <= {"tv1", "tv3", "tv4"}
    assert "Papers like this also evaluate on: MSR-VTT" in run(data, "recommend", given=given).stdout


def test_recommend_leaves_newer_papers_out(data: Path) -> None:
    answer = json.loads(run(data, "recommend", "--year", 2019, "--k", 20, "--format", "json", given=DRAFT).stdout)
    years = [one["paper"]["year"] for one in answer["recommendations"]]
    assert max(year for year in years if year) <= 2019
    assert None in years


def test_recommend_says_when_there_is_nothing_to_go_on(data: Path) -> None:
    result = run(data, "recommend", "--format", "json", given="")
    assert json.loads(result.stdout)["recommendations"] == []
    assert "nothing to go on" in result.stderr


# -- batch -------------------------------------------------------------------------------------------------------------


def ranked(path: Path) -> dict[str, list[str]]:
    """Draft -> papers in order, of a TREC run whose form is checked on the way."""
    found: dict[str, list[str]] = {}
    last: dict[str, float] = {}
    for line in path.read_text().splitlines():
        draft, q0, paper, rank, score, _tag = line.split(" ")
        assert q0 == "Q0"
        found.setdefault(draft, []).append(paper)
        assert int(rank) == len(found[draft])
        assert float(score) < last.get(draft, float("inf"))
        last[draft] = float(score)
    assert all(len(set(papers)) == len(papers) for papers in found.values())
    return found


@pytest.mark.parametrize("signals", [None, "bm25", "bm25,als", "citations"])
def test_batch_gives_k_lines_a_draft(data: Path, toy_papers: list[Any], tmp_path: Path, signals: str | None) -> None:
    everything = {paper.id for paper in toy_papers}
    drafts = lines(tmp_path / "drafts.jsonl", [
        {"id": "plain", "title": "Distilled students", "abstract": DRAFT},
        {"id": 7, "title": "Adapters", "abstract": "Adapters for languages", "year": 2020, "exclude": ["mt1", "nope"],
         "references": ["mt2", "never-heard-of"]},
        {"id": "odd/id#?é", "title": "Zzz", "abstract": "Qqq", "year": None, "exclude": [], "references": None},
    ])
    chosen = ["--signals", signals] if signals else []
    for file in (drafts, packed(drafts)):
        result = run(data, "batch", file, "--k", 50, "--run", tmp_path / "run", *chosen)
        assert result.stdout == ""
        assert "3 drafts ranked, 0 skipped" in result.stderr
        found = ranked(tmp_path / "run")
        assert set(found["plain"]) == everything
        assert set(found["odd/id#?é"]) == everything
        newer = {paper.id for paper in toy_papers if paper.year is not None and paper.year > 2020}
        assert set(found["7"]) == everything - newer - {"mt1", "mt2"}
    run(data, "batch", drafts, "--k", 2, "--run", tmp_path / "run")
    assert {len(papers) for papers in ranked(tmp_path / "run").values()} == {2}


def test_batch_skips_broken_drafts_with_line_and_reason(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "drafts.jsonl"
    file.write_text('{"id": "a", "title": "x"}\n\nnot json\n{"id": "a"}\n{"id": "b c"}\n{"title": "none"}\n'
                    '{"id": "d", "year": "soon"}\n[]\n{"id": "e", "exclude": "mt1"}\n{"id": true}\n{"id": "z"}\n')
    result = run(data, "batch", file, "--run", tmp_path / "run")
    assert "2 drafts ranked, 8 skipped" in result.stderr
    for line in (3, 4, 5, 6, 7, 8, 9, 10):
        assert f"{file}, line {line}: skipped, " in result.stderr
    assert set(ranked(tmp_path / "run")) == {"a", "z"}


def test_batch_names_the_signals_there_are(data: Path, tmp_path: Path) -> None:
    drafts = lines(tmp_path / "drafts.jsonl", [{"id": "a", "title": "x"}])
    result = run(data, "batch", drafts, "--run", tmp_path / "run", "--signals", "bm52", code=1)
    assert "bm52" in result.stderr
    assert "bm25" in result.stderr
    assert not (tmp_path / "run").exists()


def test_evaluate_prints_a_table(data: Path, tmp_path: Path) -> None:
    drafts = lines(tmp_path / "drafts.jsonl", [{"id": "a", "title": "Distilled students", "exclude": ["kd5"]}])
    qrels = tmp_path / "qrels"
    qrels.write_text("a 0 kd1 1\na 0 kd2 1\n")
    result = run(data, "evaluate", packed(drafts), packed(qrels))
    for word in ("ndcg", "recall", "mrr", "map", "bm25", "blend"):
        assert word in result.stdout.lower()
    assert "1 drafts with judgements" in result.stderr
    qrels.write_text("a 0 kd1 1\na kd2\n")
    assert "line 2" in run(data, "evaluate", drafts, qrels, code=1).stderr


# -- rank and entities -------------------------------------------------------------------------------------------------


def test_rank_needs_no_library(tmp_path: Path) -> None:
    bib, draft = tmp_path / "refs.bib", tmp_path / "draft.txt"
    bib.write_text(BIB)
    draft.write_text(DRAFT)
    result = run(tmp_path / "never-made", "rank", packed(bib), packed(draft))
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == [str(i) for i in range(1, len(rows) + 1)]
    assert rows[0][2:] == ["one", "Distillation of vision-language models"]
    assert rows[-1][2] == "two"
    assert f"{tmp_path / 'packed-refs.bib'}, line 3: skipped" in result.stderr
    assert not (tmp_path / "never-made").exists()
    assert run(tmp_path / "x", "rank", bib, given=DRAFT).stdout == result.stdout
    assert len(run(tmp_path / "x", "rank", bib, "-", "--k", 1, given=DRAFT).stdout.splitlines()) == 1


def test_entities_keep_order_ids_and_code_point_offsets(tmp_path: Path) -> None:
    texts = ["🦜🦜 We train CLIP on ImageNet.", "", "Nothing of note\r\nhere, but BERT.", "𝔘 e\u0301 ResNet-50 on COCO"]
    file = lines(tmp_path / "texts.jsonl", [{"id": id, "text": text} for id, text in zip([7, "7", "a b", None], texts,
                                                                                       strict=True)])
    for result in (run(None, "entities", packed(file), "--jsonl"), run(None, "entities", "--jsonl",
                                                                     given=file.read_text())):
        found = said(result.stdout)
        assert [one["id"] for one in found] == [7, "7", "a b", None]
        for one, text in zip(found, texts, strict=True):
            assert all(text[span["start"]: span["end"]] == span["surface"] for span in one["spans"])
        assert {span["canonical"] for span in found[0]["spans"]} >= {"CLIP", "ImageNet"}
        assert {span["label"] for one in found for span in one["spans"]} <= {"Method", "Dataset", "Task"}


def test_entities_skip_broken_lines(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"id": 1, "text": "CLIP"}\nnope\n{"id": 2}\n[]\n{"text": "BERT"}\n')
    result = run(None, "entities", file, "--jsonl")
    assert ["id" in one for one in said(result.stdout)] == [True, False]
    assert [f"line {line}: skipped" in result.stderr for line in (1, 2, 3, 4, 5)] == [False, True, True, True, False]


def test_entities_of_a_plain_text_are_one_line() -> None:
    done = process(None, "entities", given="We train CLIP\r\non ImageNet. 🦜 BERT")
    (found,) = said(done.stdout.decode())
    text = "We train CLIP\r\non ImageNet. 🦜 BERT"
    assert [text[span["start"]: span["end"]] for span in found["spans"]] == [span["surface"] for span in found["spans"]]
    assert "BERT" in {span["canonical"] for span in found["spans"]}


# -- out and in again --------------------------------------------------------------------------------------------------


def test_an_export_imported_elsewhere_exports_the_same(data: Path, tmp_path: Path) -> None:
    first = run(data, "export").stdout
    file = tmp_path / "export.jsonl"
    file.write_text(first, encoding="utf-8")
    run(tmp_path / "other", "import", packed(file))
    second = run(tmp_path / "other", "export").stdout
    assert second == first
    assert f"0 added, 0 merged, 0 updated, {len(said(first))} unchanged" in run(data, "import", file).stderr
    assert run(data, "export").stdout == first


def test_lists_imported_elsewhere_export_the_same(data: Path, tmp_path: Path) -> None:
    file = lines(tmp_path / "lists.jsonl", [
        {"id": "mine", "name": "Mine: Ünïcödé", "papers": ["kd2", "kd1", "later"], "notes": {"later": "not yet"}},
        {"id": 12, "name": "A number", "papers": [], "description": "Words"}])
    result = run(data, "lists", "import", packed(file))
    assert "2 lists added, 0 replaced, 0 skipped" in result.stderr
    assert "1 papers on lists are not in the library" in result.stderr
    first = run(data, "lists", "export").stdout
    assert [one["id"] for one in said(first)] == ["12", "distil", "mine"]
    (tmp_path / "out.jsonl").write_text(first, encoding="utf-8")
    run(tmp_path / "other", "lists", "import", tmp_path / "out.jsonl")
    assert run(tmp_path / "other", "lists", "export").stdout == first
    assert "0 lists added, 3 replaced" in run(data, "lists", "import", tmp_path / "out.jsonl").stderr


def test_broken_lists_are_skipped_with_line_and_reason(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "lists.jsonl"
    file.write_text('{"id": "a", "papers": ["kd1"]}\nnope\n{"id": "b"}\n{"papers": []}\n'
                    '{"id": "c", "papers": [1, null]}\n')
    result = run(data, "lists", "import", file)
    assert "1 lists added, 0 replaced, 4 skipped" in result.stderr
    assert all(f"{file}, line {line}: skipped, " in result.stderr for line in (2, 3, 4, 5))


def test_a_list_is_exported_in_its_own_order_and_what_is_missing_is_said(data: Path, tmp_path: Path) -> None:
    file = lines(tmp_path / "l", [{"id": "l", "name": "By name", "papers": ["kd2", "gone", "kd1"]}])
    run(data, "lists", "import", file)
    for name in ("l", "By name"):
        result = run(data, "export", "--list", name)
        assert [one["id"] for one in said(result.stdout)] == ["kd2", "kd1"]
        assert "gone" in result.stderr


@pytest.mark.parametrize("format", ["bibtex", "bibtex-unicode", "ris", "csl-json", "markdown", "jsonl"])
def test_the_whole_library_is_exported_in_every_format(data: Path, format: str) -> None:
    result = run(data, "export", "--format", format)
    assert "Distilling" in result.stdout.replace("{", "").replace("}", "")
    assert result.stderr == ""


@pytest.fixture
def crossed(data: Path, tmp_path: Path) -> Path:
    """The toy library with a list whose methods and datasets are few."""
    file = lines(tmp_path / "l", [{"id": "l", "name": "By name", "papers": ["tv1", "gone", "tv3"]}])
    run(data, "lists", "import", file)
    return data


def test_a_table_as_csv_has_keys_where_papers_name_both_and_says_what_is_missing(crossed: Path) -> None:
    for name in ("l", "By name"):
        result = run(crossed, "table", name)
        head, *rows = csv.reader(io.StringIO(result.stdout.removeprefix("\ufeff")))
        cells = {(row[0], dataset): cell for row in rows for dataset, cell in zip(head[1:], row[1:], strict=True)}
        assert cells["CLIP", "MSR-VTT"] == cells["CLIP", "ActivityNet"] == "tv32022mean"
        assert cells["frame attention", "MSR-VTT"] == "tv12021text"
        assert cells["frame attention", "ActivityNet"] == ""
        assert "gone" in result.stderr


def test_a_table_as_markdown_shows_its_empty_cells(crossed: Path) -> None:
    rows = run(crossed, "table", "l", "--format", "markdown").stdout.splitlines()
    assert rows[1] == "| --- | --- | --- |"
    assert "| frame attention | tv12021text | – |" in rows


def test_a_list_without_methods_and_datasets_has_an_empty_table_and_says_so(data: Path, tmp_path: Path) -> None:
    run(data, "lists", "import", lines(tmp_path / "l", [{"id": "l", "papers": ["kd5"]}]))
    result = run(data, "table", "l")
    assert result.stdout_bytes.decode() == "\ufeffMethod\r\n"
    assert "No paper of the list names both a method and a dataset" in result.stderr


# -- standing --------------------------------------------------------------------------------------------------------


def test_status_says_how_far_the_index_is_behind(data: Path, tmp_path: Path) -> None:
    assert "up to date" in run(data, "status").stdout
    new = {"id": "new", "title": "A new paper of mine", "references": ["kd1", "never"]}
    file = lines(tmp_path / "more.jsonl", [new])
    run(data, "import", file)
    shown = json.loads(run(data, "status", "--json").stdout)
    assert (shown["papers"], shown["indexed"], shown["behind"]) == (shown["indexed"] + 1, shown["papers"] - 1, 1)
    assert "behind: 1 papers" in run(data, "status").stdout
    result = run(data, "build")
    assert result.stdout == ""
    assert f"{shown['papers']} papers, " in result.stderr
    assert all(word in result.stderr for word in ("terms", "entities", "citations", " s"))
    assert "up to date" in run(data, "status").stdout
    run(data, "lists", "import", lines(tmp_path / "l", [{"id": "l", "name": "L", "papers": ["new"]}]))
    assert "lists changed" in run(data, "status").stdout


def test_an_empty_library_has_a_status_and_an_export(tmp_path: Path) -> None:
    assert "0 papers" in run(tmp_path, "status").stdout
    assert run(tmp_path, "export").stdout == ""
    assert run(tmp_path, "lists", "export").stdout == ""


def test_builds_and_questions_at_once_all_succeed(data: Path) -> None:
    command = [sys.executable, "-m", "recommender.cli", "--data", str(data)]
    pipe = subprocess.PIPE
    running = [subprocess.Popen([*command, *what], stdin=pipe, stdout=pipe, stderr=pipe)
               for what in (["build"], ["build"], ["recommend", "--k", "3", "--format", "json"],
                            ["recommend", "--k", "3", "--format", "json"])]
    outputs = [one.communicate(DRAFT.encode(), timeout=120) for one in running]
    assert [one.returncode for one in running] == [0, 0, 0, 0], [error.decode() for _, error in outputs]
    assert [len(json.loads(out)["recommendations"]) for out, _ in outputs[2:]] == [3, 3]
    assert "up to date" in run(data, "status").stdout


# -- the starter library ---------------------------------------------------------------------------------------------


def test_recommend_gives_an_empty_library_the_starter_and_remove_takes_it_out(tmp_path: Path) -> None:
    done = process(tmp_path / "data", "recommend", "--k", "5", "--format", "json", given=DRAFT, cwd=tmp_path)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["recommendations"]) == 5
    assert b"starter library" in done.stderr
    assert "227 papers" in run(tmp_path / "data", "status").stdout
    assert "starter library" not in run(tmp_path / "data", "recommend", "--k", 1, given=DRAFT).stderr
    assert "227 papers and 14 lists removed" in run(tmp_path / "data", "starter", "remove").stderr
    assert "0 papers" in run(tmp_path / "data", "status").stdout
    # It is not put back by itself.
    run(tmp_path / "data", "recommend", given=DRAFT, code=0)
    assert "0 papers" in run(tmp_path / "data", "status").stdout


def test_starter_remove_leaves_what_the_reader_keeps(tmp_path: Path) -> None:
    run(tmp_path / "data", "recommend", given=DRAFT)
    with opened(Settings(tmp_path / "data")) as library:
        kept = [paper.id for _, paper in list(library.stream())[:2]]
    run(tmp_path / "data", "lists", "import", lines(tmp_path / "l", [{"id": "my-own", "name": "L", "papers": kept}]))
    run(tmp_path / "data", "import", lines(tmp_path / "p", [{"id": "mine", "title": "A paper of my own"}]))
    assert "225 papers" in run(tmp_path / "data", "starter", "remove").stderr
    assert {one["id"] for one in said(run(tmp_path / "data", "export").stdout)} == {"mine", *kept}


@pytest.mark.parametrize("first", [["import"], ["lists", "import"]])
def test_what_the_reader_put_in_is_not_mixed_with_the_starter(tmp_path: Path, first: list[str]) -> None:
    file = lines(tmp_path / "file", [{"id": "a", "name": "A", "title": "A paper of my own", "papers": ["b"]}])
    run(tmp_path / "data", *first, file)
    run(tmp_path / "data", "build")
    run(tmp_path / "data", "recommend", given=DRAFT)
    assert len(said(run(tmp_path / "data", "export").stdout)) <= 1


def test_serve_answers_and_stops(data: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "recommender.cli", "--data", str(data), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            line = next(line for line in server.stderr if "http://" in line)
            address = line.split()[2]
            with urllib.request.urlopen(address, timeout=30) as page:
                assert page.status == 200
            asked = urllib.request.Request(f"{address}/api/recommend", json.dumps({"abstract": DRAFT, "k": 3}).encode(),
                                           {"Content-Type": "application/json"})
            with urllib.request.urlopen(asked, timeout=30) as answer:
                assert len(json.load(answer)["recommendations"]) == 3
            port = address.rsplit(":", 1)[1]
            # waitress leaves its socket to the garbage collector here, so not within this process, and no -W error.
            clash = subprocess.run([*command[:1], *command[3:-1], port], capture_output=True, text=True, check=False,
                                   timeout=60)
            assert clash.returncode == 1
            assert clash.stderr.startswith(f"Error: The address 127.0.0.1:{port} is in use.")
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=30) == 0
