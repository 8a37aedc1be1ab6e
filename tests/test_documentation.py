"""What the README promises is there, what is there the README names, and imports keep to the map."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from recommender.cli import main
from recommender.export.write import WRITERS
from recommender.ingest.read import READERS
from recommender.settings import Settings
from recommender.signals import SIGNALS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
MODULES = [*sorted((ROOT / "recommender").rglob("*.py")), *sorted((ROOT / "migrations").rglob("*.py")), ROOT / "app.py"]


def _commands(group: click.Group = main, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


COMMANDS = dict(_commands())


# -- README ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme_with_its_options(name: str) -> None:
    row = next((line for line in README.splitlines() if re.match(rf"\| `{re.escape(name)}[ `]", line)), None)
    assert row is not None, f"README has no row for: {name}"
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts if option.startswith("--")}
    assert options <= set(re.findall(r"--[a-z-]+", row))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert COMMANDS[name].help


def test_every_option_that_the_readme_names_exists() -> None:
    known = {option for command in [main, *COMMANDS.values()] for parameter in command.params
             for option in parameter.opts}
    text = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known | {"--help"}


def test_every_command_in_a_block_exists() -> None:
    called = [re.split(r"\s+", line.strip()) for block in BLOCKS for line in block.splitlines()
              for line in re.split(r"&&|\|", line) if re.match(r"\s*(\S*/)?recommender\s", line)]
    assert called
    for words in called:
        known = " ".join(words[1:3]) in COMMANDS or words[1] in COMMANDS
        assert known, f"README calls: {' '.join(words)}"


def test_every_file_that_a_block_runs_exists() -> None:
    for block in BLOCKS:
        for words in map(shlex.split, block.splitlines()):
            if words[:1] in (["bash"], ["python"]):
                assert (ROOT / words[1]).is_file(), words


def test_the_two_commands_are_as_promised() -> None:
    assert "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/recommender serve\n" in BLOCKS
    assert "bash tests/run\n" in BLOCKS
    assert re.search(r"^.*exec bash tests/run$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


@pytest.mark.parametrize("knob", [knob for knob in fields(Settings) if knob.name != "data"], ids=lambda knob: knob.name)
def test_every_setting_is_in_the_readme_with_default_and_help(knob: object) -> None:
    name, default, text = knob.name, knob.default, knob.metadata["help"]  # type: ignore[attr-defined]
    shown = {"": "empty"}.get(default, f"`{default}`" if isinstance(default, str) else str(default))
    assert f"| `{name}` | {shown} | {text} |" in README


@pytest.mark.parametrize("name", [*READERS, *WRITERS])
def test_every_format_is_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("name", SIGNALS)
def test_every_signal_is_in_the_readme(name: str) -> None:
    assert f"- `{name}`: " in README


def test_every_file_on_the_map_exists() -> None:
    tree = README.split("## Where things are")[1].split("```")[1]
    for line in tree.strip().splitlines():
        inside = "recommender/" if line.startswith("  ") else ""
        for word in re.split(r"\s{2,}", line.strip())[0].split():
            assert (ROOT / inside / word).exists(), word


# -- imports ---------------------------------------------------------------------------------------------------------


def _imports(path: Path) -> set[str]:
    """The modules that a file names in import statements, wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


IMPORTS = {path.relative_to(ROOT).as_posix(): _imports(path) for path in MODULES}


def _users(package: str) -> set[str]:
    return {name for name, imported in IMPORTS.items() if any(one.split(".")[0] == package for one in imported)}


@pytest.mark.parametrize(("package", "home"), [
    ("flask", r"recommender/web/"), ("flask_wtf", r"recommender/web/"),
    ("sqlalchemy", r"recommender/store/|migrations/"), ("alembic", r"recommender/store/database\.py|migrations/"),
    ("implicit", r"recommender/signals/als\.py"), ("click", r"recommender/cli\.py"),
    ("waitress", r"recommender/serving\.py"), ("bibtexparser", r"recommender/ingest/"), ("rispy", r"recommender/"),
    ("pycrfsuite", r"recommender/text/training/"),
])
def test_a_package_stays_where_it_belongs(package: str, home: str) -> None:
    users = _users(package)
    assert users
    assert [name for name in users if not re.match(home, name)] == []


@pytest.mark.parametrize("bottom", ["papers", "names", "errors", "settings"])
def test_the_bottom_imports_nothing_of_ours_but_the_bottom(bottom: str) -> None:
    ours = {one for one in IMPORTS[f"recommender/{bottom}.py"] if one.startswith("recommender")}
    assert ours <= {"recommender.errors"}


@pytest.mark.parametrize(("part", "never"), [
    ("ingest", r"store|index|signals|web|export|cli|build|recommend$"),
    ("text", r"store|index|signals|web|export|ingest|cli"),
    ("signals", r"store|web|export|cli|ingest"),
    ("export", r"store|index|signals|web|cli"),
    ("store", r"index|signals|web|cli|build|recommend$"),
])
def test_imports_point_down(part: str, never: str) -> None:
    wrong = [(name, one) for name, imported in IMPORTS.items() if name.startswith(f"recommender/{part}/")
             for one in imported if re.match(rf"recommender\.(?:{never})(?:\.|$)", one)]
    assert wrong == []


def test_nothing_imports_the_command_line_but_what_starts_it() -> None:
    assert {name for name, imported in IMPORTS.items() if "recommender.cli" in imported} <= {"app.py"}


def test_every_module_says_what_it_holds() -> None:
    silent = [path.relative_to(ROOT).as_posix() for path in MODULES
              if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent in ([], ["migrations/script.py"])


def test_no_module_has_grown_past_reading() -> None:
    long = {path.relative_to(ROOT).as_posix() for path in MODULES if len(path.read_text("utf-8").splitlines()) > 400}
    assert long == set()
