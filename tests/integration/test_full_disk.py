"""A disk that fills up while a file is redacted: all of the output is there, or nothing, and the message says why."""

import os
import subprocess

import numpy as np
import pytest
from PIL import Image

from passerby import Settings
from passerby.cli.redact import _write_summary
from passerby.core.errors import DamagedSource, DiskFull, OutputError, UsageError
from passerby.engine.api import redact_file
from passerby.engine.options import RunOptions
from passerby.jobs.file_job import FileJob, JobList
from passerby.jobs.job import run_task
from passerby.jobs.task import JobState, Task, WorkerState
from tests import clips
from tests.fake_detector import use_fixed_face, use_fixed_face_in_stills

KIB = 1024


@pytest.fixture(autouse=True)
def detectors(monkeypatch):
    use_fixed_face(monkeypatch)
    use_fixed_face_in_stills(monkeypatch)


@pytest.fixture
def disk(tmp_path):
    """A function that makes a new disk of so many KiB at the same place."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def of(kib):
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("only root may mount a small disk, and not everywhere")
        return folder

    yield of
    subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def film(path):
    return clips.write_clip(path, size=(320, 240))


def photo(path):
    noise = np.random.default_rng(1).integers(0, 255, (100, 160, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    return path


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "jpg", "png", "tiff", "webp", "gif", "bmp"])
@pytest.mark.parametrize("verify", [True, False])
def test_output_report_and_plan_appear_together_or_not_at_all(tmp_path, disk, suffix, verify):
    """Pillow writes to a descriptor by itself, and did not notice that a write was cut short: a JPEG of 12,288 bytes
    got its final name."""
    is_film = suffix in ("mp4", "mkv", "mov")
    source = film(tmp_path / "source.mp4") if is_film else photo(tmp_path / f"source.{suffix}")
    messages, done = set(), 0
    for kib in (4, 12, 16, 20, 28, 36, 40, 44, 48, 52, 56, 60, 100, 400):
        folder = disk(kib)
        names = {f"o.{suffix}", "o.report.json", "o.plan.json"}
        options = RunOptions(
            settings=Settings(), save_plan=folder / "o.plan.json", save_report=folder / "o.report.json", verify=verify
        )
        try:
            redact_file(source, folder / f"o.{suffix}", options)
        except DiskFull as error:
            messages.add(str(error))
            assert set() == {path.name for path in folder.iterdir()}
        else:
            done += 1
            assert names == {path.name for path in folder.iterdir()}
    assert done
    assert messages
    assert all("No room left on" in message and ".part" not in message for message in messages)


def test_what_cannot_be_read_back_is_the_disks_fault(tmp_path, monkeypatch):
    def fail(*_args):
        raise DamagedSource("copy it again from where it came")

    for name in ("engine.video.check_video", "engine.still.check_still"):
        monkeypatch.setattr(f"passerby.{name}", fail)
    for source, output in ((film(tmp_path / "c.mp4"), "o.mp4"), (photo(tmp_path / "p.png"), "o.png")):
        with pytest.raises(OutputError, match="cannot be read back: its disk is full or fails. Free some room"):
            redact_file(source, tmp_path / output, RunOptions())
        assert not (tmp_path / output).exists()


def test_a_report_that_cannot_be_written_takes_its_output_along(tmp_path):
    source = film(tmp_path / "c.mp4")
    (tmp_path / "o.report.json").mkdir()
    options = RunOptions(save_report=tmp_path / "o.report.json", save_plan=tmp_path / "o.plan.json", force=True)
    with pytest.raises(OutputError, match="is a folder"):
        redact_file(source, tmp_path / "o.mp4", options)
    assert {"c.mp4", "o.report.json"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("length", [243, 244, 250])
def test_a_name_that_leaves_no_room_for_its_report_is_refused_before_work_begins(tmp_path, monkeypatch, length):
    source = film(tmp_path / "c.mp4")
    monkeypatch.setattr("passerby.engine.api.redact_file", lambda *_: pytest.fail("work has begun"))
    output = tmp_path / f"{'a' * (length - 4)}.mp4"
    outcome = run_task(Task(FileJob(source, output), Settings()), WorkerState())
    assert (JobState.FAILED, 2) == (outcome.state, outcome.exit_code)
    assert "is too long for the disk by" in outcome.error
    assert {"c.mp4"} == {path.name for path in tmp_path.iterdir()}


def test_a_summary_that_cannot_be_written_is_no_wrong_option(tmp_path, disk):
    folder = disk(4)
    (folder / "ballast").write_bytes(bytes(4 * KIB))
    with pytest.raises(OutputError, match="The files are done, but not their summary. No room left on") as error:
        _write_summary(JobList(), folder / "summary.json", [], json=True)
    assert 1 == error.value.exit_code
    assert not isinstance(error.value, UsageError)
