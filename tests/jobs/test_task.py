from pathlib import Path
from types import SimpleNamespace

import pytest

from passerby.config.settings import Settings
from passerby.core.errors import OutputBusy, SourceError, StorageError
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.jobs.video_steps import RenderStep

JOB = FileJob(Path("a.mp4"), Path("out/a.mp4"))


def test_a_task_writes_output_report_and_plan():
    expected = (Path("out/a.mp4"), Path("out/a.report.json"), Path("out/a.plan.json"))
    assert expected == Task(JOB, Settings()).output_paths


def test_a_render_step_writes_its_chunk():
    assert (Path("out/a.mp4.0003.piece"),) == Task(JOB, Settings(), step=RenderStep(3, None, None)).output_paths


@pytest.mark.parametrize(
    ("error", "retryable"), [(OutputBusy("x"), True), (StorageError("x"), True), (SourceError("x"), False)]
)
def test_only_causes_other_than_the_file_are_retryable(error, retryable):
    outcome = JobOutcome.of_error(JOB, error)
    assert (JobState.FAILED, "x", error.exit_code, retryable) == (
        outcome.state,
        outcome.error,
        outcome.exit_code,
        outcome.retryable,
    )


@pytest.mark.parametrize(("review", "state", "code"), [(True, JobState.NEEDS_REVIEW, 3), (False, JobState.DONE, 0)])
def test_a_report_that_needs_review_ends_with_3(review, state, code):
    outcome = JobOutcome.of_report(JOB, SimpleNamespace(needs_review=review))
    assert (state, code) == (outcome.state, outcome.exit_code)
