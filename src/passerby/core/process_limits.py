"""Limits that a process sets for itself."""

from __future__ import annotations

import resource


def disable_core_dumps() -> None:
    """A dump of memory would hold the very pixels that are to be hidden."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
