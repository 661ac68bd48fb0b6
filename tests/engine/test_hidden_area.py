"""Which parts of a release are reported as mostly hidden."""

from fractions import Fraction

import pytest

from passerby import Plan, Settings
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import AnalysedRange, VideoPlan
from passerby.documents.plan_parts.made_from import Fingerprint
from passerby.documents.plan_parts.spans import TrimSpan
from passerby.engine.hidden_area import hidden_share, large_mask_ranges
from passerby.track.mask_schedule import MaskSchedule
from tests.plans import still_track

#: Half of the frame, the other half, and a corner.
LEFT, RIGHT, CORNER = Box(0, 0, 320, 360), Box(320, 0, 640, 360), Box(0, 0, 64, 36)
TIMES = range(0, 250, 2)  # 5 s of 25 frames a second, in ticks of 1/50 s


def plan(*tracks, trim=()):
    return Plan(
        program="a person",
        source=Fingerprint(name="a.mp4", sha256="0" * 64, size=1, duration=None, frames=len(TIMES)),
        settings=Settings(),
        weights=(),
        videos=(
            VideoPlan(
                stream=0,
                time_base=Fraction(1, 50),
                width=640,
                height=360,
                frames=len(TIMES),
                analysed=(AnalysedRange(first_frame=0, last_frame=124, first_time=0, last_time=248),),
                tracks=tracks,
            ),
        ),
        trim=trim,
    )


def ranges(*tracks, trim=()):
    return large_mask_ranges(plan(*tracks, trim=trim), [TIMES])


def test_a_mask_over_half_of_the_frame_for_two_seconds_is_reported_with_its_times():
    (found,) = ranges(still_track(1, LEFT, 50, 150, Kind.TEXT))
    assert (1.0, 3.0) == (found.start, found.end)
    assert (Kind.TEXT,) == found.kinds
    assert 0.5 == pytest.approx(found.share, abs=0.02)


def test_a_small_mask_and_a_short_one_are_not_reported():
    assert () == ranges(still_track(1, CORNER, 0, 248), still_track(2, LEFT, 100, 150))


def test_what_comes_back_within_a_second_is_one_range():
    (found,) = ranges(still_track(1, LEFT, 0, 60, Kind.FACE), still_track(2, LEFT, 100, 160, Kind.TEXT))
    assert (0.0, 3.2) == (found.start, found.end)
    assert (Kind.FACE, Kind.TEXT) == found.kinds


def test_what_comes_back_later_is_another_range():
    found = ranges(still_track(1, LEFT, 0, 60), still_track(2, LEFT, 140, 248))
    assert [(0.0, 1.2), (2.8, 4.96)] == [(part.start, part.end) for part in found]


def test_masks_that_overlap_count_once_and_those_side_by_side_add_up():
    quarter = Box(0, 0, 160, 360)
    assert () == ranges(still_track(1, quarter, 0, 248), still_track(2, quarter, 0, 248))
    (found,) = ranges(still_track(1, LEFT, 0, 248), still_track(2, RIGHT, 0, 248))
    assert 1.0 == pytest.approx(found.share, abs=0.02)


def test_times_are_those_of_the_release():
    (found,) = ranges(still_track(1, LEFT, 100, 248), trim=(TrimSpan(start=0, end=1.0),))
    assert (1.0, 3.96) == (found.start, found.end)


def test_the_share_of_a_polygon_is_that_of_its_area():
    track = still_track(1, LEFT.hull(RIGHT), 0, 10)
    triangle = ((0.0, 0.0), (640.0, 0.0), (0.0, 360.0))
    keys = tuple(key.model_copy(update={"polygon": triangle}) for key in track.keyframes)
    masks = MaskSchedule([track.model_copy(update={"keyframes": keys})]).at(0)
    assert 0.5 == pytest.approx(hidden_share(masks, 640, 360), abs=0.02)
