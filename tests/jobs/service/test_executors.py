"""Where jobs run, and how they are ended."""

import threading
import time
from pathlib import Path

from passerby.config.settings import Settings
from passerby.jobs import cluster_run
from passerby.jobs.events.stage_progress import StageProgress
from passerby.jobs.file_job import FileJob
from passerby.jobs.service.executors import ClusterExecutor, JobStopped, LocalExecutor
from passerby.jobs.task import JobOutcome, JobState, Task


def reports(task, state):
    state.report_progress(StageProgress("render", 1, 2, None))
    return JobOutcome(task.job, JobState.DONE)


def hangs(task, state):
    task.job.output.write_text("begun")
    while True:
        state.heartbeat()
        time.sleep(0.05)


def dies(task, state):
    import os

    os._exit(3)


def task_of(folder):
    return Task(FileJob(folder / "a.png", folder / "b.png"), Settings(), json=True)


def test_progress_and_outcome_come_back(tmp_path):
    executor, seen = LocalExecutor(reports), []
    try:
        assert JobState.DONE is executor.run(task_of(tmp_path), seen.append).state
        assert ["render"] == [stage.stage for stage in seen]
    finally:
        executor.close()


def test_a_process_that_dies_fails_its_job_and_not_the_next(tmp_path):
    executor = LocalExecutor(dies)
    try:
        for _ in range(2):
            outcome = executor.run(task_of(tmp_path), lambda _: None)
            assert JobState.FAILED is outcome.state
            assert "died" in outcome.error
    finally:
        executor.close()


def test_what_is_stopped_ends_at_once_and_the_next_one_runs(tmp_path):
    executor, ended = LocalExecutor(hangs), []

    def run():
        try:
            executor.run(task_of(tmp_path), lambda _: None)
        except JobStopped as stopped:
            ended.append(stopped)

    for number in range(2):
        thread = threading.Thread(target=run)
        thread.start()
        while not (tmp_path / "b.png").exists():
            time.sleep(0.02)
        executor.stop()
        thread.join(20)
        assert number + 1 == len(ended)
        (tmp_path / "b.png").unlink()
    executor.close()


def test_the_cluster_is_given_one_task_and_reports_its_steps(tmp_path, monkeypatch):
    given = []

    def distribute(tasks, max_concurrent=None, on_step=None):
        given.extend(tasks)
        on_step(tasks[0], 0.5)
        yield JobOutcome(tasks[0].job, JobState.DONE), None

    monkeypatch.setattr(cluster_run, "distribute", distribute)
    seen, executor = [], ClusterExecutor()
    assert JobState.DONE is executor.run(task_of(tmp_path), seen.append).state
    assert [(0, None), (50, 100)] == [(stage.done, stage.total) for stage in seen]
    [task] = given
    assert (1, 1, False) == (task.threads, task.min_span_segments, task.json)
    executor.close()


def test_what_ends_on_a_cluster_although_it_was_stopped_is_told(tmp_path, monkeypatch):
    executor = ClusterExecutor()

    def distribute(tasks, max_concurrent=None, on_step=None):
        executor.stop()
        yield JobOutcome(tasks[0].job, JobState.DONE), None

    monkeypatch.setattr(cluster_run, "distribute", distribute)
    assert JobState.DONE is executor.run(task_of(Path(tmp_path)), lambda _: None).state  # its result is whole
