"""Progress of long work: one bar a stage on standard error, and a plain line where nobody looks on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

Tick = Callable[[int], object]


@contextmanager
def stage(title: str, total: int | None = None, unit: str = "") -> Iterator[Tick]:
    """A bar for one stage; the function it gives is told how much more is done."""
    begun = time.perf_counter()
    with tqdm(total=total, desc=title, unit=unit or "it", unit_scale=unit == "B", file=sys.stderr, leave=True,
              dynamic_ncols=True, mininterval=0.3, disable=None) as bar:
        yield bar.update
    if not sys.stderr.isatty():
        print(f"{title}: {time.perf_counter() - begun:.1f} s", file=sys.stderr)


@contextmanager
def silence(_title: str, _total: int | None = None, _unit: str = "") -> Iterator[Tick]:
    """No bar at all: for the server and for tests."""
    yield lambda _more: None


Stage = Callable[..., object]
