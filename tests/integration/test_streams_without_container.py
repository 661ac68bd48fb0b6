"""Streams without a container and files of recorders, through everything that takes a film."""

import json
from fractions import Fraction

import av
import pytest

from passerby import Settings, redact
from passerby.cli.app import main
from passerby.core.errors import PlanError
from passerby.documents.plan import Plan
from passerby.engine.api import analyse
from passerby.jobs.inputs import collect_jobs
from passerby.jobs.job import run_task
from passerby.jobs.task import JobState, Task, WorkerState
from passerby.review.frames import FileViewer
from passerby.source.video.file import VideoFile
from tests import recorder_files
from tests.fake_detector import use_fixed_face

MADE = {
    "c.264": lambda path: recorder_files.stream(path, "h264", 30),
    "open.h264": lambda path: recorder_files.stream(path, "open.h264", 30),
    "c.h265": lambda path: recorder_files.stream(path, "open.h265", 30),
    "fields.hevc": lambda path: recorder_files.stream(path, "fields.h265", 60),
    "c.bvr": recorder_files.behind_a_header,
    "c.m2v": lambda path: recorder_files.stream(path, "m2v", 30),
    "c.m4e": lambda path: recorder_files.stream(path, "m4v", 30),
    "c.mjpeg": lambda path: recorder_files.stream(path, "mjpeg", 30),
    "saved.mjpg": lambda path: recorder_files.stream(path, "multipart", 30),
    "c.obu": lambda path: recorder_files.stream(path, "obu", 30),
    "c.ivf": lambda path: recorder_files.stream(path, "ivf", 30),
    "c.y4m": lambda path: recorder_files.stream(path, "y4m", 30),
    "c.dav": recorder_files.dahua,
    "c.hik": recorder_files.hikvision,
    "c.dv": recorder_files.dv,
}
TIMED = {"c.ivf", "c.y4m", "c.dav", "c.hik", "c.dv"}


@pytest.fixture(autouse=True)
def fake_detectors(monkeypatch):
    use_fixed_face(monkeypatch)


@pytest.mark.parametrize("name", MADE)
def test_in_a_folder_each_is_redacted_with_all_its_frames(tmp_path, name):
    path = MADE[name](tmp_path / name)
    (job,) = collect_jobs([tmp_path], None, None).jobs
    outcome = run_task(Task(job, Settings()), WorkerState())
    assert (JobState.DONE, 0) == (outcome.state, outcome.exit_code), outcome
    with VideoFile.open(path) as before, VideoFile.open(job.output) as after:
        (old,), (new,) = before.info.videos, after.info.videos
        assert old.geometry == new.geometry
        assert old.interlaced == new.interlaced
        times = [[frame.time * track.time_base for frame in file.frames()] for file, track in
                 ((before, old), (after, new))]  # fmt: skip
    assert times[0] == times[1]
    said = [line for line in outcome.report.warnings if "without a container" in line]
    assert (name in TIMED) != bool(said)
    assert outcome.report.check.ran
    assert not outcome.report.check.findings


def test_the_sound_of_a_recorder_is_kept(tmp_path):
    path = recorder_files.dahua(tmp_path / "c.dav", 2.4, header=True)
    report = redact(path, tmp_path / "o.mp4", Settings(audio="keep"))
    assert (60, ()) == (report.output.frames, report.damage)
    with av.open(str(tmp_path / "o.mp4")) as container:
        (sound,) = container.streams.audio
        assert 2.4 == pytest.approx(float(sound.duration * sound.time_base), abs=0.05)
        (video,) = container.streams.video
        assert Fraction(12, 5) == video.duration * video.time_base


def test_a_rate_that_is_given(tmp_path, capsys):
    path = recorder_files.stream(tmp_path / "c.264", "h264", 30)
    with pytest.raises(SystemExit) as ended:
        main(["redact", str(path), "--frame-rate", "30000/1001", "--save-plan", "--json", "--no-verify"])
    assert not ended.value.code
    with av.open(str(tmp_path / "c.redacted.mp4")) as container:
        (video,) = container.streams.video
        assert (30, Fraction(30000, 1001)) == (video.frames, video.average_rate)
        assert Fraction(1001, 1000) == video.duration * video.time_base
    plan = Plan.load(next(tmp_path.glob("*.plan.json")))
    assert (Fraction(30000, 1001), False) == (plan.settings.frame_rate, plan.edited_by_hand)
    report = json.loads((tmp_path / "c.redacted.report.json").read_text())
    assert "30000/1001" == report["settings"]["frame_rate"]
    assert any("29.970 frames a second, as given" in line for line in report["warnings"])


@pytest.mark.parametrize(
    ("given", "fault"), [("0", "greater than 0"), ("x", "30000/1001"), ("9/0", "zero"), ("481", "480")]
)
def test_a_rate_that_cannot_be(tmp_path, capsys, given, fault):
    recorder_files.stream(tmp_path / "c.264", "h264")
    with pytest.raises(SystemExit) as ended:
        main(["redact", str(tmp_path / "c.264"), "--frame-rate", given])
    assert 2 == ended.value.code
    error = capsys.readouterr().err
    assert "--frame-rate" in error
    assert fault in error


def test_a_plan_is_rendered_at_its_rate_and_at_no_other(tmp_path):
    path = recorder_files.stream(tmp_path / "c.264", "h264", 30)
    plan = analyse(path, Settings(frame_rate=Fraction(10)))
    redact(path, tmp_path / "o.mp4", plan=plan)
    with av.open(str(tmp_path / "o.mp4")) as container:
        assert 3.0 == container.duration / av.time_base
    with pytest.raises(PlanError, match="ticks"):
        redact(path, tmp_path / "p.mp4", Settings(frame_rate=Fraction(20)), plan=plan)


def test_in_review_its_frames_have_the_times_of_its_plan(tmp_path):
    path = recorder_files.stream(tmp_path / "c.264", "h264", 30)
    viewer = FileViewer.open(path, analyse(path, Settings(frame_rate=Fraction(10))))
    assert [Fraction(n, 10) for n in range(30)] == [time * viewer.time_base(0) for time in viewer.times(0)]
    assert viewer.original[0].jpeg(17, None).startswith(b"\xff\xd8")
    viewer.close()
