from array import array
from fractions import Fraction

from passerby.config.regions import parse_regions
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.regions import kept_visible, region_tracks, suppress_in_keep_regions

BASE = Fraction(1, 10)
TIMES = array("q", range(0, 100))


def face(box):
    return Detection(Kind.FACE, box, 0.9, "centerface")


def test_a_region_is_a_track_from_its_start_to_its_end():
    (track,) = region_tracks(parse_regions("10,10,50,50@2-3", "x"), TIMES, BASE)
    assert (Kind.REGION, 20, 30) == (track.kind, track.start, track.end)
    assert Box(10, 10, 50, 50) == track.masked_at(25).box
    assert track.masked_at(25).polygon is None


def test_a_polygon_stays_a_polygon():
    (track,) = region_tracks(parse_regions("0,0,50,0,25,40", "x"), TIMES, BASE)
    assert ((0, 0), (50, 0), (25, 40)) == track.masked_at(99).polygon


def test_a_region_outside_the_video_is_no_track():
    assert [] == region_tracks(parse_regions("10,10,50,50@20-30", "x"), TIMES, BASE)


def test_a_region_of_one_frame_has_one_keyframe():
    (track,) = region_tracks(parse_regions("10,10,50,50@2-2", "x"), TIMES, BASE)
    assert 1 == len(track.keyframes)


def test_detections_in_a_keep_region_are_suppressed_while_it_is_active():
    keep = parse_regions("0,0,100,100@1-2", "x")
    inside, outside = face(Box(40, 40, 60, 60)), face(Box(90, 90, 130, 130))
    assert [outside] == suppress_in_keep_regions([inside, outside], keep, 1.5)
    assert [inside, outside] == suppress_in_keep_regions([inside, outside], keep, 2.5)


def test_what_is_kept_visible_is_told_by_region_and_kind():
    left, right = parse_regions("0,0,50,50@0-2;100,0,150,50@0-2", "x")
    found = [Detection(Kind.FACE, Box(x, 10, x + 10, 20), 0.5, "x") for x in (110, 10, 70)]
    assert [(2, Kind.FACE), (1, Kind.FACE)] == kept_visible(found, (left, right), 1.5)
    assert [] == kept_visible(found, (left, right), 2.5)
