"""A terminal for the tests of the command line: what is typed, piped and read there."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from recommender.cli import main

DRAFT = "Distilling vision-language models\n\nWe distil a vision-language teacher such as CLIP into a small student."
BIB = """@article{one, title = {Distillation of vision-language models}, author = {Ada Lovelace}, year = 2020}
@book{two, title = {Cooking for many}, author = {Bo Berg}, year = 1990}
@article{broken, title = {Never closed, author = {Nobody}
@inproceedings{three, title = {A student learns from CLIP}, author = {Cy Dee}, year = 2021}
"""


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
    """The file, with one record a line."""
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def packed(path: Path) -> Path:
    """The same file, gzipped, under a name that does not say so."""
    other = path.with_name(f"packed-{path.name}")
    other.write_bytes(gzip.compress(path.read_bytes()))
    return other


def said(text: str) -> list[Any]:
    """The records of an output with one a line."""
    return [json.loads(line) for line in text.splitlines()]
