"""Jobs of the queue are run, ended, put back, and told of without paths of this machine."""

import errno
import threading
import time

import numpy as np
import pytest
from PIL import Image

from passerby.core.errors import SourceError, StoreError
from passerby.detect.factory import StillDetectorCache
from passerby.documents.plan import Plan
from passerby.jobs.job import run_task
from passerby.jobs.service.executors import JobStopped
from passerby.jobs.service.runner import REPORT_COPY, JobRunner
from passerby.jobs.task import JobOutcome, JobState, WorkerState
from passerby.service.housekeeping import Housekeeping
from passerby.service.progress import JobStages
from passerby.service.records import ServiceJobState
from tests.fake_detector import use_fake_detectors
from tests.service.fixtures import service

__all__ = ["service"]


class InProcess:
    """Runs tasks in this process, with fake models."""

    def __init__(self, run=run_task):
        self.tasks, self.stopped, self._run = [], threading.Event(), run

    def run(self, task, on_stage):
        self.tasks.append(task)
        return self._run(task, WorkerState(still_detectors=StillDetectorCache()))

    def stop(self):
        self.stopped.set()

    def close(self): ...


class Waiting(InProcess):
    """Works until it is stopped."""

    def run(self, task, on_stage):
        self.tasks.append(task)
        assert self.stopped.wait(20)
        self.stopped.clear()
        raise JobStopped


def runner_of(service, executor):
    housekeeping = Housekeeping(service.queue, service.folders, 3600, service.clock)
    return JobRunner(service.queue, service.folders, JobStages(), [executor], housekeeping, 1)


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def run_all(service, executor):
    runner = runner_of(service, executor)
    runner.start()
    until(lambda: all(state.is_final for state in service.queue.counts()))
    until(lambda: not service.queue.uploads_to_delete(0))
    runner.stop()


@pytest.fixture
def picture(tmp_path, monkeypatch):
    """A small picture, and models that need no weights."""
    use_fake_detectors(monkeypatch)
    path = tmp_path / "a.png"
    Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(path)
    return path.read_bytes()


def test_a_job_is_redacted_and_its_original_deleted(service, picture):
    job = service.submit(upload=service.upload(picture))
    run_all(service, InProcess())
    ended = service.queue.find(job.id)
    assert ServiceJobState.DONE is ended.state, ended.message
    folder = service.folders.job(job.id)
    assert {"a.png", "a.report.json", "a.plan.json"} == {path.name for path in folder.iterdir()}
    assert ("a.png", "a.report.json", "a.plan.json", "image/png") == (
        ended.output.result,
        ended.output.report,
        ended.output.plan,
        ended.output.media_type,
    )
    assert not service.folders.upload(job.request.upload).exists()
    assert service.queue.stored_bytes(service.key.id) == sum(path.stat().st_size for path in folder.iterdir())


def test_a_plan_that_was_sent_is_rendered(service, picture):
    first = service.submit(upload=service.upload(picture))
    run_all(service, InProcess())
    plan = (service.folders.job(first.id) / "a.plan.json").read_bytes()
    upload = service.upload(picture)
    sent = service.upload(plan, "a.plan.json")
    second = service.submit(upload=upload, plan_upload=sent)
    executor = InProcess()
    run_all(service, executor)
    assert service.queue.find(second.id).state.has_result
    assert executor.tasks[0].plan.name == "a.plan.json"
    assert Plan.model_validate_json(plan).run_settings == executor.tasks[0].settings
    assert not service.folders.upload(sent).exists()


def test_what_is_no_picture_fails_without_telling_where_it_lies(service):
    job = service.submit(upload=service.upload(b"no picture", "x.mp4"))
    run_all(service, InProcess())
    ended = service.queue.find(job.id)
    assert ServiceJobState.FAILED is ended.state
    assert "x.mp4" in ended.message
    assert str(service.folders.root) not in ended.message
    assert [] == list(service.folders.job(job.id).iterdir())


def test_a_manifest_is_no_way_to_files_of_this_machine(service, tmp_path):
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    listed = f"path\n{tmp_path}/secret.mp4\n".encode()
    sent = service.submit(upload=service.upload(listed, "list.csv"))
    stored = service.submit(source="s3://bucket/list.csv")
    executor = InProcess()
    run_all(service, executor)
    assert {ServiceJobState.FAILED} == {service.queue.find(job.id).state for job in (sent, stored)}
    assert "a job for each file" in service.queue.find(stored.id).message
    assert all("secret" not in str(task.job) for task in executor.tasks)


def test_an_upload_that_is_gone_is_said(service):
    job = service.submit()
    next(service.folders.upload(job.request.upload).iterdir()).unlink()
    run_all(service, InProcess())
    assert "Send it once more" in service.queue.find(job.id).message


def test_a_fault_ends_one_job_and_not_the_service(service, caplog):
    def fails(task, state):
        raise ValueError("secret" if len(executor.tasks) == 1 else "other")

    executor = InProcess(fails)
    jobs = [service.submit() for _ in range(2)]
    run_all(service, executor)
    assert all("fault of passerby" in service.queue.find(job.id).message for job in jobs)
    assert all("secret" not in service.queue.find(job.id).message for job in jobs)
    assert "secret" in caplog.text


def test_an_error_of_the_engine_is_told(service):
    def fails(task, state):
        return JobOutcome.of_error(task.job, SourceError(f"{task.job.source} is broken."))

    job = service.submit()
    run_all(service, InProcess(fails))
    assert "a.png is broken." == service.queue.find(job.id).message


def test_stopping_puts_back_what_is_running(service):
    job, executor = service.submit(), Waiting()
    runner = runner_of(service, executor)
    runner.start()
    until(lambda: executor.tasks)
    runner.stop()
    assert (ServiceJobState.QUEUED, 0) == ((found := service.queue.find(job.id)).state, found.attempts)
    assert service.folders.upload(job.request.upload).exists()


def test_cancelling_ends_one_job_and_the_next_one_runs(service):
    first, executor = service.submit(), Waiting()
    runner = runner_of(service, executor)
    runner.start()
    until(lambda: executor.tasks)
    second = service.submit()
    service.queue.cancel(first.id)
    runner.interrupt(first.id)
    until(lambda: len(executor.tasks) == 2)
    assert ServiceJobState.CANCELLED is service.queue.find(first.id).state
    runner.interrupt("0" * 32)
    runner.stop()
    assert ServiceJobState.QUEUED is service.queue.find(second.id).state


def test_what_an_attempt_left_that_was_killed_is_taken_over(service, picture):
    job = service.submit(upload=service.upload(picture))
    service.queue.take()
    folder = service.folders.make_job(job.id)
    (folder / "a.png").write_bytes(b"the result, whose report was never written")
    run_all(service, InProcess())
    ended = service.queue.find(job.id)
    assert (ServiceJobState.DONE, 2) == (ended.state, ended.attempts), ended.message
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_result_that_is_complete_is_not_made_again(service, picture):
    job = service.submit(upload=service.upload(picture))
    executor = InProcess()
    runner = runner_of(service, executor)
    outcome = executor.run(runner._task(service.queue.take()), None)
    assert JobState.DONE is outcome.state
    before = (service.folders.job(job.id) / "a.png").stat().st_mtime_ns
    run_all(service, executor)
    assert before == (service.folders.job(job.id) / "a.png").stat().st_mtime_ns
    assert ServiceJobState.DONE is service.queue.find(job.id).state


def test_the_report_of_a_result_in_object_storage_is_kept_here(service, picture, tmp_path):
    def elsewhere(task, state):
        local = run_task(task_here(task, tmp_path / "out"), state)
        return JobOutcome(task.job, local.state, local.report)

    def task_here(task, folder):
        from dataclasses import replace

        folder.mkdir()
        return replace(task, job=replace(task.job, output=folder / "b.png"))

    job = service.submit(upload=service.upload(picture), output="s3://bucket/b.png")
    run_all(service, InProcess(elsewhere))
    output = service.queue.find(job.id).output
    assert (None, REPORT_COPY, None) == (output.result, output.report, output.plan)
    assert (service.folders.job(job.id) / REPORT_COPY).is_file()


def test_a_job_that_ended_while_the_service_stopped_is_not_made_again(service, picture):
    """Its result is whole, and the service was stopped before that was written down."""
    job = service.submit(upload=service.upload(picture))
    executor = InProcess()
    executor.run(runner_of(service, executor)._task(service.queue.take()), None)
    service.queue.release(job.id)
    run_all(service, executor)
    ended = service.queue.find(job.id)
    assert ServiceJobState.DONE is ended.state, ended.message


def test_an_error_of_a_cluster_that_is_disconnected_puts_the_job_back(service):
    def fails(task, state):
        runner._stopped.set()
        raise SourceError("The cluster is gone.")

    job, executor = service.submit(), InProcess(fails)
    runner = runner_of(service, executor)
    runner._run(service.queue.take(), executor)
    assert ServiceJobState.QUEUED is service.queue.find(job.id).state


def test_what_else_lies_in_object_storage_is_never_replaced(service):
    service.submit(output="s3://bucket/b.png")
    runner = runner_of(service, InProcess())
    service.queue.release(service.queue.take().id)
    task = runner._task(service.queue.take())
    assert (True, False) == (task.resume, task.force)


def test_an_end_that_cannot_be_written_down_is_tried_again(service, picture, monkeypatch):
    job, tried = service.submit(upload=service.upload(picture)), []
    finish = service.queue.finish

    def fails_once(*args, **values):
        tried.append(args)
        if len(tried) == 1:
            raise StoreError("disk I/O error")
        return finish(*args, **values)

    monkeypatch.setattr(service.queue, "finish", fails_once)
    run_all(service, InProcess())
    assert ServiceJobState.DONE is service.queue.find(job.id).state
    assert not service.folders.upload(job.request.upload).exists()


def test_a_full_disk_at_the_end_fails_one_job_and_the_next_one_runs(service, picture, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    first, second = (service.submit(upload=service.upload(picture)) for _ in range(2))
    runner = runner_of(service, InProcess())
    with monkeypatch.context() as patch:
        patch.setattr(runner, "_output", full)
        runner._run(service.queue.take(), InProcess())
    assert "No space left" in service.queue.find(first.id).message
    run_all(service, InProcess())
    assert ServiceJobState.DONE is service.queue.find(second.id).state


def test_a_fault_outside_of_jobs_ends_no_thread(service, picture, monkeypatch):
    clear, failed = Housekeeping.clear_uploads, []

    def fails_once(self):
        if not failed:
            failed.append(True)
            raise ZeroDivisionError
        clear(self)

    monkeypatch.setattr(Housekeeping, "clear", lambda self: None)
    monkeypatch.setattr(Housekeeping, "clear_uploads", fails_once)
    for _ in range(2):
        service.submit(upload=service.upload(picture))
    run_all(service, InProcess())
    assert {ServiceJobState.DONE} == set(service.queue.counts())


def test_a_plan_that_would_fill_the_memory_is_refused(service, picture, monkeypatch):
    monkeypatch.setattr("passerby.jobs.service.runner.MAX_PLAN_BYTES", 100)
    job = service.submit(upload=service.upload(picture), plan_upload=service.upload(b" " * 101, "a.plan.json"))
    run_all(service, InProcess())
    assert "100 bytes at most" in service.queue.find(job.id).message


def test_what_a_cancelled_job_wrote_all_the_same_is_deleted(service, picture):
    def cancelled_meanwhile(task, state):
        outcome = run_task(task, state)
        service.queue.cancel(job.id)
        return outcome

    job = service.submit(upload=service.upload(picture))
    runner, executor = runner_of(service, InProcess()), InProcess(cancelled_meanwhile)
    runner._run(service.queue.take(), executor)
    assert not service.folders.job(job.id).exists()
