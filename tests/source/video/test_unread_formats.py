"""Footage that is recognised and not read."""

import subprocess
from fractions import Fraction

import av
import pytest

from passerby.config.settings import Settings
from passerby.core.errors import UnsupportedSource
from passerby.jobs.inputs import collect_jobs
from passerby.jobs.job import run_task
from passerby.jobs.task import JobState, Task, WorkerState
from passerby.source.video.file import VideoFile
from passerby.source.video.unread_formats import unread_video
from tests import clips

WRITTEN = {
    "raw.264": ("libx264", "h264", "H.264 stream without a container.*mkvmerge --default-duration 0:25fps"),
    "raw.h265": ("libx265", "hevc", "H.265 stream without a container.*mkvmerge"),
    "raw.m2v": ("mpeg2video", "mpeg2video", "raw MPEG video stream.*mkvmerge"),
    "c.mxf": ("mpeg2video", "mxf", "an MXF file.*ffmpeg -i IN -c copy OUT.mkv"),
    "c.ogv": ("libvpx", "ogg", "an Ogg file.*ffmpeg"),
    "c.ivf": ("libvpx", "ivf", "an IVF file.*ffmpeg"),
    "c.nut": ("mpeg4", "nut", "a NUT file.*ffmpeg"),
}


def footage(folder, name):
    """A file that FFmpeg writes."""
    codec, container, _ = WRITTEN[name]
    return clips.write_clip(
        folder / name, codec=codec, container=container, time_base=Fraction(1, 25), times=range(6), size=(128, 96)
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_a_folder_of_footage_is_never_passed_over(tmp_path, name):
    footage(tmp_path, name)
    (tmp_path / "letter.txt").write_text("no video")
    jobs = collect_jobs([tmp_path], None, None)
    assert ([name], ["letter.txt"]) == (
        [job.source.name for job in jobs.jobs],
        [path.name for path in jobs.unsupported],
    )
    outcome = run_task(Task(jobs.jobs[0], Settings()), WorkerState())
    assert (JobState.FAILED, 1) == (outcome.state, outcome.exit_code)
    with pytest.raises(UnsupportedSource, match=WRITTEN[name][2]):
        VideoFile.open(tmp_path / name)
    (tmp_path / name).rename(tmp_path / "holiday.mp4")  # what it is called does not matter
    with pytest.raises(UnsupportedSource, match=WRITTEN[name][2]):
        VideoFile.open(tmp_path / "holiday.mp4")


@pytest.mark.parametrize(("head", "name"), [
    (b"DHAV\xfd\0\0\0", "Dahua"), (b"IMKH\1\1\0\0", "Hikvision"), (b".RMF\0\0\0\x12", "RealMedia"),
    (b"\x1f\x07\x00\x3f", "DV"), (b"YUV4MPEG2 W320 H240", "YUV4MPEG2"), (b"\0\0\1\x67\x42\0\x1e", "H.264"),
    (b"\0\0\0\1\x40\1\x0c\1", "H.265"), (b"\0\0\1\xb3\x14\0\xf0", "MPEG"),
])  # fmt: skip
def test_files_of_recorders(head, name):
    assert name in unread_video(head)[0]


@pytest.mark.parametrize(
    "head", [b"", b"\0\0\1", b"\0\0\1\xba", bytes(100), b"\0\0\1\xe0\0", b"%PDF-1.7", b"RIFF\0\0\0\0AVI "]
)
def test_other_files(head):
    assert unread_video(head) is None


@pytest.mark.parametrize("name", [".dav", ".bvr", ".264"])
def test_a_broken_one_is_reported_by_its_suffix(tmp_path, name):
    (tmp_path / f"c{name}").write_bytes(b"rubbish")
    assert [f"c{name}"] == [job.source.name for job in collect_jobs([tmp_path], None, None).jobs]


@pytest.mark.parametrize("name", ["raw.264", "raw.h265"])
def test_the_command_makes_it_readable(tmp_path, name):
    path = footage(tmp_path, name)
    command = unread_video(path.read_bytes()[:64])[1].partition(",")[0].split()
    places = {"IN": str(path), "OUT.mkv": str(tmp_path / "o.mkv")}
    try:
        subprocess.run([places.get(word, word) for word in command], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("mkvmerge is not installed")
    with VideoFile.open(tmp_path / "o.mkv") as file:
        assert [0, 40, 80, 120, 160, 200] == [frame.time for frame in file.frames()]
    with av.open(tmp_path / "o.mkv") as container:
        assert 1 == len(container.streams)
