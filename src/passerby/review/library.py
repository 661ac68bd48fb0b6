"""All files of one review, in the order in which they were given: opened one after the other in the background."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from passerby.core.errors import PasserbyError
from passerby.review.edit_service import Doing
from passerby.review.export_job import Releasing
from passerby.review.files import Given
from passerby.review.open_file import OpenFile
from passerby.review.propagation_job import Carrying


@dataclass(frozen=True, slots=True)
class Item:
    """A file and what can be done with it."""

    file: OpenFile
    carrying: Carrying
    doing: Doing
    releasing: Releasing


class Shelf:
    """`items` by number. Those with a plan are opened first: they are ready at once, others must be looked at."""

    def __init__(self, given: Sequence[Given], who: str) -> None:
        self.who = who
        self.items = [self._item(number, one, who) for number, one in enumerate(given)]
        self._closing = threading.Event()

    @staticmethod
    def _item(number: int, given: Given, who: str) -> Item:
        file = OpenFile(number, given, who)
        carrying = Carrying(file)
        return Item(file, carrying, Doing(file, carrying), Releasing(file))

    def start(self) -> None:
        """Begin to open. Returns at once."""
        threading.Thread(target=self._open, name="passerby-open", daemon=True).start()

    def _open(self) -> None:
        ordered = sorted(self.items, key=lambda item: not item.file.given.plan.exists())
        for item in ordered:
            if self._closing.is_set():
                return
            item.file.prepare()
        for item in ordered:
            if self._closing.is_set():
                return
            try:
                item.file.prove()
            except PasserbyError as error:
                item.file.fail(error)

    def close(self) -> None:
        """End all work. What is in the plans is on the disk already."""
        self._closing.set()
        for item in self.items:
            item.file.progress.stop()
            item.carrying.stop()
            item.releasing.job.progress.stop()
