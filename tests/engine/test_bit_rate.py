from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from passerby import Settings, redact
from passerby.core.media import SourceInfo
from passerby.documents.plan import AnalysedRange, Fingerprint, Plan, VideoPlan
from passerby.engine.bit_rate import with_shown_bit_rate
from tests import clips
from tests.fake_detector import use_fake_detectors
from tests.situation_makers import with_sound

TICK = Fraction(1, 1000)


def source(stated_s, bit_rate=800, tracks=1):
    video = replace(clips.video_info(time_base=TICK), bit_rate=bit_rate)
    return SourceInfo(Path("a.ts"), "mpegts", stated_s, (video,) * tracks, (), ())


def plan(*ranges, frames=100, size=1_000_000, tracks=1):
    analysed = tuple(AnalysedRange(first_frame=a, last_frame=b, first_time=40 * a, last_time=40 * b) for a, b in ranges)
    video = VideoPlan(stream=0, time_base=TICK, width=64, height=64, frames=frames, analysed=analysed)
    return Plan(
        program="passerby",
        source=Fingerprint(name="a.ts", sha256="0" * 64, size=size, duration=None, frames=frames),
        settings=Settings(),
        weights=(),
        videos=(video,) * tracks,
    )


@pytest.mark.parametrize(
    ("stated_s", "ranges", "rate"),
    [
        (10_000.0, [(0, 99)], 2_000_000),  # 1 MB of pictures for 4 s
        (10_000.0, [(0, 9), (90, 99)], 2_000_000),  # what was not analysed is as long as the rest
        (4.0, [(0, 99)], 800),  # a plausible length is believed
        (7.9, [(0, 99)], 800),
        (10_000.0, [(5, 5)], 800),  # one frame has no length
        (10_000.0, [], 800),
        (None, [(0, 99)], 800),
    ],
)
def test_the_rate_is_that_of_the_pictures_where_the_stated_length_is_not_theirs(stated_s, ranges, rate):
    (video,) = with_shown_bit_rate(source(stated_s), plan(*ranges))
    assert rate == video.bit_rate


def test_a_rate_that_the_track_states_is_not_lowered_and_an_unknown_one_stays_unknown():
    (video,) = with_shown_bit_rate(source(10_000.0, 5_000_000), plan((0, 99)))
    assert 5_000_000 == video.bit_rate
    (video,) = with_shown_bit_rate(source(10_000.0, None), plan((0, 99)))
    assert video.bit_rate is None


def test_tracks_share_the_bytes_of_the_file():
    videos = with_shown_bit_rate(source(10_000.0, tracks=2), plan((0, 99), tracks=2))
    assert [1_000_000] * 2 == [video.bit_rate for video in videos]


def test_a_film_whose_sound_ends_an_hour_later_can_still_be_recognised(tmp_path, monkeypatch):
    """Its bytes by its stated length were 30 bits a second, and every picture was grey."""
    use_fake_detectors(monkeypatch)
    source = tmp_path / "a.ts"
    with_sound("mpegts", begins=3600, size=(320, 240), times=range(0, 60 * 3600, 3600))(source)
    redact(source, tmp_path / "o.mp4", Settings(), verify=False)
    pairs = zip(clips.decoded(source), clips.decoded(tmp_path / "o.mp4"), strict=True)
    wrong = [float(np.abs(a.astype(int) - b.astype(int)).mean()) for (_, a), (_, b) in pairs]
    assert max(wrong) < 6
