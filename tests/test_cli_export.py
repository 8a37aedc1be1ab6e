"""What the commands write out: papers, lists and tables, and that they come in again as the same."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from terminal import lines, packed, run, said

# -- papers and lists ------------------------------------------------------------------------------------------------


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


# -- tables ----------------------------------------------------------------------------------------------------------


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
