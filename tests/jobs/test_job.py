"""What counts as done already, file by file. Nothing is looked at: the reports are made."""

import pytest

from passerby import Report, Settings
from passerby.jobs.inputs import Job
from passerby.jobs.job import Kept, State, Work, do
from passerby.source.fingerprint import fingerprint
from tests import stills


@pytest.fixture
def done(tmp_path, monkeypatch):
    """A job that is done, and its report."""
    stills.plant(monkeypatch)
    stills.image().save(tmp_path / "a.png")
    job = Job(tmp_path / "a.png", tmp_path / "b.png")
    assert State.DONE is do(Work(job, Settings()), Kept()).state
    return job, Report.model_validate_json(job.report.read_bytes())


def again(job, **how):
    return do(Work(job, how.pop("settings", Settings()), resume=True, **how), Kept()).state


def test_the_same_again_is_done_already(done):
    job, report = done
    before = job.output.stat().st_mtime_ns
    outcome = do(Work(job, Settings(), resume=True), Kept())
    assert (State.ALREADY, report, 0) == (outcome.state, outcome.report, outcome.exit_code)
    assert before == job.output.stat().st_mtime_ns


def test_what_needed_a_person_still_does(done):
    job, report = done
    job.report.write_text(report.model_copy(update={"damage": ("half of it is missing",)}).to_json())
    outcome = do(Work(job, Settings(), resume=True), Kept())
    assert (State.ALREADY, 3) == (outcome.state, outcome.exit_code)


@pytest.mark.parametrize(
    "change",
    [
        lambda job: stills.image(seed=9).save(job.source),
        lambda job: job.output.write_bytes(b"tampered with"),
        lambda job: job.output.unlink(),
        lambda job: job.report.write_text("{"),
    ],
    ids=["another source", "output changed", "output gone", "report broken"],
)
def test_what_changed_is_done_again(done, change):
    job, _ = done
    change(job)
    assert State.DONE is again(job)
    assert fingerprint(job.output)[0] == Report.model_validate_json(job.report.read_bytes()).output.sha256


def test_other_settings_are_another_job(done):
    job, _ = done
    assert State.DONE is again(job, settings=Settings(hide=("face",)))


def test_what_the_earlier_run_left_out_is_done(done, tmp_path):
    job, _ = done
    assert State.DONE is again(job, save_plan=True)
    assert job.plan.exists()
    assert State.ALREADY is again(job, save_plan=True)
    assert State.DONE is again(job, plan=job.plan)
    job.report.unlink()
    assert State.DONE is do(Work(job, Settings(), force=True, verify=False), Kept()).state
    assert State.ALREADY is again(job, verify=False)
    assert State.DONE is again(job)
    assert Report.model_validate_json(job.report.read_bytes()).check.ran


def test_the_models_for_stills_are_loaded_once(tmp_path, monkeypatch):
    loaded = []

    class Counted(stills.Planted):
        @classmethod
        def of(cls, settings, threads=None):
            loaded.append((settings.hide, threads))
            return cls()

    monkeypatch.setattr("passerby.engine.still.StillLooker", Counted)
    kept, beats = Kept(), []
    kept.beat = lambda: beats.append(1)
    for number in range(3):
        stills.image(seed=number).save(tmp_path / f"{number}.png")
        job = Job(tmp_path / f"{number}.png", tmp_path / f"{number}-out.png")
        assert State.DONE is do(Work(job, Settings(), threads=1), kept).state
    assert [(Settings().hide, 1)] == loaded
    assert len(beats) >= 9  # three files, three stages each
    job = Job(tmp_path / "0.png", tmp_path / "again.png")
    do(Work(job, Settings(hide=("face",)), threads=1), kept)
    assert 2 == len(loaded)
