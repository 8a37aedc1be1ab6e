"""What the import commands take in: every format, gzip and pipes, with what they skip or refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import BIB, packed, process, run

# -- papers ----------------------------------------------------------------------------------------------------------

BROKEN = '{"id": "x1", "title": "Before the broken line"}\n{"id": "x2", "title": \n{"id": "x3", "title": "After it"}\n'


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


# -- lists -----------------------------------------------------------------------------------------------------------


def test_broken_lists_are_skipped_with_line_and_reason(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "lists.jsonl"
    file.write_text('{"id": "a", "papers": ["kd1"]}\nnope\n{"id": "b"}\n{"papers": []}\n'
                    '{"id": "c", "papers": [1, null]}\n')
    result = run(data, "lists", "import", file)
    assert "1 lists added, 0 replaced, 4 skipped" in result.stderr
    assert all(f"{file}, line {line}: skipped, " in result.stderr for line in (2, 3, 4, 5))
