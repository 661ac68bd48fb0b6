"""What counts as done already, file by file. Nothing is looked at: the reports are made."""

import errno
import time
from dataclasses import replace

import pytest

from passerby import Report, Settings
from passerby.jobs import job as job_module
from passerby.jobs.file_job import FileJob
from passerby.jobs.job import run_task
from passerby.jobs.task import JobState, Task, WorkerState
from passerby.sink.output_file import OutputFile
from passerby.source.fingerprint import fingerprint
from tests import clips, stills
from tests.fake_detector import FixedFaceInStill, use_fixed_face_in_stills
from tests.plans import plan_for


@pytest.fixture
def done(tmp_path, monkeypatch):
    """A job that is done, and its report."""
    use_fixed_face_in_stills(monkeypatch)
    stills.image().save(tmp_path / "a.png")
    job = FileJob(tmp_path / "a.png", tmp_path / "b.png")
    assert JobState.DONE is run_task(Task(job, Settings()), WorkerState()).state
    return job, Report.model_validate_json(job.report_path.read_bytes())


def again(job, **how):
    return run_task(Task(job, how.pop("settings", Settings()), resume=True, **how), WorkerState()).state


def test_the_same_again_is_done_already(done):
    job, report = done
    before = job.output.stat().st_mtime_ns
    outcome = run_task(Task(job, Settings(), resume=True), WorkerState())
    assert (JobState.ALREADY_DONE, report, 0) == (outcome.state, outcome.report, outcome.exit_code)
    assert before == job.output.stat().st_mtime_ns


def test_what_needed_a_person_still_does(done):
    job, report = done
    job.report_path.write_text(report.model_copy(update={"damage": ("half of it is missing",)}).to_json())
    outcome = run_task(Task(job, Settings(), resume=True), WorkerState())
    assert (JobState.ALREADY_DONE, 3) == (outcome.state, outcome.exit_code)


@pytest.mark.parametrize(
    "change",
    [
        lambda job: stills.image(seed=9).save(job.source),
        lambda job: job.output.write_bytes(b"tampered with"),
        lambda job: job.output.unlink(),
        lambda job: job.report_path.write_text("{"),
    ],
    ids=["another source", "output changed", "output gone", "report broken"],
)
def test_what_changed_is_done_again(done, change):
    job, _ = done
    change(job)
    assert JobState.DONE is again(job)
    assert fingerprint(job.output)[0] == Report.model_validate_json(job.report_path.read_bytes()).output.sha256


def test_what_was_made_with_other_settings_is_not_replaced_unless_told(done):
    job, _ = done
    before = job.output.read_bytes()
    settings = Settings(hide=("face",), style="mosaic")
    outcome = run_task(Task(job, settings, resume=True), WorkerState())
    assert JobState.FAILED is outcome.state
    assert "--hide, --style" in outcome.error
    assert "--force" in outcome.error
    assert before == job.output.read_bytes()
    assert JobState.DONE is again(job, settings=settings, force=True)


def test_what_was_made_from_a_plan_is_not_replaced_unless_told(done):
    """The plan may have been corrected for hours."""
    job, report = done
    job.report_path.write_text(report.model_copy(update={"plan_edited": True}).to_json())
    job.output.unlink()
    assert JobState.FAILED is again(job)
    assert JobState.DONE is again(job, force=True)


def test_what_the_earlier_run_left_out_is_done(done, tmp_path):
    job, _ = done
    assert JobState.DONE is again(job, save_plan=True)
    assert job.plan_path.exists()
    assert JobState.ALREADY_DONE is again(job, save_plan=True)
    assert JobState.DONE is again(job, plan=job.plan_path)
    job.report_path.unlink()
    assert JobState.DONE is run_task(Task(job, Settings(), force=True, verify=False), WorkerState()).state
    assert JobState.ALREADY_DONE is again(job, verify=False)
    assert JobState.DONE is again(job)
    assert Report.model_validate_json(job.report_path.read_bytes()).check.ran


def test_the_models_for_stills_are_loaded_once(tmp_path, monkeypatch):
    loaded = []

    def load(settings, threads):
        loaded.append((settings.hide, threads))
        return FixedFaceInStill()

    use_fixed_face_in_stills(monkeypatch, load)
    state, heartbeats = WorkerState(), []
    state.heartbeat = lambda: heartbeats.append(1)
    for number in range(3):
        stills.image(seed=number).save(tmp_path / f"{number}.png")
        job = FileJob(tmp_path / f"{number}.png", tmp_path / f"{number}-out.png")
        assert JobState.DONE is run_task(Task(job, Settings(), threads=1), state).state
    assert [(Settings().hide, 1)] == loaded
    assert len(heartbeats) >= 9  # three files, three stages each
    job = FileJob(tmp_path / "0.png", tmp_path / "again.png")
    run_task(Task(job, Settings(hide=("face",)), threads=1), state)
    assert 2 == len(loaded)


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOMEM, "x"), RuntimeError("std::bad_alloc")])
def test_memory_that_ran_out_fails_the_file(error, tmp_path, monkeypatch):
    def run_out(task, state):
        raise error

    monkeypatch.setattr(job_module, "_run_local", run_out)
    outcome = run_task(Task(FileJob(tmp_path / "a.mp4", tmp_path / "b.mp4"), Settings()), WorkerState())
    assert (JobState.FAILED, 1, True) == (outcome.state, outcome.exit_code, outcome.retryable)
    assert "a.mp4: memory ran out. Redact fewer files" in outcome.error
    monkeypatch.setattr(job_module, "_run_local", lambda task, state: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        run_task(Task(FileJob(tmp_path / "a.mp4", tmp_path / "b.mp4"), Settings()), WorkerState())


def test_a_file_that_another_run_has_in_hand_is_named_and_left_to_it(tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    stills.image().save(tmp_path / "a.png")
    task = Task(FileJob(tmp_path / "a.png", tmp_path / "b.png"), Settings(), skip_busy=True)
    with OutputFile(task.job.output):  # the other run
        outcome = run_task(task, WorkerState())
        assert (JobState.IN_ANOTHER_RUN, 3) == (outcome.state, outcome.exit_code)
        assert "It is left to that run" in outcome.error
        alone = run_task(replace(task, skip_busy=False), WorkerState())
        assert JobState.FAILED is alone.state
    assert JobState.DONE is run_task(replace(task, skip_busy=False), WorkerState()).state  # the other run ends
    assert JobState.ALREADY_DONE is run_task(task, WorkerState()).state
    late = replace(task, listed_at=time.time() + 10)  # it was there before
    assert JobState.FAILED is run_task(late, WorkerState()).state
    other = replace(task, settings=Settings(style="blur"))
    assert JobState.FAILED is run_task(other, WorkerState()).state


def test_resuming_does_not_replace_what_was_made_from_another_file(tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    stills.image().save(tmp_path / "a.png")
    stills.image().rotate(90).save(tmp_path / "other.png")
    output = tmp_path / "out.png"
    assert JobState.DONE is run_task(Task(FileJob(tmp_path / "a.png", output), Settings()), WorkerState()).state
    before = output.read_bytes()
    outcome = run_task(Task(FileJob(tmp_path / "other.png", output), Settings(), resume=True), WorkerState())
    assert (JobState.FAILED, before) == (outcome.state, output.read_bytes())


def test_a_dry_run_that_would_cover_frames_needs_a_person(tmp_path, monkeypatch):
    clip = clips.cfr(tmp_path / "a.mp4")
    plans = {}
    for name, frames in (("whole", None), ("half", clips.FRAMES // 2)):
        plans[name] = tmp_path / f"{name}.plan.json"
        plans[name].write_text(plan_for(clip, analysed_frames=frames).to_json())

    def ended(name):
        task = Task(FileJob(clip, tmp_path / name / "a.mp4"), Settings(), plan=plans[name], dry_run=True)
        outcome = run_task(task, WorkerState())
        return outcome.state, outcome.exit_code, outcome.result.covered

    assert (JobState.DONE, 0, 0) == ended("whole")
    assert (JobState.NEEDS_REVIEW, 3, clips.FRAMES - clips.FRAMES // 2) == ended("half")
