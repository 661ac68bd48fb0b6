from array import array
from fractions import Fraction

from passerby.config.regions import parse_regions
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.regions import fixed_tracks, left_alone

BASE = Fraction(1, 10)
TIMES = array("q", range(0, 100))


def face(box):
    return Detection(Kind.FACE, box, 0.9, "centerface")


def test_a_region_is_a_track_from_its_start_to_its_end():
    (track,) = fixed_tracks(parse_regions("10,10,50,50@2-3", "x"), TIMES, BASE)
    assert (Kind.REGION, 20, 30) == (track.kind, track.start, track.end)
    assert Box(10, 10, 50, 50) == track.at(25).box
    assert track.at(25).polygon is None


def test_a_polygon_stays_a_polygon():
    (track,) = fixed_tracks(parse_regions("0,0,50,0,25,40", "x"), TIMES, BASE)
    assert ((0, 0), (50, 0), (25, 40)) == track.at(99).polygon


def test_a_region_outside_the_film_is_no_track():
    assert [] == fixed_tracks(parse_regions("10,10,50,50@20-30", "x"), TIMES, BASE)


def test_a_region_of_one_frame_has_one_keyframe():
    (track,) = fixed_tracks(parse_regions("10,10,50,50@2-2", "x"), TIMES, BASE)
    assert 1 == len(track.keyframes)


def test_findings_in_a_kept_region_are_left_alone_while_it_holds():
    keep = parse_regions("0,0,100,100@1-2", "x")
    inside, outside = face(Box(40, 40, 60, 60)), face(Box(90, 90, 130, 130))
    assert [outside] == left_alone([inside, outside], keep, 1.5)
    assert [inside, outside] == left_alone([inside, outside], keep, 2.5)
