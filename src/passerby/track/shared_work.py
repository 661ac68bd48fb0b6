"""Work on many independent items, shared out between threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")


def for_each(items: Iterable[T], work: Callable[[T], object], helper: Executor | None) -> None:
    """Do `work` on every item, here and in a thread of `helper` beside, whichever is free for the next; without one,
    all of it here. Returns when all is done. An error is raised once neither works any more; what was not begun then
    is left."""
    waiting = deque(items)

    def work_off() -> None:
        try:
            while True:
                try:
                    item = waiting.popleft()
                except IndexError:
                    return
                work(item)
        except BaseException:
            waiting.clear()
            raise

    beside = helper.submit(work_off) if helper is not None and len(waiting) > 1 else None
    try:
        work_off()
    finally:
        if beside is not None:
            beside.result()
