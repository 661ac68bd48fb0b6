"""Accepted once, run in turn, ended once."""

import threading

import pytest

from passerby.service.job_queue import MAX_ATTEMPTS, IdempotencyConflict, JobQueue, NoSuchUpload, QuotaExceeded
from passerby.service.keys import KeySettings
from passerby.service.records import STORED, JobRequest, ServiceJobState
from tests.service.fixtures import OUTPUT, service

__all__ = ["service"]

QUEUED, RUNNING, DONE, FAILED, CANCELLED = (
    ServiceJobState.QUEUED,
    ServiceJobState.RUNNING,
    ServiceJobState.DONE,
    ServiceJobState.FAILED,
    ServiceJobState.CANCELLED,
)


def test_from_submission_to_its_end(service):
    job = service.submit(label="mine")
    assert QUEUED is job.state
    taken = service.queue.take()
    assert (job.id, RUNNING, 1) == (taken.id, taken.state, taken.attempts)
    assert service.queue.take() is None
    assert service.queue.finish(job.id, DONE, output=OUTPUT, stored_bytes=7)
    ended = service.queue.find(job.id)
    assert (DONE, OUTPUT, "mine") == (ended.state, ended.output, ended.request.label)
    assert [QUEUED, RUNNING, DONE] == service.queue.transitions(job.id)
    assert not service.queue.finish(job.id, FAILED)
    assert {DONE: 1} == service.queue.counts()


def test_an_idempotency_key_gives_the_same_job(service):
    request = JobRequest(upload=service.upload())
    first, is_new = service.queue.submit(service.key, request, "a")
    again, is_newer = service.queue.submit(service.key, request, "a")
    assert (first.id, True, False) == (again.id, is_new, is_newer)
    with pytest.raises(IdempotencyConflict, match="another request"):
        service.queue.submit(service.key, JobRequest(upload=service.upload()), "a")
    other = service.keys.add("other", KeySettings()).key
    theirs, is_new = service.queue.submit(other, JobRequest(upload=service.upload(key=other)), "a")
    assert is_new
    assert first.id != theirs.id


def test_of_many_at_once_one_is_new(service):
    request = JobRequest(source="s3://bucket/a.mp4")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(service.queue.submit(service.key, request, "same")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == len({job.id for job, _ in found})
    assert 1 == sum(is_new for _, is_new in found)


def test_an_upload_is_for_one_job_of_its_key(service):
    upload = service.upload()
    service.submit(upload=upload)
    with pytest.raises(NoSuchUpload):
        service.submit(upload=upload)
    other = service.keys.add("other", KeySettings()).key
    with pytest.raises(NoSuchUpload):
        service.submit(key=other, upload=service.upload())
    assert 1 == len(service.queue.list_jobs(None, None, None, 10))


def test_quotas_hold(service):
    few = service.keys.add("few", KeySettings(max_unfinished=2, jobs_a_day=3)).key
    jobs = [service.submit(key=few, source="s3://b/a") for _ in range(2)]
    with pytest.raises(QuotaExceeded, match="not finished"):
        service.submit(key=few, source="s3://b/a")
    for _ in jobs:
        service.queue.finish(service.queue.take().id, DONE)
    service.submit(key=few, source="s3://b/a")
    with pytest.raises(QuotaExceeded, match="24 hours"):
        service.submit(key=few, source="s3://b/a")
    service.clock.now += 86_401
    service.submit(key=few, source="s3://b/a")


def test_one_with_many_jobs_does_not_keep_the_others_waiting(service):
    other = service.keys.add("other", KeySettings()).key
    many = [service.submit(source="s3://b/a").id for _ in range(3)]
    one = service.submit(key=other, source="s3://b/a").id
    assert [many[0], one, many[1]] == [service.queue.take().id for _ in range(3)]


def test_keys_take_turns_where_one_job_runs_at_a_time(service):
    other, third = (service.keys.add(name, KeySettings()).key for name in ("other", "third"))
    for key, count in ((service.key, 4), (other, 2)):
        for _ in range(count):
            service.submit(key=key, source="s3://b/a")
    turns = []

    def run(count):
        for _ in range(count):
            service.clock.now += 1
            job = service.queue.take()
            turns.append(job.key)
            service.queue.finish(job.id, DONE)

    run(2)
    service.submit(key=third, source="s3://b/a")
    run(5)
    first, second = service.key.id, other.id
    assert [first, second, third.id, first, second, first, first] == turns


def test_the_jobs_of_one_key_keep_their_order(service):
    jobs = [service.submit(source="s3://b/a").id for _ in range(3)]
    service.queue.take()
    service.queue.recover()
    assert jobs == [service.queue.take().id for _ in range(3)]


def test_what_was_running_is_begun_again_after_a_kill(service):
    job = service.submit()
    service.queue.take()
    restarted = JobQueue(service.database, service.clock)
    assert 1 == restarted.recover()
    assert (job.id, 2) == ((taken := restarted.take()).id, taken.attempts)
    restarted.finish(job.id, DONE)
    assert 0 == JobQueue(service.database).recover()


def test_what_ends_the_service_each_time_is_given_up(service):
    job = service.submit(callback="https://example.org/")
    for _ in range(MAX_ATTEMPTS):
        service.queue.take()
        service.queue.recover()
    assert service.queue.take() is None
    ended = service.queue.find(job.id)
    assert FAILED is ended.state
    assert "more memory" in ended.message


def test_an_attempt_that_the_service_ended_on_purpose_does_not_count(service):
    job = service.submit()
    service.queue.take()
    service.queue.release(job.id)
    assert (QUEUED, 0) == ((found := service.queue.find(job.id)).state, found.attempts)


def test_cancelled_stays_cancelled(service):
    job = service.submit()
    service.queue.take()
    assert service.queue.cancel(job.id)
    assert not service.queue.cancel(job.id)
    assert not service.queue.finish(job.id, DONE, output=OUTPUT)
    service.queue.release(job.id)
    assert CANCELLED is service.queue.find(job.id).state
    assert not service.queue.cancel("f" * 32)


def test_lists_are_cut_into_pages(service):
    jobs = [service.submit(source="s3://b/a").id for _ in range(5)]
    first = service.queue.list_jobs(service.key.id, None, None, 2)
    second = service.queue.list_jobs(service.key.id, QUEUED, first[-1].id, 2)
    assert [jobs[4], jobs[3], jobs[2], jobs[1]] == [job.id for job in [*first, *second]]
    assert [] == service.queue.list_jobs("another", None, None, 2)
    assert [] == service.queue.list_jobs(None, DONE, None, 2)


def test_what_is_stored_is_counted(service):
    used = service.submit()
    service.upload(b"123")
    assert len(b"picture") + 3 == service.queue.stored_bytes(service.key.id)
    service.queue.take()
    service.queue.finish(used.id, DONE, output=OUTPUT, stored_bytes=100)
    assert [used.request.upload] == service.queue.uploads_to_delete(0)
    service.queue.delete_upload(used.request.upload)
    assert 103 == service.queue.stored_bytes(service.key.id)
    assert [used.id] == service.queue.jobs_to_remove(service.clock.now + 1)
    service.queue.mark_removed([used.id])
    assert 3 == service.queue.stored_bytes(service.key.id)


def removed(service, **request):
    """A job that was done, and whose files are deleted."""
    job = service.submit(source="s3://b/a", **request)
    service.queue.take()
    service.queue.finish(job.id, DONE, output=OUTPUT)
    service.queue.mark_removed([job.id])
    return job


def test_a_job_is_forgotten_some_time_after_its_files_were_deleted(service):
    gone, started = removed(service), service.clock.now
    service.clock.now += 10
    service.queue.mark_removed([gone.id])  # deleted again: it is no later for that
    later, waiting = removed(service), service.submit(source="s3://b/a")
    service.queue.forget_jobs(started)
    assert 3 == len(service.queue.list_jobs(None, None, None, 10))
    service.queue.forget_jobs(started + 1)
    assert [waiting.id, later.id] == [job.id for job in service.queue.list_jobs(None, None, None, 10)]
    assert service.queue.find(gone.id) is None
    assert [] == service.queue.transitions(gone.id)
    assert [QUEUED, RUNNING, DONE] == service.queue.transitions(later.id)


def test_a_job_is_not_forgotten_before_its_callback_was_sent(service):
    job = removed(service, callback="https://example.org/")
    service.queue.forget_jobs(service.clock.now + 1)
    assert service.queue.find(job.id) is not None
    with service.database.transaction() as connection:
        connection.execute("UPDATE callbacks SET due = NULL")
    service.queue.forget_jobs(service.clock.now + 1)
    assert service.queue.find(job.id) is None
    assert [] == service.database.rows("SELECT * FROM callbacks")


def test_the_idempotency_key_of_a_forgotten_job_makes_no_second_one(service):
    request = {"source": "s3://b/a"}
    job = removed(service, idempotency_key="a")
    assert job.id == service.submit(idempotency_key="a", **request).id
    service.queue.forget_jobs(service.clock.now + 1)
    for _ in range(2):
        with pytest.raises(IdempotencyConflict, match="deleted since"):
            service.submit(idempotency_key="a", **request)
        service.queue.forget_jobs(service.clock.now + 10**9)
    other = service.keys.add("other", KeySettings()).key
    assert QUEUED is service.submit(key=other, idempotency_key="a", **request).state


def test_a_job_with_more_regions_than_are_allowed_today_is_read(service):
    region = {"polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}
    many = JobRequest.model_validate(
        {"source": "s3://b/a", "callback": "https://example.org/", "settings": {"hide_regions": [region] * 1001}},
        context=STORED,
    )
    job, _ = service.queue.submit(service.key, many, None)
    assert 1001 == len(service.queue.take().request.settings.hide_regions)
    assert service.queue.finish(job.id, DONE, output=OUTPUT)


def test_a_waiter_is_told_of_a_new_job(service):
    waited = threading.Event()
    thread = threading.Thread(target=lambda: (service.queue.wait(30), waited.set()))
    thread.start()
    while not waited.wait(0.05):
        service.submit(source="s3://b/a")
    thread.join()
