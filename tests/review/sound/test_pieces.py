"""The sound of a file in memory: every second of it at its time, and given back."""

import av
import numpy as np
import pytest

from passerby.review.sound import pieces
from passerby.review.sound.pieces import PEAK_RATE, RATE, SoundPieces
from passerby.source.video.file import VideoFile
from tests import clips

SECONDS = 24


@pytest.fixture
def clip(tmp_path):
    """Two tracks: one is loud in the 3rd second, the other, in stereo, in the 13th on the left."""

    def prepare(output, _):
        output.add_stream("aac", rate=16000, layout="mono")
        output.add_stream("aac", rate=48000, layout="stereo")

    def finish(output):
        first, second = output.streams.audio
        clips.sound(output, first, burst(3, 16000))
        left = np.stack([burst(13, 48000), np.zeros(SECONDS * 48000)]).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(left, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 48000, 0
        output.mux(second.encode(frame))
        output.mux(second.encode(None))

    times = clips.constant(25 * SECONDS, step=clips.TIME_BASE.denominator // 25)
    return clips.write_clip(tmp_path / "yard.mp4", times=times, prepare=prepare, finish=finish)


def burst(second, rate):
    moments = np.arange(SECONDS * rate) / rate
    return 0.4 * np.sin(2 * np.pi * 500 * moments) * ((moments >= second) & (moments < second + 1))


@pytest.fixture
def sound(clip):
    with VideoFile.open(clip) as video:
        made = SoundPieces(clip, video.info)
    yield made
    made.close()


def test_all_tracks_are_heard_at_their_times(sound):
    whole = sound.read(0, SECONDS * RATE) / 32768
    assert (SECONDS * RATE, 2) == whole.shape
    for start, sides in ((3, (0, 1)), (13, (0,))):
        for side in sides:
            part = whole[round((start + 0.1) * RATE) : round((start + 0.9) * RATE), side]
            assert 0.2 < np.abs(part).max() < 0.6
    assert np.abs(whole[round(13.1 * RATE) : round(13.9 * RATE), 1]).max() < 0.01
    assert np.abs(whole[round(4.1 * RATE) : round(12.9 * RATE)]).max() < 0.01
    loud = np.flatnonzero(np.frombuffer(sound.peaks(), np.uint8) > 50) / PEAK_RATE
    assert {3, 13} == {int(second) for second in loud if second % 1 > 0.05}  # what AAC smears aside


def test_any_part_is_the_same_as_in_the_whole_and_silent_after_the_end(sound):
    whole = sound.read(0, 30 * RATE)
    for first, count in ((0, 1), (9 * RATE, 4 * RATE), (10 * RATE - 1, 2), (12 * RATE + 7, 12345)):
        assert np.array_equal(whole[first : first + count], sound.read(first, count))
    assert not sound.read(25 * RATE, RATE).any()


def test_few_files_are_kept_and_read_again_when_asked_for(clip, monkeypatch):
    monkeypatch.setattr(pieces, "MAX_KEPT", 1)
    with VideoFile.open(clip) as video:
        first, second = SoundPieces(clip, video.info), SoundPieces(clip, video.info)
    known = first.read(3 * RATE, RATE)
    assert first.peaks()
    second.read(0, 10)
    assert not first._pieces
    assert np.array_equal(known, first.read(3 * RATE, RATE))
    first.close()
    second.close()


def test_a_file_that_is_gone_is_silent_and_nobody_waits(clip, sound):
    clip.unlink()
    assert not sound.read(3 * RATE, RATE).any()
    assert b"" == sound.peaks()
