"""Work ahead in a thread, so that decoding, analysis and encoding overlap."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

#: Seconds between two looks at whether the consumer has gone.
_PATIENCE = 0.1


def background(items: Iterable[T], depth: int = 4) -> Iterator[T]:
    """The same items in the same order, made in a thread of their own, at most `depth` ahead.

    An error in the thread is raised where the items are taken. When the consumer stops early, the thread ends after the
    item it is at, and `items` is closed in that thread.
    """
    ahead: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(more: bool, item: T | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                ahead.put((more, item), timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                if not put(True, item):
                    return
            put(False, None)
        except BaseException as error:  # whatever it is, it belongs to the consumer, not to this thread
            put(False, error)
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()

    thread = threading.Thread(target=work, name="passerby-background", daemon=True)
    thread.start()
    try:
        while True:
            more, item = ahead.get()
            if more:
                yield item  # type: ignore[misc]  # (True, item) is always a T
            elif isinstance(item, BaseException):
                raise item
            else:
                return
    finally:
        stopped.set()
        thread.join()
