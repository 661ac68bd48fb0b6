import pytest

from passerby.config.regions import parse_regions
from passerby.core.box import Box
from passerby.core.errors import UsageError


def test_a_box_for_always_and_a_polygon_for_a_while():
    box, polygon = parse_regions("10,20,110,60; 0,0,50,0,50,40@5-7.5", "--hide-regions")
    assert ((10, 20), (110, 20), (110, 60), (10, 60)) == box.polygon
    assert box.is_box
    assert Box(10, 20, 110, 60) == box.hull
    assert box.active_at(0)
    assert box.active_at(1e9)
    assert not polygon.is_box
    assert [False, True, True, False] == [polygon.active_at(t) for t in (4.9, 5, 7.5, 7.6)]


def test_a_region_may_leave_its_start_or_end_open():
    (region,) = parse_regions("1,1,9,9@3-", "--hide-regions")
    assert [False, True] == [region.active_at(t) for t in (2.9, 1e6)]
    (region,) = parse_regions("1,1,9,9@-3", "--hide-regions")
    assert [True, False] == [region.active_at(t) for t in (0, 3.1)]


def test_a_polygon_contains_what_lies_in_it_and_not_what_lies_in_its_hull():
    (triangle,) = parse_regions("0,0,100,0,0,100", "--keep-regions")
    assert triangle.contains(20, 20)
    assert not triangle.contains(90, 90)


@pytest.mark.parametrize(
    "text", ["1,2,3", "a,b,c,d", "10,10,5,20", "1,2,3,4,5", "1,1,9,9@8-2", "1,1,9,9@x-", "nan,1,5,5,9,9"]
)
def test_an_invalid_region_is_a_usage_error_with_the_syntax(text):
    with pytest.raises(UsageError, match="x1,y1,x2,y2"):
        parse_regions(text, "--hide-regions")
