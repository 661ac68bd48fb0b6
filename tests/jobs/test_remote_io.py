"""Files in object storage, through the very function that a worker calls, against a real S3 server."""

from collections import deque
from pathlib import Path

import pytest

from passerby.cluster.object_store import ObjectStorage
from passerby.cluster.scheduler import TaskRun
from passerby.config.settings import Settings
from passerby.core.errors import StorageError
from passerby.documents.report import Report
from passerby.jobs import job as module
from passerby.jobs.distributed_video import DistributedVideos
from passerby.jobs.file_job import FileJob
from passerby.jobs.job import run_task
from passerby.jobs.task import JobOutcome, JobState, Task, WorkerState
from passerby.track.segments import SEGMENT_VARIABLE
from tests.clips import cfr, constant, write_clip
from tests.fake_detector import use_fake_detectors

BUCKET = Path("s3://archive")


@pytest.fixture
def objects(storage):
    return ObjectStorage(BUCKET)


def task_for(name, **options):
    return Task(FileJob(BUCKET / "in" / name, BUCKET / "out" / name), Settings(), quiet=True, **options)


def test_a_video_in_object_storage_is_redacted_once(objects, models, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    clip = cfr(tmp_path / "film.mp4")
    objects.upload(clip, BUCKET / "in" / "film.mp4")
    outcome = run_task(task_for("film.mp4"), WorkerState())
    assert (None, "film.mp4") == (outcome.error, outcome.report.source.name)
    report = Report.model_validate_json(objects.read(BUCKET / "out" / "film.report.json"))
    assert report == outcome.report
    assert report.output.size == objects.stat(BUCKET / "out" / "film.mp4").size
    assert [clip] == list(tmp_path.iterdir())
    assert None is objects.stat(BUCKET / "out" / "film.plan.json")

    monkeypatch.setattr(module, "_run_local", lambda *_: pytest.fail("it was done again"))
    assert JobState.ALREADY_DONE is run_task(task_for("film.mp4", resume=True), WorkerState()).state
    again = run_task(task_for("film.mp4"), WorkerState())
    assert (JobState.FAILED, True) == (again.state, "--force" in again.error)
    monkeypatch.undo()


def test_another_source_or_other_settings_are_redacted_again(objects, storage, monkeypatch, tmp_path):
    def stub(local, state):
        local.job.output.parent.mkdir(parents=True, exist_ok=True)
        local.job.output.write_bytes(b"masked")
        return JobOutcome(local.job, JobState.FAILED, error=f"{local.job.source} was done")

    monkeypatch.setattr(module, "_run_local", stub)
    objects.write(b"another film", BUCKET / "in" / "film.mp4")
    for options in ({}, {"save_plan": True}):
        outcome = run_task(task_for("film.mp4", resume=True, **options), WorkerState())
        assert "s3://archive/in/film.mp4 was done" == outcome.error


def test_a_failed_video_leaves_nothing_under_its_name(objects, models):
    objects.write(b"no film at all", BUCKET / "in" / "bad.mp4")
    outcome = run_task(task_for("bad.mp4"), WorkerState())
    assert JobState.FAILED is outcome.state
    assert "s3://archive/in/bad.mp4 is not a video" in outcome.error
    assert [] == [one.path.name for one in objects.list_objects(BUCKET / "out") if one.path.name.startswith("bad")]


def test_a_storage_error_is_retryable_and_a_missing_object_is_not(storage, monkeypatch):
    missing = run_task(task_for("none.mp4"), WorkerState())
    assert (JobState.FAILED, False) == (missing.state, missing.retryable)

    def fail(*_):
        raise StorageError("The storage errs.")

    monkeypatch.setattr(ObjectStorage, "download", fail)
    ObjectStorage(BUCKET).write(b"x", BUCKET / "in" / "there.mp4")
    outcome = run_task(task_for("there.mp4"), WorkerState())
    assert (JobState.FAILED, True) == (outcome.state, outcome.retryable)


def test_the_chunks_of_a_long_video_lie_in_storage_in_between(objects, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv(SEGMENT_VARIABLE, "1")
    use_fake_detectors(monkeypatch)
    clip = write_clip(tmp_path / "long.mp4", times=constant(60))
    objects.upload(clip, BUCKET / "in" / "long.mp4")
    tasks = deque([task_for("long.mp4", min_span_segments=1, save_plan=True)])
    videos, outcomes, chunks = DistributedVideos(tasks), [], set()
    while tasks:
        task = tasks.popleft()
        outcome = run_task(task, WorkerState())
        assert outcome.error is None
        outcomes.append(videos.record(task, outcome, TaskRun("here", 1.0, 1.0)))
        below = {one.path.name for one in objects.list_objects(BUCKET / "out") if one.path.name.startswith("long")}
        chunks |= {name for name in below if name.endswith(".piece")}
    assert {"long.mp4.0000.piece", "long.mp4.0001.piece"} == chunks
    assert {"long.mp4", "long.plan.json", "long.report.json"} == below
    report = outcomes[-1][0].report
    assert (60, 60) == (report.output.frames, report.check.frames_compared)
    assert objects.stat(BUCKET / "out" / "long.mp4").size == report.output.size
    assert [clip] == list(tmp_path.iterdir())
