"""A distributed video, step by step, as a cluster would run it: in this process, without a cluster."""

import json
from collections import deque
from dataclasses import replace

import pytest

from passerby.cluster.scheduler import TaskRun
from passerby.config.settings import Settings
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.engine.api import analyse
from passerby.jobs.distributed_video import DistributedVideos
from passerby.jobs.file_job import FileJob
from passerby.jobs.job import run_task
from passerby.jobs.output_names import is_own_output
from passerby.jobs.progress import RunProgress
from passerby.jobs.task import JobOutcome, JobState, Task, WorkerState
from passerby.jobs.video_steps import AnalyseStep, JoinStep, RenderStep, chunk_path
from passerby.track.segments import SEGMENT_VARIABLE
from tests.clips import cfr, constant, write_clip
from tests.fake_detector import use_fake_detectors

FRAMES = 90


@pytest.fixture(autouse=True)
def short_segments(monkeypatch):
    monkeypatch.setenv(SEGMENT_VARIABLE, "1")
    use_fake_detectors(monkeypatch)


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "film.mp4", times=constant(FRAMES))


def task_for(clip, **options):
    job = FileJob(clip, clip.parent / "out" / "film.mp4")
    return Task(job, Settings(), quiet=True, threads=1, min_span_segments=1, **options)


def run(first, instead=lambda task: None):
    """The outcome of one file, where it ran, and every task that was run for it. `instead` gives the outcome of tasks
    that are not to be run."""
    tasks = deque([first])
    videos = DistributedVideos(tasks)
    outcomes, tasks_run = [], []
    while tasks:
        task = tasks.popleft()
        tasks_run.append(task)
        run_info = TaskRun(f"node{len(tasks_run)}", 100.0 + len(tasks_run), 1.0)
        outcome = instead(task) or run_task(task, WorkerState())
        if outcome == "lost":
            outcome, run_info = JobOutcome(task.job, JobState.FAILED, error="its process died", exit_code=1), TaskRun()
        found = videos.record(task, outcome, run_info)
        if found is not None:
            outcomes.append(found)
    assert not videos._videos
    ((outcome, run_info),) = outcomes
    return outcome, run_info, tasks_run


def kinds(tasks_run):
    return [type(task.step).__name__ for task in tasks_run]


def test_a_video_is_split_analysed_rendered_and_joined(clip):
    outcome, run_info, tasks_run = run(task_for(clip, save_plan=True))
    assert (JobState.DONE, None) == (outcome.state, outcome.error)
    assert ["NoneType", *["AnalyseStep"] * 3, *["RenderStep"] * 3, "JoinStep"] == kinds(tasks_run)
    out = clip.parent / "out"
    assert {"film.mp4", "film.report.json", "film.plan.json"} == {path.name for path in out.iterdir()}
    assert outcome.report == Report.model_validate_json((out / "film.report.json").read_bytes())
    assert FRAMES == outcome.report.output.frames == outcome.report.check.frames_compared
    assert analyse(clip, threads=1) == Plan.load(out / "film.plan.json")
    assert ("node1, node2", 101.0, 8.0) == (run_info.node[:12], run_info.started, run_info.seconds)
    again, _, tasks_run = run(task_for(clip, resume=True))
    assert (JobState.ALREADY_DONE, 1) == (again.state, len(tasks_run))


def test_no_step_starts_where_the_output_exists(clip):
    out = clip.parent / "out"
    out.mkdir()
    (out / "film.mp4").write_bytes(b"mine")
    outcome, _, tasks_run = run(task_for(clip))
    assert (JobState.FAILED, 1) == (outcome.state, len(tasks_run))
    assert "--force" in outcome.error
    outcome, _, tasks_run = run(task_for(clip, force=True))
    assert (JobState.DONE, 8) == (outcome.state, len(tasks_run))


def test_a_short_video_is_not_distributed(tmp_path):
    outcome, _, tasks_run = run(task_for(cfr(tmp_path / "film.mp4")))
    assert (JobState.DONE, 1) == (outcome.state, len(tasks_run))


@pytest.mark.parametrize("step", [AnalyseStep, RenderStep, JoinStep])
def test_a_step_that_is_lost_each_time_fails_the_video_and_leaves_nothing(clip, step):
    def lose(task):
        last = isinstance(task.step, step) and getattr(task.step, "number", 1) == 1
        return "lost" if last else None

    outcome, _, tasks_run = run(task_for(clip), lose)
    assert (JobState.FAILED, "its process died") == (outcome.state, outcome.error)
    assert [] == list((clip.parent / "out").iterdir())
    # What nobody had begun was left.
    assert {AnalyseStep: 2, RenderStep: 6, JoinStep: 8}[step] == len(tasks_run)


def test_a_span_that_cannot_be_decoded_leaves_the_video_undivided(clip):
    def damaged(task):
        if isinstance(task.step, AnalyseStep) and task.step.span.first == 1:
            return JobOutcome(task.job, JobState.FAILED, error="damaged", exit_code=1)
        return None

    outcome, _, tasks_run = run(task_for(clip), damaged)
    assert (JobState.DONE, FRAMES) == (outcome.state, outcome.report.output.frames)
    assert (None, 0) == (tasks_run[-1].step, tasks_run[-1].min_span_segments)


def test_spans_that_decode_differently_leave_the_video_undivided(clip):
    def other(task):
        if not isinstance(task.step, AnalyseStep):
            return None
        outcome = run_task(task, WorkerState())
        outcome.result.result.hashes[-1] ^= 1
        return outcome

    outcome, _, tasks_run = run(task_for(clip), other)
    assert (JobState.DONE, FRAMES) == (outcome.state, outcome.report.output.frames)
    assert ["NoneType", *["AnalyseStep"] * 3, "NoneType"] == kinds(tasks_run)


def test_chunks_that_came_out_too_large_are_rendered_again(clip, monkeypatch):
    monkeypatch.setattr("passerby.engine.distributed.exceeds_bit_rate", lambda *_: True)
    outcome, _, tasks_run = run(task_for(clip))
    assert JobState.DONE is outcome.state
    assert ["NoneType", *["AnalyseStep"] * 3, *["RenderStep"] * 6, "JoinStep"] == kinds(tasks_run)
    assert [False] * 3 + [True] * 3 == [one.step.rate_capped for one in tasks_run if isinstance(one.step, RenderStep)]


def test_a_bug_between_two_steps_fails_that_video_alone(clip, monkeypatch):
    monkeypatch.setattr("passerby.engine.distributed.exceeds_bit_rate", lambda *_: 1 / 0)
    outcome, _, tasks_run = run(task_for(clip))
    assert (JobState.FAILED, 7) == (outcome.state, len(tasks_run))
    assert "bug in passerby" in outcome.error
    assert [] == list((clip.parent / "out").iterdir())


def test_a_chunk_is_never_taken_as_an_input(clip):
    assert is_own_output(chunk_path(task_for(clip).job, 3))
    assert (chunk_path(task_for(clip).job, 3),) == replace(task_for(clip), step=RenderStep(3, None, None)).output_paths


def test_the_progress_of_a_distributed_video(clip, capsys):
    clock = iter(range(0, 10000, 20))
    first = task_for(clip)
    tasks = deque([first])
    videos, fractions = DistributedVideos(tasks), []
    with RunProgress([first.job], json=True, clock=lambda: next(clock)) as progress:
        while tasks:
            task = tasks.popleft()
            outcome = run_task(task, WorkerState())
            found = videos.record(task, outcome, TaskRun("here", 1.0, 1.0))
            if found is not None:
                progress.record(found[0])
            elif task.step is not None:
                progress.record_step(task, videos.fraction_done(task))
                fractions.append(videos.fraction_done(task))
    assert sorted(fractions) == fractions
    assert 0 < fractions[0] < fractions[-1] < 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [0] * (len(lines) - 2) + [1, 1] == [line["files"] for line in lines]
    assert lines[0]["eta_s"] > 0
    assert 0 == lines[-1]["eta_s"]
    assert round(3 / 3600, 3) == lines[-1]["video_hours"] == lines[-3]["video_hours"]
