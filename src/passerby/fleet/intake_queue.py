"""Messages on their way to the store: batches of what waits, stored by one thread, answered after the commit."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

from passerby.core.backoff import Backoff
from passerby.core.errors import PasserbyError
from passerby.documents.fleet_messages import MAX_BATCH, Acknowledgement
from passerby.fleet.receiver import Received, Receiver

#: Bytes of messages that wait at most: all that a thousand sites have on their way at a time, 50 of a KiB each. Further
#: ones are dropped, and their sites send them again a minute later. A message takes so much beside its body.
MAX_WAITING_BYTES, MESSAGE_BYTES = 80 * 1024 * 1024, 600
#: Seconds between two attempts while the database cannot be reached.
FIRST_RETRY_S, MAX_RETRY_S = 0.5, 15.0
_log = logging.getLogger(__name__)

#: Called in the thread of the queue with the site and what is to be answered to it.
Answer = Callable[[str, Acknowledgement], None]


class IntakeQueue:
    """Runs a Receiver in a thread of its own until it is closed. `put` and `take` from any thread."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.problem: str | None = None
        self._waiting: queue.Queue[tuple[list[Received], Answer]] = queue.Queue()
        self._number, self._bytes, self._lock = 0, 0, threading.Lock()
        self._waits: set[tuple[Answer, Received]] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="passerby-intake", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        return self._number

    def accepts(self, site: str, certificate: str) -> bool:
        """Is this the certificate that is valid for the site now?"""
        return self.receiver.accepts(site, certificate)

    def put(self, message: Received, answer: Answer) -> bool:
        """False: it was dropped, since too many wait. One that waits already, and comes again since its site has waited
        for an answer, is not stored twice: the answer to the first is that to both."""
        key = answer, message
        with self._lock:
            if key in self._waits:
                return True
            self._waits.add(key)
        if self._put([message], answer):
            return True
        with self._lock:
            self._waits.discard(key)
        return False

    def take(self, messages: list[Received], timeout_s: float) -> Acknowledgement | None:
        """Store these, which are of one site, and return what to answer; None where that takes too long, or too many
        wait: nothing is acknowledged then."""
        answered: Future[Acknowledgement] = Future()

        def answer(_: str, found: Acknowledgement) -> None:
            if not answered.done():
                answered.set_result(found)

        if not self._put(messages, answer):
            return None
        with suppress(TimeoutError):
            return answered.result(timeout_s)
        return None

    def close(self) -> None:
        self._stopped.set()
        self._thread.join(15)

    def _put(self, messages: list[Received], answer: Answer) -> bool:
        size = _bytes(messages)
        with self._lock:
            if self._bytes + size > MAX_WAITING_BYTES:
                return False
            self._number += len(messages)
            self._bytes += size
        self._waiting.put((messages, answer))
        return True

    def _run(self) -> None:
        backoff = Backoff(FIRST_RETRY_S, MAX_RETRY_S)
        while not self._stopped.is_set():
            batch = self._next_batch()
            if not batch:
                continue
            messages = [message for found, _ in batch for message in found]
            while not self._stopped.is_set():
                try:
                    answers = self.receiver.take(messages)
                except PasserbyError as error:  # it is tried again: the messages are nowhere else
                    self._report(str(error))
                    self._stopped.wait(backoff.next_s())
                except Exception:
                    _log.exception("A batch of messages was dropped, and is not acknowledged: this is a fault")
                    break
                else:
                    self._report(None)
                    self._answer(batch, answers)
                    break
            with self._lock:
                self._waits.difference_update((answer, message) for found, answer in batch for message in found)
                self._number -= len(messages)
                self._bytes -= _bytes(messages)

    def _answer(self, batch: list[tuple[list[Received], Answer]], answers: dict[str, Acknowledgement]) -> None:
        """One answer to each site by each transport."""
        told: set[tuple[str, Answer]] = set()
        for messages, answer in batch:
            for site in {message.site for message in messages}:
                if (site, answer) in told:
                    continue
                told.add((site, answer))
                try:
                    answer(site, answers.get(site, Acknowledgement()))
                except Exception:
                    _log.exception("An acknowledgement was not sent; the site sends its messages again")

    def _report(self, problem: str | None) -> None:
        if problem is not None and problem != self.problem:
            _log.error("%s Messages wait, and are not acknowledged.", problem)
        self.problem = problem

    def _next_batch(self) -> list[tuple[list[Received], Answer]]:
        """What waits, at most MAX_BATCH messages; waits for the first one."""
        try:
            batch = [self._waiting.get(timeout=0.2)]
        except queue.Empty:
            return []
        size = len(batch[0][0])
        with suppress(queue.Empty):
            while size < MAX_BATCH:
                entry = self._waiting.queue[0] if self._waiting.queue else None
                if entry is None or size + len(entry[0]) > MAX_BATCH:
                    break
                batch.append(self._waiting.get_nowait())
                size += len(entry[0])
        return batch


def _bytes(messages: list[Received]) -> int:
    return sum(len(message.body) + MESSAGE_BYTES for message in messages)
