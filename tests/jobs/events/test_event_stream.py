import json
import os
from pathlib import Path

import pytest

from passerby.config.settings import Settings
from passerby.jobs.events.event_stream import STAGES, EventStream, file_event, full_path
from passerby.jobs.events.run_event import RUN_EVENT
from passerby.jobs.events.stage_progress import StageProgress
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import JobOutcome, JobState, Task


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def run(tmp_path):
    """A run over two files of 100 and 300 bytes: the stream, its clock, its tasks, and what it wrote."""
    jobs = [FileJob(tmp_path / f"{n}.mp4", tmp_path / "out" / f"{n}.mp4", size_bytes=n) for n in (100, 300)]
    clock, lines = Clock(), []
    return EventStream(jobs, 1, clock, lines.append), clock, [Task(job, Settings()) for job in jobs], lines


def test_the_time_left_is_that_of_the_whole_run(run):
    stream, clock, (first, second), lines = run
    clock.now = 10.0
    stream.progress(first, StageProgress("analyse", 50, 100, 5.0))
    stage = STAGES["analyse"][1]
    expected = (400 - 100 * stage / 2) * 10 / (100 * stage / 2)  # both files, not this stage of this file
    assert round(expected) == json.loads(lines[-1])["eta_s"]
    clock.now = 20.0
    stream.record(JobOutcome(first.job, JobState.DONE))
    stream.progress(second, StageProgress("check", 0, 100, 0.0))
    begun = 300 * STAGES["check"][0]
    assert round((300 - begun) * 20 / (100 + begun)) == json.loads(lines[-1])["eta_s"]


def test_files_of_an_earlier_run_say_nothing_of_the_speed(run):
    stream, clock, (first, second), lines = run
    clock.now = 1.0
    stream.record(JobOutcome(first.job, JobState.ALREADY_DONE))
    stream.progress(second, StageProgress("analyse", 0, None, None))
    assert json.loads(lines[-1])["eta_s"] is None


def test_every_event_of_a_file_has_full_paths_and_fits_the_schema(run, tmp_path):
    stream, _, (first, second), lines = run
    stream.progress(first, StageProgress("render", 1, 2, None))
    stream.record(JobOutcome(first.job, JobState.DONE))
    stream.record(JobOutcome(second.job, JobState.FAILED, error="It is empty.", exit_code=1))
    stream.finish(1, 1, tmp_path / "out" / "summary.json")
    events = [json.loads(line) for line in lines]
    assert ["started", "progress", "done", "error", "finished"] == [event["event"] for event in events]
    for event, name in zip(events[1:4], ("100.mp4", "100.mp4", "300.mp4"), strict=True):
        assert (str(tmp_path / name), str(tmp_path / "out" / name)) == (event["file"], event["output"])
    assert ("It is empty.", 1) == (events[3]["message"], events[3]["exit_code"])
    assert {"done": 1, "failed": 1, "unsupported": 1} == events[4]["counts"]
    for line in lines:
        RUN_EVENT.validate_json(line)


def test_a_relative_path_becomes_a_full_one_and_an_object_a_url(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(tmp_path / "a.mp4") == full_path(Path("a.mp4"))
    assert "s3://archive/a.mp4" == full_path(Path("s3://archive/a.mp4"))


def test_a_name_that_is_no_utf_8_can_be_printed():
    job = FileJob(Path(os.fsdecode(b"/x/\xff.mp4")), Path("/y"))
    assert "/x/?.mp4" == file_event(JobOutcome(job, JobState.FAILED, error="x", exit_code=1)).file


@pytest.mark.parametrize("state", JobState)
def test_every_state_in_which_a_file_ends_is_an_event(state, tmp_path):
    """What is not written in this run says why, and needs not be a failure of it."""
    outcome = JobOutcome(
        FileJob(tmp_path / "a.mp4", tmp_path / "b.mp4"), state, error="Another run has it.", exit_code=3
    )
    event = file_event(outcome)
    assert (state, "Another run has it.") == (event.state, event.message)
    assert event == RUN_EVENT.validate_json(event.model_dump_json())
