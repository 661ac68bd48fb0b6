"""Callbacks: what became of a job is posted to an address of the client, signed, until it is accepted.

Which callbacks are due is in the database, so none is lost when the service is killed; one whose answer was lost is
sent again under the same id (`webhook-id`), by which a receiver drops the second one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from passerby.core.backoff import delay_s
from passerby.core.errors import PasserbyError
from passerby.documents.webhook_signature import headers
from passerby.service.database import ServiceDatabase
from passerby.service.job_queue import JobQueue
from passerby.service.keys import Keys
from passerby.service.status import job_response

#: Seconds for one request, between two checks, before the first repetition, and between two of them at most.
TIMEOUT_S, POLL_S, FIRST_DELAY_S, MAX_DELAY_S = 15.0, 1.0, 2.0, 3600.0
#: Attempts before it is given up: about a day.
MAX_ATTEMPTS = 30
#: Callbacks that are sent in one go.
BATCH = 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DueCallback:
    """A callback that is to be sent, and how often it was tried."""

    job: str
    attempts: int


class CallbackSender:
    """Sends what is due, in a thread of its own."""

    def __init__(
        self, database: ServiceDatabase, queue: JobQueue, keys: Keys, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._queue, self._keys, self._clock = database, queue, keys, clock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="passerby-callbacks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(TIMEOUT_S + 1)

    def due(self) -> list[DueCallback]:
        """What is to be sent now: first what was tried least, so that a receiver that is gone holds up no other."""
        query = "SELECT job, attempts FROM callbacks WHERE due <= ? ORDER BY attempts, due LIMIT ?"
        return [DueCallback(row["job"], row["attempts"]) for row in self._database.rows(query, self._clock(), BATCH)]

    def send(self, client: httpx2.Client, callback: DueCallback) -> None:
        """Send one callback, and write down what came of it."""
        job = self._queue.find(callback.job)
        key = None if job is None else self._keys.by_id(job.key)
        if job is None or key is None or job.request.callback is None:
            self._settle(callback, "the job is gone", None)
            return
        body = job_response(job).model_dump_json().encode()
        signed = headers(key.callback_secret, job.id, int(self._clock()), body)
        try:
            with client.stream(
                "POST", job.request.callback, content=body, headers={**signed, "content-type": "application/json"}
            ) as response:  # its body stays unread: it could be as long as the receiver likes
                problem = None if response.is_success else f"HTTP status {response.status_code}"
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
        if problem is None:
            self._delivered(callback)
            return
        tried = callback.attempts + 1
        delay = delay_s(callback.attempts, FIRST_DELAY_S, MAX_DELAY_S)
        self._settle(callback, problem, self._clock() + delay if tried < MAX_ATTEMPTS else None)
        _log.warning("A callback of job %s failed (attempt %d): %s", job.id, tried, problem)

    def _run(self) -> None:
        with httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            while not self._stopped.wait(POLL_S):
                try:
                    for callback in self.due():
                        if self._stopped.is_set():
                            return
                        self.send(client, callback)
                except PasserbyError as error:
                    _log.warning("Callbacks cannot be sent: %s", error)

    def _delivered(self, callback: DueCallback) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE callbacks SET due = NULL, delivered = ?, attempts = attempts + 1, problem = NULL WHERE job = ?",
                (self._clock(), callback.job),
            )

    def _settle(self, callback: DueCallback, problem: str, due: float | None) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE callbacks SET due = ?, attempts = attempts + 1, problem = ? WHERE job = ?",
                (due, problem[:500], callback.job),
            )
