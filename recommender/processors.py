"""How much can run side by side on this machine."""

from __future__ import annotations

import os


def processors() -> int:
    """The processors that this process may use: sched_getaffinity knows what a container or taskset leaves."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
