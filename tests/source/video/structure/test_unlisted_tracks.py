"""Tracks that begin late in containers without a table of their tracks."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby import Settings, redact
from passerby.source.video.file import VideoFile
from passerby.source.video.structure.unlisted_tracks import unlisted_tracks
from tests import clips
from tests.fake_detector import use_fake_detectors

#: Beyond what FFmpeg reads of a file to see which tracks it has.
PROBED_BYTES = 5_000_000
LATE_S = 10
CODECS = {
    "ts": ("mpegts", "libx264", "aac", Fraction(1, 90000)),
    "flv": ("flv", "libx264", "aac", Fraction(1, 1000)),
    "mpg": ("mpeg", "mpeg2video", "mp2", Fraction(1, 25)),
}


def late_sound(path, suffix, seconds=LATE_S + 2, begins=LATE_S):
    """A film whose sound begins late."""
    container, codec, sound, base = CODECS[suffix]
    with av.open(path, "w", format=container) as output:
        stream = output.add_stream(codec, rate=25, width=128, height=96, time_base=base)
        stream.pix_fmt = "yuv420p"
        tone = output.add_stream(sound, rate=48000, layout="mono")
        for number in range(seconds * 25):
            frame = clips.video_frame(number)
            frame.pts, frame.time_base = int(Fraction(number, 25) / base), base
            output.mux(stream.encode(frame))
            if number == begins * 25:
                samples = 0.3 * np.sin(np.arange(48000 * (seconds - begins)) / 20)
                clips.sound(output, tone, samples, begins * 48000)
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", CODECS)
def test_sound_that_begins_late_is_kept(tmp_path, monkeypatch, suffix):
    use_fake_detectors(monkeypatch)
    path = late_sound(tmp_path / f"c.{suffix}", suffix)
    report = redact(path, tmp_path / "o.mp4", Settings(audio="keep"))
    assert ((), False) == (report.damage, report.needs_review)
    with av.open(tmp_path / "o.mp4") as output:
        (sound,) = output.streams.audio
        loud = [
            float(frame.pts * frame.time_base)
            for frame in output.decode(sound)
            if np.abs(frame.to_ndarray()).max() > 0.1
        ]
        assert loud[0] == pytest.approx(LATE_S, abs=0.15)
        assert loud[-1] == pytest.approx(LATE_S + 2, abs=0.15)


def another_program(tmp_path, kind):
    """A recording that was appended with its sound on another PID, and its own picture as before."""
    parts = []
    for name, pid in (("a", 257), ("b", 400), ("c", 257)):
        path = tmp_path / name

        def prepare(output, stream, pid=pid):
            stream.id = 256
            output.add_stream("aac", rate=48000).id = pid

        clips.write_clip(
            path, container="mpegts", time_base=Fraction(1, 90000), times=range(0, 3600 * 50, 3600),
            options={"qp": "0"}, prepare=prepare,
            finish=lambda output: clips.tone(output, output.streams.audio[0], 2),
        )  # fmt: skip
        parts.append(path.read_bytes())
    one, other = parts[0], parts[1]
    whole = one * (PROBED_BYTES // len(one) + 2) + other + one
    path = tmp_path / "all.ts"
    path.write_bytes(whole if kind == 188 else b"".join(
        bytes(4) + whole[at : at + 188] for at in range(0, len(whole), 188)
    ))  # fmt: skip
    return path


@pytest.mark.parametrize("kind", [188, 192])
def test_a_pid_that_appears_in_the_middle_is_told(tmp_path, monkeypatch, kind):
    use_fake_detectors(monkeypatch)
    path = another_program(tmp_path, kind)
    with VideoFile.open(path) as file:
        assert "audio tracks that cannot be read: 1" in file.info.dropped
        assert "Where you need them, cut the file" in file.info.damage[0]
    assert () == unlisted_tracks(path, "mpegts", {256, 257, 400}, ())
    assert ("audio", "video") == unlisted_tracks(path, "mpegts", {400}, ())[::-1]


def test_packets_go_on_after_a_gap(tmp_path):
    path = another_program(tmp_path, 188)
    data = path.read_bytes()
    path.write_bytes(data[:1880] + data[2000:])
    assert ("audio",) == unlisted_tracks(path, "mpegts", {256, 257}, ())


def test_other_containers(tmp_path):
    flv = late_sound(tmp_path / "c.flv", "flv", 2, 1)
    assert ("audio",) == unlisted_tracks(flv, "flv", (), {"video"})
    assert () == unlisted_tracks(flv, "flv", (), {"video", "audio"})
    mpg = late_sound(tmp_path / "c.mpg", "mpg", 2, 1)
    assert ("audio",) == unlisted_tracks(mpg, "mpeg", {0x1E0}, ())
    assert () == unlisted_tracks(mpg, "mpeg", {0x1E0, 0x1C0}, ())
    assert () == unlisted_tracks(clips.cfr(tmp_path / "c.mp4"), "mp4", (), ())
