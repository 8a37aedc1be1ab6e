"""Every knob once, with its default and what it does.

A setting comes from the environment (RECOMMENDER_NAME), else from `settings.toml` in the data folder, else
from its default here.
"""

from __future__ import annotations

import math
import os
import sys
import tomllib
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from recommender.errors import InputError

PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = PACKAGE.parent
_IN_CHECKOUT = (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "templates").is_dir()
SITE = _CHECKOUT if _IN_CHECKOUT else PACKAGE / "_site"
"""Where templates/, static/ and migrations/ are: the checkout's top, or inside the installed package."""


def default_data() -> Path:
    """The app's instance folder, where Flask would put it: in the checkout, or under the environment."""
    return _CHECKOUT / "instance" if _IN_CHECKOUT else Path(sys.prefix) / "var" / "recommender-instance"


def _knob(default: Any, text: str, least: float = -math.inf, most: float = math.inf,
          among: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"help": text, "least": least, "most": most, "among": among})


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set, as it holds for one data folder."""

    data: Path
    database_url: str = _knob("", "Any SQLAlchemy URL; empty: the SQLite file library.db in the data folder.")
    bm25_variant: str = _knob("lucene", "BM25's variant: lucene, okapi, plus or l.",
                              among=("lucene", "okapi", "plus", "l"))
    bm25_k1: float = _knob(2.0, "BM25: how soon repeating a term stops counting.", least=0)
    bm25_b: float = _knob(0.85, "BM25: how much long papers are discounted, 0 to 1.", 0, 1)
    als_factors: int = _knob(128, "Dimensions of the joint factorisation.", least=1)
    als_iterations: int = _knob(12, "Rounds of alternating least squares.", least=1)
    als_regularization: float = _knob(30.0, "Ridge term of the factorisation.", least=0)
    semantic_model: str = _knob("", "A folder with model.onnx and tokenizer.json or vocab.txt; empty: the extra's own.")
    seed: int = _knob(20260101, "Start of every random draw: same library, same settings, same ranking.", 0, 2**32 - 1)
    max_upload_mb: int = _knob(64, "Largest request the server reads, in MB.", least=1)
    max_record_kb: int = _knob(1024, "Largest single record an import reads, in kB.", least=1)
    threads: int = _knob(8, "Threads of the server.", least=1)

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.data / 'library.db'}"

    @property
    def index(self) -> Path:
        """The folder that holds the builds and the pointer to the current one."""
        return self.data / "index"


def load_settings(data: Path | str | None = None, make: bool = True) -> Settings:
    """The settings of a data folder (default: RECOMMENDER_DATA, else the instance folder); made if missing.

    Raises InputError for an unknown name in settings.toml and for a value of the wrong type or out of range.
    """
    folder = Path(data or os.environ.get("RECOMMENDER_DATA") or default_data()).expanduser().resolve()
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The data folder {folder} cannot be made: {error.strerror}. "
                         "Name another with --data or RECOMMENDER_DATA.") from error
    knobs = {knob.name: knob for knob in fields(Settings) if knob.name != "data"}
    given: dict[str, Any] = {}
    file = folder / "settings.toml"
    if file.is_file():
        try:
            given = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{file} is not readable TOML: {error}. Mend or remove it.") from error
        unknown = sorted(given.keys() - knobs.keys())
        if unknown:
            raise InputError(f"{file} sets {', '.join(unknown)}, which is no setting. "
                             f"There are: {', '.join(knobs)}.")
    given |= {name: value for name in knobs
              if (value := os.environ.get(f"RECOMMENDER_{name.upper()}")) is not None}
    return Settings(folder, **{name: _checked(knobs[name], value) for name, value in given.items()})


def _checked(knob: Field[Any], given: Any) -> Any:
    """A setting's value as TOML or the environment (always a text) gave it."""
    kind: Any = type(knob.default)
    wants, numbers = {str: "a text", int: "a whole number", float: "a number"}[kind], (int, float)
    right = isinstance(given, str) or (kind in numbers and type(given) in (int, kind))
    try:
        value = kind(given)
    except (TypeError, ValueError):
        right = False
    if not right:
        raise InputError(f"The setting {knob.name} wants {wants}, not {given!r}.")
    among, least, most = (knob.metadata[name] for name in ("among", "least", "most"))
    if among and value not in among:
        raise InputError(f"The setting {knob.name} is one of {', '.join(among)}, not {value!r}.")
    if kind in numbers and not (least <= value <= most and math.isfinite(value)):
        limits = f"at least {least}" if math.isinf(most) else f"from {least} to {most}"
        raise InputError(f"The setting {knob.name} wants {wants} {limits}, not {value!r}.")
    return value
