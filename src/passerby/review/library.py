"""All files of a review, in the order of the command line, opened one after the other in the background."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from passerby.core.errors import PasserbyError
from passerby.review.errors import NotFoundError
from passerby.review.files import ReviewPaths
from passerby.review.open_file import OpenFile
from passerby.review.review_item import ReviewItem


class ReviewLibrary:
    """`items` by number. Files that have a plan are opened first: they are ready at once, others must be analysed."""

    def __init__(self, files: Sequence[ReviewPaths], reviewer: str) -> None:
        self.reviewer = reviewer
        self.items = [ReviewItem.of(OpenFile(number, paths, reviewer)) for number, paths in enumerate(files)]
        self._closing = threading.Event()

    def item(self, id: int) -> ReviewItem:
        """Raises NotFoundError."""
        if id >= len(self.items):
            raise NotFoundError("no_file")
        return self.items[id]

    def start(self) -> None:
        """Open the files in the background."""
        threading.Thread(target=self._open_all, name="passerby-open", daemon=True).start()

    def _open_all(self) -> None:
        ordered = sorted(self.items, key=lambda item: not item.file.paths.plan.exists())
        for item in ordered:
            if self._closing.is_set():
                return
            item.file.prepare()
        for item in ordered:
            if self._closing.is_set():
                return
            try:
                item.file.check_fingerprint()
            except PasserbyError as error:
                item.file.fail(error)

    def close(self) -> None:
        """Stop all work. Plans and notes are on the disk already."""
        self._closing.set()
        for item in self.items:
            item.close()
