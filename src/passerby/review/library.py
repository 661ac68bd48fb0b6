"""All files of a review, opened one after the other in the background. Files may be added while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from fractions import Fraction

from passerby.core.errors import PasserbyError
from passerby.review.errors import NotFoundError
from passerby.review.files import ReviewPaths
from passerby.review.open_file import OpenFile
from passerby.review.review_item import ReviewItem

#: Seconds after which it is looked again whether another program has made the plan of a file that waits.
RECHECK_S = 1.0


class ReviewLibrary:
    """`items` by number; a number is never given to another file, since a page may still have it.

    Two threads open them: one those that have a plan, which are ready at once, the other those that must be analysed.
    """

    def __init__(self, files: Sequence[ReviewPaths], reviewer: str) -> None:
        self.reviewer = reviewer
        self.items: list[ReviewItem] = []
        self._waiting: list[ReviewItem] = []
        self._unchecked: list[ReviewItem] = []
        self._changed = threading.Condition()
        self._closing = False
        self.add(files)

    def add(self, files: Iterable[ReviewPaths]) -> list[ReviewItem]:
        """More files, which are opened when it is their turn."""
        with self._changed:
            start = len(self.items)
            added = [
                ReviewItem.of(OpenFile(number, paths, self.reviewer)) for number, paths in enumerate(files, start=start)
            ]
            self.items += added
            self._waiting += added
            self._changed.notify_all()
        return added

    def item(self, id: int) -> ReviewItem:
        """Raises NotFoundError."""
        if id >= len(self.items):
            raise NotFoundError("no_file")
        return self.items[id]

    def start(self) -> None:
        """Open the files in the background."""
        for with_plan in (True, False):
            threading.Thread(target=self._open, args=(with_plan,), name="passerby-open", daemon=True).start()

    def retry(self, item: ReviewItem) -> None:
        """Open a file again that could not be opened: its cause may be gone. Others are left as they are."""
        with self._changed:
            if item.file.state == "failed":
                item.file.wait_again()
                self._waiting.append(item)
                self._changed.notify_all()

    def search_again(self, item: ReviewItem, frame_rate: Fraction) -> None:
        """Search a stream without times anew, at this rate. Raises ReviewError."""
        with self._changed:
            item.search_at(frame_rate)
            self._waiting.append(item)
            self._changed.notify_all()

    def drop(self, item: ReviewItem) -> None:
        """A file is not wanted any more: do not open it, and stop what runs."""
        with self._changed:
            if item in self._waiting:
                self._waiting.remove(item)
        item.close()

    def close(self) -> None:
        """Stop all work, and write all plans."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for item in self.items:
            item.close()

    def _open(self, with_plan: bool) -> None:
        while (item := self._next(with_plan)) is not None:
            if item.file.state == "waiting":
                item.file.prepare()
                with self._changed:
                    self._unchecked.append(item)
                    self._changed.notify_all()
                continue
            try:
                item.file.check_fingerprint()
            except PasserbyError as error:
                item.file.fail(error)

    def _next(self, with_plan: bool) -> ReviewItem | None:
        """The next file to open; where all are open, one whose fingerprint is to be checked, which takes longer."""
        with self._changed:
            while not self._closing:
                found = next((item for item in self._waiting if item.file.paths.plan.exists() is with_plan), None)
                if found is not None:
                    self._waiting.remove(found)
                    return found
                if with_plan and self._unchecked:
                    return self._unchecked.pop(0)
                self._changed.wait(RECHECK_S if self._waiting else None)
            return None
