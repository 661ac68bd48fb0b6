"""Footage that is recognised and not read."""

from fractions import Fraction

import pytest

from passerby.config.settings import Settings
from passerby.core.errors import UnsupportedSource
from passerby.jobs.inputs import collect_jobs
from passerby.jobs.job import run_task
from passerby.jobs.task import JobState, Task, WorkerState
from passerby.source.video.file import VideoFile
from passerby.source.video.raw_streams import RAW_SUFFIXES
from passerby.source.video.unread_formats import UNREAD_SUFFIXES, unread_video
from tests import clips

WRITTEN = {
    "c.mxf": ("mpeg2video", "mxf", "an MXF file.*ffmpeg -i IN -c copy OUT.mkv"),
    "c.ogv": ("libvpx", "ogg", "an Ogg file.*ffmpeg"),
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
    (b".RMF\0\0\0\x12", "RealMedia"), (b"\0\0\0\0\1\xbc", "GXF"), (b"\xb7\xd8\x00\x20\x37\x49\xda\x11", "WTV"),
])  # fmt: skip
def test_files_of_other_trades(head, name):
    assert name in unread_video(head)[0]


@pytest.mark.parametrize(
    "head", [b"", b"\0\0\1", b"\0\0\1\xba", bytes(100), b"\0\0\1\xe0\0", b"%PDF-1.7", b"RIFF\0\0\0\0AVI "]
)
def test_other_files(head):
    assert unread_video(head) is None


@pytest.mark.parametrize("suffix", sorted(UNREAD_SUFFIXES | RAW_SUFFIXES))
def test_a_broken_one_is_reported_by_its_suffix(tmp_path, suffix):
    (tmp_path / f"c{suffix}").write_bytes(b"rubbish")
    assert [f"c{suffix}"] == [job.source.name for job in collect_jobs([tmp_path], None, None).jobs]
