import threading

import pytest

from passerby.core.errors import DiskFull
from passerby.review.background_job import BackgroundJob, JobProgress
from passerby.review.errors import ReviewError


def finished(job):
    job._thread.join(10)
    return job.status


def test_a_job_reports_its_progress():
    job, seen, go_on = BackgroundJob(), threading.Event(), threading.Event()

    def work(progress):
        progress.start("yard.mp4", "render", 10)
        progress.advance(4)
        seen.set()
        assert go_on.wait(10)

    job.start(work)
    assert seen.wait(10)
    status = job.status
    assert ("running", "render", 4, 10) == (status.state, status.stage, status.done, status.total)
    go_on.set()
    assert "done" == finished(job).state


def test_one_job_at_a_time():
    job, go_on = BackgroundJob(), threading.Event()
    job.start(lambda _: go_on.wait(10))
    with pytest.raises(ReviewError, match="busy"):
        job.start(lambda _: None)
    go_on.set()
    finished(job)
    job.start(lambda _: None)
    assert "done" == finished(job).state


def test_a_cancelled_job_ends_at_its_next_frame():
    job = BackgroundJob()

    def work(progress):
        while True:
            progress.advance(1)

    job.start(work)
    job.stop()
    assert ("stopped", False) == (job.status.state, job.running)


def test_a_failure_is_reported_with_its_cause():
    job = BackgroundJob()

    def work(progress):
        raise DiskFull("There is no room.")

    job.start(work)
    status = finished(job)
    assert ("failed", "DiskFull", "There is no room.") == (status.state, status.error.code, status.error.message)


def test_the_time_left_follows_the_rate_so_far():
    now = [0.0]
    progress = JobProgress(lambda: now[0])
    progress.start("yard.mp4", "analyse", 100)
    progress.count()
    assert progress.status().seconds_left is None  # too early to tell
    now[0] = 10.0
    for _ in range(19):
        progress.count()
    assert 40.0 == progress.status().seconds_left
    progress.start("yard.mp4", "render", None)
    now[0] = 30.0
    progress.count()
    assert progress.status().seconds_left is None
