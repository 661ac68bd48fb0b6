"""Files in object storage, through the very function that a worker calls, against a real S3 server."""

from collections import deque
from pathlib import Path

import pytest

from passerby.cluster import object_store as module
from passerby.cluster.object_store import Objects
from passerby.cluster.scheduler import Ran
from passerby.config.settings import Settings
from passerby.core.errors import StorageError
from passerby.documents.report import Report
from passerby.jobs import remote_io as elsewhere
from passerby.jobs.distributed_video import Films
from passerby.jobs.inputs import Job
from passerby.jobs.job import Kept, State, Work
from passerby.jobs.remote_io import do
from passerby.track.segments import VARIABLE
from tests.clips import cfr, constant, write_clip
from tests.plans import told

BUCKET = Path("s3://archive")


@pytest.fixture
def objects(storage):
    return Objects(BUCKET)


def work(name, **options):
    return Work(Job(BUCKET / "in" / name, BUCKET / "out" / name), Settings(), quiet=True, **options)


def test_a_film_goes_from_storage_to_storage_and_is_not_done_twice(objects, models, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    clip = cfr(tmp_path / "film.mp4")
    objects.send(clip, BUCKET / "in" / "film.mp4")
    outcome = do(work("film.mp4"), Kept())
    assert (None, "film.mp4") == (outcome.error, outcome.report.source.name)
    said = Report.model_validate_json(objects.read(BUCKET / "out" / "film.report.json"))
    assert said == outcome.report
    assert said.output.size == objects.stat(BUCKET / "out" / "film.mp4").size
    assert [clip] == list(tmp_path.iterdir())
    assert None is objects.stat(BUCKET / "out" / "film.plan.json")

    monkeypatch.setattr(elsewhere.here, "do", lambda *_: pytest.fail("it was done again"))
    assert State.ALREADY is do(work("film.mp4", resume=True), Kept()).state
    again = do(work("film.mp4"), Kept())
    assert (State.FAILED, True) == (again.state, "--force" in again.error)
    monkeypatch.undo()


def test_another_source_or_other_settings_are_done_again(objects, storage, monkeypatch, tmp_path):
    def stub(near, kept):
        near.job.output.parent.mkdir(parents=True, exist_ok=True)
        near.job.output.write_bytes(b"masked")
        return elsewhere.Outcome(near.job, State.FAILED, error=f"{near.job.source} was done")

    monkeypatch.setattr(elsewhere.here, "do", stub)
    objects.write(b"another film", BUCKET / "in" / "film.mp4")
    for options in ({}, {"save_plan": True}):
        outcome = do(work("film.mp4", resume=True, **options), Kept())
        assert "s3://archive/in/film.mp4 was done" == outcome.error


def test_a_failed_film_leaves_nothing_under_its_name(objects, models):
    objects.write(b"no film at all", BUCKET / "in" / "bad.mp4")
    outcome = do(work("bad.mp4"), Kept())
    assert State.FAILED is outcome.state
    assert "s3://archive/in/bad.mp4 is not a video" in outcome.error
    assert [] == [one.path.name for one in objects.below(BUCKET / "out") if one.path.name.startswith("bad")]


def test_storage_that_errs_is_worth_another_try_and_a_missing_object_is_not(storage, monkeypatch):
    missing = do(work("none.mp4"), Kept())
    assert (State.FAILED, False) == (missing.state, missing.again)

    def errs(*_):
        raise StorageError("The storage errs.")

    monkeypatch.setattr(module.Objects, "fetch", errs)
    Objects(BUCKET).write(b"x", BUCKET / "in" / "there.mp4")
    outcome = do(work("there.mp4"), Kept())
    assert (State.FAILED, True) == (outcome.state, outcome.again)


def test_a_long_film_is_done_in_pieces_that_lie_in_storage_in_between(objects, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv(VARIABLE, "1")
    told(monkeypatch)
    clip = write_clip(tmp_path / "long.mp4", times=constant(60))
    objects.send(clip, BUCKET / "in" / "long.mp4")
    tasks = deque([work("long.mp4", cut=1, save_plan=True)])
    films, said, pieces = Films(tasks), [], set()
    while tasks:
        task = tasks.popleft()
        outcome = do(task, Kept())
        assert outcome.error is None
        said.append(films.take(task, outcome, Ran("here", 1.0, 1.0)))
        below = {one.path.name for one in objects.below(BUCKET / "out") if one.path.name.startswith("long")}
        pieces |= {name for name in below if name.endswith(".piece")}
    assert {"long.mp4.0000.piece", "long.mp4.0001.piece"} == pieces
    assert {"long.mp4", "long.plan.json", "long.report.json"} == below
    report = said[-1][0].report
    assert (60, 60) == (report.output.frames, report.check.frames_compared)
    assert objects.stat(BUCKET / "out" / "long.mp4").size == report.output.size
    assert [clip] == list(tmp_path.iterdir())
