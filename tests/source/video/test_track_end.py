"""How long the last frame of a track is shown."""

import random
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from passerby import Settings, redact
from passerby.config.settings import Codec
from passerby.source.video.decoding import DecodeStats
from passerby.source.video.file import VideoFile
from passerby.source.video.track_end import last_duration
from tests import clips
from tests.fake_detector import use_fake_detectors
from tests.situations import length

MS = Fraction(1, 1000)


def recording(path, container, times, last, codec="libx264", sound=0.0, options=None):
    """A film of frames at `times` (milliseconds), the last of which is shown for `last`."""
    with av.open(path, "w", format=container) as output:
        stream = output.add_stream(codec, rate=25, width=128, height=96, time_base=MS)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.options = {"bf": "0"} | (options or {})
        if sound:
            output.add_stream("aac", rate=48000, layout="mono")
        packets = []
        for index, time in enumerate(times):
            frame = clips.video_frame(index)
            frame.pts, frame.time_base = time, MS
            packets += stream.encode(frame)
        packets += stream.encode(None)
        ends = dict(zip(times, [*times[1:], times[-1] + last], strict=True))
        for packet in packets:
            packet.duration = ends[packet.pts] - packet.pts
            output.mux(packet)
        if sound:
            clips.tone(output, output.streams.audio[0], sound)
    return path


FORMATS = {"mp4": "mp4", "mov": "mov", "mkv": "matroska", "flv": "flv"}


@pytest.mark.parametrize("becomes", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("sound", [0.0, 0.5, 6.0])
def test_the_last_frame_is_shown_as_long_as_it_was(tmp_path, monkeypatch, name, becomes, sound):
    """A screen recording: 1.2 s of changes, then a still picture for three seconds. Sound may be shorter or longer."""
    use_fake_detectors(monkeypatch)
    path = recording(tmp_path / "c", FORMATS[name], (0, 100, 1200), 2900, sound=0 if name == "flv" else sound)
    out = tmp_path / f"o.{becomes}"
    report = redact(path, out, Settings(audio="keep"))
    assert ((), False) == (report.damage, report.needs_review)
    assert length(out) == pytest.approx(length(path), abs=1.5e-3)
    assert length(out) == pytest.approx(max(4.1, 0 if name == "flv" else sound), abs=0.045)


@pytest.mark.parametrize("codec", Codec)
@pytest.mark.parametrize("becomes", ["mp4", "mkv"])
def test_frames_of_any_length(tmp_path, monkeypatch, codec, becomes):
    use_fake_detectors(monkeypatch)
    for seed in range(4):
        dice = random.Random(seed)
        times, now = [], 0
        for _ in range(dice.choice((1, 2, 3, 30))):
            times.append(now)
            now += dice.choice((1, 16, 40, 40, 40, 700))
        path = recording(tmp_path / "c", "mp4", times, dice.choice((1, 40, 5000)))
        out = tmp_path / f"o.{becomes}"
        report = redact(path, out, Settings(codec=codec), force=True)
        assert (report.output.frames, report.damage) == (len(times), ())
        assert length(out) == pytest.approx(length(path), abs=1.5e-3), (seed, times)
        with VideoFile.open(out) as file:
            base = file.info.videos[0].time_base
            assert [pytest.approx(time / 1000, abs=6e-4) for time in times] == [f.time * base for f in file.frames()]


def test_nobody_waits_for_what_is_missing(tmp_path):
    track = replace(clips.video_info(time_base=MS), end=Fraction(5))
    stats = DecodeStats(last_duration=40)
    assert 4000 == last_duration(track, stats, 1000, damaged=False)
    assert 40 == last_duration(track, stats, 1000, damaged=True)
    assert 40 == last_duration(track, stats, 5000, damaged=False)
    assert 40 == last_duration(replace(track, end=Fraction(100 * 86400)), stats, 0, damaged=False)
    assert None is last_duration(replace(track, end=None), DecodeStats(), 0, damaged=False)


SOUNDS = {
    "aac": ("mp4", "aac"),
    "44100": ("mp4", "aac"),
    "fragmented": ("mp4", "aac"),
    "mp3": ("mp4", "libmp3lame"),
    "opus": ("mp4", "libopus"),
    "opus in Matroska": ("matroska", "libopus"),
    "pcm": ("mov", "pcm_s16le"),
    "alac": ("mov", "alac"),
    "alac in Matroska": ("matroska", "alac"),
    "late aac in Matroska": ("matroska", "aac"),
    "ac3": ("matroska", "ac3"),
    "mp3 in AVI": ("avi", "libmp3lame"),
    "aac in FLV": ("flv", "aac"),
}


@pytest.mark.parametrize("audio", ["keep", "unnatural-voice"])
@pytest.mark.parametrize("becomes", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("name", SOUNDS)
def test_sound_that_ends_last_ends_when_it_did(tmp_path, monkeypatch, name, becomes, audio):
    """Encoders fill up the last packet; containers state how much of it is played, each in its own way."""
    use_fake_detectors(monkeypatch)
    container, codec = SOUNDS[name]
    base = MS if container in ("matroska", "flv") else Fraction(1, 25)
    rate = 44100 if name == "44100" else 48000
    path = clips.write_clip(
        tmp_path / "c",
        container=container,
        codec="mpeg4" if container == "avi" else "libx264",
        options={} if container == "avi" else {"bf": "0"},
        time_base=base,
        times=range(0, int(1 / base), int(Fraction(1, 25) / base)),
        prepare=lambda output, stream: output.add_stream(codec, rate=rate, layout="mono"),
        finish=lambda output: clips.sound(
            output,
            output.streams.audio[0],
            0.3 * np.sin(np.arange(int(2.3017 * rate)) / 20),
            int(0.1 * rate) if name.startswith("late") else 0,
        ),
        container_options={"movflags": "frag_keyframe+empty_moov"} if name == "fragmented" else {},
    )
    out = tmp_path / f"o.{becomes}"
    report = redact(path, out, Settings(audio=audio))
    assert ((), False) == (report.damage, report.needs_review)
    assert length(out) == pytest.approx(length(path), abs=1.1e-3)
