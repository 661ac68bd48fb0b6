"""The steps themselves are tested in tests/engine/test_distributed.py; here is what becomes of their errors."""

from passerby.config.settings import Settings
from passerby.core.progress import NullProgress
from passerby.jobs.file_job import FileJob
from passerby.jobs.step_runner import run_step
from passerby.jobs.task import JobState, Task
from passerby.jobs.video_steps import AnalyseStep
from passerby.track.segments import SegmentRange
from tests.clips import constant, write_clip


def analyse(source):
    job = FileJob(source, source.with_name("out.mp4"))
    return run_step(
        Task(job, Settings(), threads=1, step=AnalyseStep(SegmentRange(0, 0))), NullProgress(), lambda: None
    )


def test_a_span_that_cannot_be_read_is_a_failed_outcome(tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"no video" * 100)
    outcome = analyse(tmp_path / "bad.mp4")
    assert (JobState.FAILED, False) == (outcome.state, outcome.retryable)
    assert "bad.mp4" in outcome.error


def test_an_analysed_span_is_the_result(tmp_path, models):
    outcome = analyse(write_clip(tmp_path / "a.mp4", times=constant(5)))
    assert (JobState.DONE, None, True) == (outcome.state, outcome.error, outcome.result is not None)
    assert [] == list(tmp_path.glob("out*"))
