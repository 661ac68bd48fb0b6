"""Parts: sent between processes, joined, and named."""

from dataclasses import replace

import pytest

from passerby.core.errors import UsageError
from passerby.store.recordings.part import Part, camera_name, join_parts, to_us
from tests.store.footage import three


@pytest.fixture
def part():
    return replace(three()[0], covered=2, independent=False, ends_gop=False, discontinuity=True)


def test_a_part_survives_being_sent(part):
    assert part == Part.from_bytes(part.to_bytes())


def test_joined_parts_are_one_that_lasts_as_long():
    first, second, _ = three()
    joined = join_parts([first, replace(second, covered=3, ends_gop=False)])
    assert (first.start, second.start + second.duration - first.start) == (joined.start, joined.duration)
    assert (first.frames + second.frames, 3, False) == (joined.frames, joined.covered, joined.ends_gop)
    assert (first.init, first.body + second.body, first.captured_at) == (joined.init, joined.body, joined.captured_at)


def test_a_part_after_a_missing_one_is_a_discontinuity():
    part = replace(three()[1], discontinuity=False)
    assert replace(part, discontinuity=True) == part.with_discontinuity()


@pytest.mark.parametrize("name", ["", "Gate", "../gate", "-gate", "gate/1"])
def test_an_invalid_camera_name_is_refused(name):
    with pytest.raises(UsageError, match="not a valid camera name"):
        camera_name(name)


def test_seconds_become_whole_microseconds():
    assert [1_500_000, 0, 1] == [to_us(seconds) for seconds in (1.5, 4e-7, 6e-7)]
