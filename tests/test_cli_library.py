"""The library behind the commands: where it is, its settings and schema, how it stands, the starter, and its server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from terminal import DRAFT, lines, process, run, said

from recommender.settings import Settings
from recommender.store.library import opened

# -- data folder, settings, schema -----------------------------------------------------------------------------------


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


def test_migrate_says_where_the_schema_is(data: Path) -> None:
    assert "The schema is at 0003" in run(data, "migrate").stderr
    run(data, "migrate", "--to", "base")
    assert "0 papers" in run(data, "status").stdout


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


# -- server ----------------------------------------------------------------------------------------------------------


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
