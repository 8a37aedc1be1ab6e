"""What cannot be done costs one clear line and an exit code: files that are missing, wrong options and settings."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import BIB, DRAFT, lines, process, run, said

# -- files and options -----------------------------------------------------------------------------------------------


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


# -- settings --------------------------------------------------------------------------------------------------------


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


# -- output ----------------------------------------------------------------------------------------------------------


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
