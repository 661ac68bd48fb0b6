"""The queue of the service. A job that was accepted is on the disk, and ends exactly once.

A job runs at least once: a service that is killed in the middle begins it again. It is done once: its result appears
under its name whole or not at all, a job whose result is complete is not redacted again (`--resume`), and its end is
one row that is written once.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence

from passerby.core.errors import PasserbyError
from passerby.service.database import ServiceDatabase
from passerby.service.keys import ApiKey
from passerby.service.records import STORED, JobOutput, JobRequest, ServiceJobState, StoredJob, StoredUpload

#: A job that was begun so often, and each time the service ended before it did, is not begun again: it may be what ends
#: the service (memory).
MAX_ATTEMPTS = 40
DAY_S = 86_400.0
_STORED_BYTES = (
    "SELECT (SELECT coalesce(sum(size), 0) FROM uploads WHERE key = ?1) + (SELECT coalesce(sum(stored_bytes), 0) FROM "
    "jobs WHERE key = ?1) AS total"
)


class QuotaExceeded(PasserbyError):
    """A key has used up what it may have."""


class IdempotencyConflict(PasserbyError):
    """An idempotency key was used before, with another request."""


class NoSuchUpload(PasserbyError):
    """An upload does not exist, is another key's, or was used already."""


def stored_too_much(max_bytes: int) -> str:
    """What a key is told that would store more than this."""
    return f"Uploads and results of this key have {max_bytes} bytes at most. Delete jobs that you have fetched."


class JobQueue:
    """Jobs and uploads of all keys. Safe for several threads."""

    def __init__(self, database: ServiceDatabase, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock
        self._changed = threading.Condition()

    def recover(self) -> int:
        """Put back into the queue what was running when the service ended. To be called once, before any job is taken;
        returns how many there were."""
        with self._database.transaction() as connection:
            running = connection.execute(
                "SELECT id, attempts FROM jobs WHERE state = ?", (ServiceJobState.RUNNING,)
            ).fetchall()
            for row in running:
                if row["attempts"] >= MAX_ATTEMPTS:
                    message = (
                        f"It was begun {row['attempts']} times, and the service ended each time before it was done. It "
                        "may need more memory than there is."
                    )
                    self._set_final(connection, row["id"], ServiceJobState.FAILED, message, None, 0)
                else:
                    self._set_state(connection, row["id"], ServiceJobState.QUEUED)
        return len(running)

    def submit(self, key: ApiKey, request: JobRequest, idempotency_key: str | None) -> tuple[StoredJob, bool]:
        """Accept a job, and whether it is new: the same idempotency key gives the same job again.

        Raises QuotaExceeded, NoSuchUpload and IdempotencyConflict.
        """
        content = request.model_dump_json()
        digest = hashlib.sha256(content.encode()).hexdigest()
        now, id = self._clock(), secrets.token_hex(16)
        with self._database.transaction() as connection:
            if idempotency_key is not None:
                earlier = connection.execute(
                    "SELECT * FROM jobs WHERE key = ? AND idempotency_key = ?", (key.id, idempotency_key)
                ).fetchone()
                if earlier is not None:
                    if earlier["request_sha256"] != digest:
                        raise IdempotencyConflict(
                            "This Idempotency-Key was used before with another request. Use a new one for each job."
                        )
                    return _job(earlier), False
                if connection.execute(
                    "SELECT 1 FROM used_idempotency_keys WHERE key = ? AND idempotency_key = ?",
                    (key.id, idempotency_key),
                ).fetchone():
                    raise IdempotencyConflict(
                        "This Idempotency-Key was used for a job that was deleted since. Use a new one to redact "
                        "the file again."
                    )
            self._check_quota(connection, key, now)
            name = (request.source or "").rpartition("/")[2]
            for upload in (request.upload, request.plan_upload):
                if upload is None:
                    continue
                taken = connection.execute(
                    "UPDATE uploads SET job = ? WHERE id = ? AND key = ? AND job IS NULL RETURNING name",
                    (id, upload, key.id),
                ).fetchall()
                if not taken:
                    raise NoSuchUpload(
                        f"There is no upload {upload} that is unused. Send the file first; each upload is for one job."
                    )
                name = taken[0]["name"] if upload == request.upload else name
            connection.execute(
                "INSERT INTO jobs (id, key, idempotency_key, request_sha256, request, source_name, state, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (id, key.id, idempotency_key, digest, content, name, ServiceJobState.QUEUED, now),
            )
            self._record(connection, id, ServiceJobState.QUEUED)
            job = _job(connection.execute("SELECT * FROM jobs WHERE id = ?", (id,)).fetchone())
        self._notify()
        return job, True

    def take(self) -> StoredJob | None:
        """The next job, which is running from now on; None where none waits. Of several keys the one with the fewest
        running jobs comes first, and of those the one whose turn was longest ago (with one executor none ever runs
        here), so that one with thousands does not keep the others waiting."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT id FROM jobs JOIN (SELECT min(number) AS first FROM jobs WHERE state = 'queued' GROUP BY key) "
                "ON number = first ORDER BY (SELECT count(*) FROM jobs AS other WHERE other.key = jobs.key AND "
                "other.state = 'running'), (SELECT max(started) FROM jobs AS other WHERE other.key = jobs.key) NULLS "
                "FIRST, number LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE jobs SET attempts = attempts + 1, started = coalesce(started, ?) WHERE id = ?",
                (self._clock(), row["id"]),
            )
            self._set_state(connection, row["id"], ServiceJobState.RUNNING)
            job = _job(connection.execute("SELECT * FROM jobs WHERE id = ?", (row["id"],)).fetchone())
        self._notify()
        return job

    def finish(
        self,
        id: str,
        state: ServiceJobState,
        message: str | None = None,
        output: JobOutput | None = None,
        stored_bytes: int = 0,
    ) -> bool:
        """A running job has ended. False where it is not running any more (it was cancelled): then nothing changes."""
        with self._database.transaction() as connection:
            if not self._is(connection, id, ServiceJobState.RUNNING):
                return False
            self._set_final(connection, id, state, message, output, stored_bytes)
        self._notify()
        return True

    def release(self, id: str) -> bool:
        """Put a running job back, since the service stops: this attempt does not count. False where it is not running
        any more (it was cancelled): then nothing changes."""
        with self._database.transaction() as connection:
            if not self._is(connection, id, ServiceJobState.RUNNING):
                return False
            connection.execute("UPDATE jobs SET attempts = attempts - 1 WHERE id = ?", (id,))
            self._set_state(connection, id, ServiceJobState.QUEUED)
        return True

    def cancel(self, id: str) -> bool:
        """Cancel a job that has not ended. False where it has."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT state FROM jobs WHERE id = ?", (id,)).fetchone()
            if row is None or ServiceJobState(row["state"]).is_final:
                return False
            self._set_final(connection, id, ServiceJobState.CANCELLED, "Cancelled.", None, 0)
        self._notify()
        return True

    def find(self, id: str) -> StoredJob | None:
        rows = self._database.rows("SELECT * FROM jobs WHERE id = ?", id)
        return _job(rows[0]) if rows else None

    def list_jobs(
        self, key: str | None, state: ServiceJobState | None, before: str | None, limit: int
    ) -> list[StoredJob]:
        """Jobs, the newest first: of one key (None: of all), in one state, and older than the job `before`."""
        query = (
            "SELECT * FROM jobs WHERE (?1 IS NULL OR key = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR "
            "number < (SELECT number FROM jobs WHERE id = ?3)) ORDER BY number DESC LIMIT ?4"
        )
        return [_job(row) for row in self._database.rows(query, key, state, before, limit)]

    def counts(self) -> dict[ServiceJobState, int]:
        """Number of jobs in each state."""
        rows = self._database.rows("SELECT state, count(*) AS n FROM jobs GROUP BY state")
        return {ServiceJobState(row["state"]): row["n"] for row in rows}

    def transitions(self, id: str) -> list[ServiceJobState]:
        """The states of a job, in order."""
        rows = self._database.rows("SELECT state FROM transitions WHERE job = ? ORDER BY number", id)
        return [ServiceJobState(row["state"]) for row in rows]

    def wait(self, seconds: float) -> None:
        """Until something changes in this process, or so long."""
        with self._changed:
            self._changed.wait(seconds)

    def add_upload(self, upload: StoredUpload, max_bytes: int) -> None:
        """An upload that lies on the disk, of a key that stores so many bytes at most. Those that were sent at the same
        time saw nothing of each other, so they are counted here once more. Raises QuotaExceeded."""
        with self._database.transaction() as connection:
            if connection.execute(_STORED_BYTES, (upload.key,)).fetchone()["total"] + upload.size > max_bytes:
                raise QuotaExceeded(stored_too_much(max_bytes))
            connection.execute(
                "INSERT INTO uploads (id, key, name, size, sha256, created) VALUES (?, ?, ?, ?, ?, ?)",
                (upload.id, upload.key, upload.name, upload.size, upload.sha256, upload.created),
            )

    def upload(self, id: str) -> StoredUpload | None:
        rows = self._database.rows("SELECT * FROM uploads WHERE id = ?", id)
        return StoredUpload.model_validate(dict(rows[0])) if rows else None

    def delete_upload(self, id: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM uploads WHERE id = ?", (id,))

    def uploads_to_delete(self, unused_before: float) -> list[str]:
        """Uploads whose job has ended, and those that no job has used and that came before that time."""
        query = (
            "SELECT uploads.id FROM uploads LEFT JOIN jobs ON jobs.id = uploads.job WHERE (uploads.job IS NULL AND "
            "uploads.created < ?) OR jobs.state NOT IN ('queued', 'running')"
        )
        return [row["id"] for row in self._database.rows(query, unused_before)]

    def upload_ids(self) -> set[str]:
        return {row["id"] for row in self._database.rows("SELECT id FROM uploads")}

    def jobs_to_remove(self, finished_before: float) -> list[str]:
        """Jobs that ended before that time, and whose files are still there."""
        query = "SELECT id FROM jobs WHERE finished < ? AND removed = 0"
        return [row["id"] for row in self._database.rows(query, finished_before)]

    def mark_removed(self, ids: Sequence[str]) -> None:
        """The files of these jobs are deleted."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE jobs SET removed = 1, removed_at = coalesce(removed_at, ?), stored_bytes = 0 WHERE id = ?",
                [(self._clock(), id) for id in ids],
            )

    def forget_jobs(self, removed_before: float) -> None:
        """Delete the rows of jobs whose files were deleted before that time, except those that have a callback to
        send yet. Their idempotency keys are kept: none of them ever makes a second job."""
        chosen = (
            "removed_at < ? AND NOT EXISTS (SELECT 1 FROM callbacks WHERE callbacks.job = jobs.id AND due IS NOT NULL)"
        )
        with self._database.transaction() as connection:
            for statement in (
                "INSERT INTO used_idempotency_keys SELECT key, idempotency_key FROM jobs WHERE idempotency_key IS NOT "
                f"NULL AND {chosen}",
                f"DELETE FROM transitions WHERE job IN (SELECT id FROM jobs WHERE {chosen})",
                f"DELETE FROM callbacks WHERE job IN (SELECT id FROM jobs WHERE {chosen})",
                f"DELETE FROM jobs WHERE {chosen}",
            ):
                connection.execute(statement, (removed_before,))

    def stored_bytes(self, key: str) -> int:
        """Bytes of the uploads and results of a key."""
        return int(self._database.rows(_STORED_BYTES, key)[0]["total"])

    def _check_quota(self, connection: sqlite3.Connection, key: ApiKey, now: float) -> None:
        unfinished, today = connection.execute(
            "SELECT count(*) FILTER (WHERE state IN ('queued', 'running')), count(*) FILTER (WHERE created > ?) FROM "
            "jobs WHERE key = ?",
            (now - DAY_S, key.id),
        ).fetchone()
        if unfinished >= key.settings.max_unfinished:
            raise QuotaExceeded(
                f"{unfinished} jobs of this key are not finished, and more are not allowed. Wait for some of them."
            )
        if today >= key.settings.jobs_a_day:
            raise QuotaExceeded(f"{today} jobs of this key in 24 hours, and more are not allowed. Submit it later.")

    def _is(self, connection: sqlite3.Connection, id: str, state: ServiceJobState) -> bool:
        return connection.execute("SELECT 1 FROM jobs WHERE id = ? AND state = ?", (id, state)).fetchone() is not None

    def _set_final(
        self,
        connection: sqlite3.Connection,
        id: str,
        state: ServiceJobState,
        message: str | None,
        output: JobOutput | None,
        stored_bytes: int,
    ) -> None:
        text = None if output is None else output.model_dump_json()
        connection.execute(
            "UPDATE jobs SET finished = ?, message = ?, output = ?, stored_bytes = ? WHERE id = ?",
            (self._clock(), message, text, stored_bytes, id),
        )
        self._set_state(connection, id, state)
        request = connection.execute("SELECT request FROM jobs WHERE id = ?", (id,)).fetchone()["request"]
        if _request(request).callback is not None:
            connection.execute("INSERT INTO callbacks (job, due) VALUES (?, ?)", (id, self._clock()))

    def _set_state(self, connection: sqlite3.Connection, id: str, state: ServiceJobState) -> None:
        connection.execute("UPDATE jobs SET state = ? WHERE id = ?", (state, id))
        self._record(connection, id, state)

    def _record(self, connection: sqlite3.Connection, id: str, state: ServiceJobState) -> None:
        connection.execute("INSERT INTO transitions (job, time, state) VALUES (?, ?, ?)", (id, self._clock(), state))

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _job(row: sqlite3.Row) -> StoredJob:
    output = row["output"]
    return StoredJob(
        id=row["id"],
        key=row["key"],
        request=_request(row["request"]),
        state=ServiceJobState(row["state"]),
        source_name=row["source_name"],
        created=row["created"],
        started=row["started"],
        finished=row["finished"],
        attempts=row["attempts"],
        message=row["message"],
        output=None if output is None else JobOutput.model_validate_json(output),
        removed=bool(row["removed"]),
    )


def _request(stored: str) -> JobRequest:
    """A request that was accepted, whatever the limits are today."""
    return JobRequest.model_validate_json(stored, context=STORED)
