"""Many texts read for methods, datasets and tasks: in this process, or over several where that pays.

Law: what is found, and its order, depend on the texts alone, not on how many processes read them.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from recommender.papers import Span
from recommender.processors import processors
from recommender.store.extractions import Found
from recommender.text.entities import extract_all

Batch = Sequence[tuple[str, str, str]]
"""(text hash, title, abstract)."""
ENOUGH = 2000
"""Texts from which on the start of more processes, a second or two each, is earned back."""


def found_in_all(batch: Batch) -> dict[str, Found]:
    """Text hash -> (label, canonical name, count) of what the text names, in order of first appearance."""
    many = extract_all([f"{title}\n\n{abstract}" for _, title, abstract in batch])
    return {text_hash: counted(spans) for (text_hash, _, _), spans in zip(batch, many, strict=True)}


def counted(spans: Iterable[Span]) -> Found:
    """How often each name stands there, in order of first appearance."""
    counts = Counter((span.label, span.canonical) for span in spans)
    return [(label, name, count) for (label, name), count in counts.items()]


def processes(due: int) -> int:
    """How many processes should read so many texts."""
    return processors() if due >= ENOUGH else 1


def read_all(batches: Iterable[Batch], count: int,
             work: Callable[[Batch], dict[str, Found]] = found_in_all) -> Iterator[tuple[Batch, dict[str, Found]]]:
    """Each batch with what was found in it, in order, read by `count` processes.

    Where processes cannot be started, or one dies (killed, out of memory), this process reads the rest itself.
    """
    if count < 2:
        for batch in batches:
            yield batch, work(batch)
        return
    # Spawned, not forked: a fork of a process with threads (the web's, BLAS's) may hang.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _leave_interrupts)
    waiting: deque[tuple[Batch, Future[dict[str, Found]] | None]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, _handed(pool, work, batch)))
            if len(waiting) > 2 * count:
                yield _awaited(*waiting.popleft(), work)
        while waiting:
            yield _awaited(*waiting.popleft(), work)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _handed(pool: ProcessPoolExecutor, work: Callable[[Batch], dict[str, Found]],
            batch: Batch) -> Future[dict[str, Found]] | None:
    try:
        return pool.submit(work, batch)
    except (BrokenProcessPool, OSError):
        return None


def _awaited(batch: Batch, future: Future[dict[str, Found]] | None,
             work: Callable[[Batch], dict[str, Found]]) -> tuple[Batch, dict[str, Found]]:
    if future is not None:
        try:
            return batch, future.result()
        except BrokenProcessPool:
            pass
    return batch, work(batch)
