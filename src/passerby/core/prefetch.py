"""Prefetch items in a background thread, so that decoding, analysis and encoding overlap."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

T = TypeVar("T")

#: Seconds between two checks whether the consumer has stopped.
_POLL_S = 0.1


def prefetch(items: Iterable[T], depth: int = 4) -> Generator[T]:
    """The same items in the same order, produced in a thread, at most `depth` ahead of the consumer.

    An error in the thread is raised where the items are consumed. When the consumer stops early, the thread ends after
    its current item, and `items` is closed in that thread.
    """
    buffer: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(more: bool, item: T | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                buffer.put((more, item), timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False

    def produce() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                if not put(True, item):
                    return
            put(False, None)
        except BaseException as error:  # of whatever kind, it belongs to the consumer, not to this thread
            put(False, error)
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=produce, name="passerby-prefetch", daemon=True)
    thread.start()
    try:
        while True:
            more, item = buffer.get()
            if more:
                yield item  # type: ignore[misc]  # (True, item) is always a T
            elif isinstance(item, BaseException):
                raise item
            else:
                return
    finally:
        stopped.set()
        thread.join()
