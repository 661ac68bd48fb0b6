"""The playlist of a live camera, as low-latency HLS requires it."""

import re
from dataclasses import replace

from passerby.core.clock import Moment
from passerby.server.live.buffer import MAX_SEGMENTS, LiveBuffer
from passerby.server.live.playlist import playlist
from passerby.sink.recording.fragment_encoder import FragmentEncoder
from tests.clips import safe_frame
from tests.store.footage import RATE, WALL, encoded, parts


def lines(buffer, start):
    return re.findall(rf"^#?{start}.*$", playlist(buffer), re.MULTILINE)


def test_parts_and_segments_are_listed(buffer):
    assert ["segment-0.m4s", "segment-1.m4s"] == lines(buffer, "segment")
    assert [f'#EXT-X-PART:DURATION=1.00000,URI="part-{n // 2}-{n % 2}.m4s",INDEPENDENT=YES' for n in range(5)] == lines(
        buffer, "EXT-X-PART:"
    )


def test_the_next_part_is_announced(buffer, clock):
    assert ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-2-1.m4s"'] == lines(buffer, "EXT-X-PRELOAD-HINT")
    for part in parts(clock, count=2):
        buffer.add(replace(part, discontinuity=False))
    assert ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-3-1.m4s"'] == lines(buffer, "EXT-X-PRELOAD-HINT")


def test_the_hold_back_is_little_more_than_two_parts(buffer):
    """Two part durations are the minimum that the RFC allows."""
    hold_back = re.search(r"PART-HOLD-BACK=([\d.]+)", playlist(buffer))
    target = re.search(r"PART-TARGET=([\d.]+)", playlist(buffer))
    assert 2 * float(target[1]) <= float(hold_back[1]) <= 2.5 * float(target[1])


def test_the_media_sequence_is_the_first_segment(buffer, clock):
    for part in parts(clock, count=3 * MAX_SEGMENTS):
        buffer.add(replace(part, discontinuity=False))
    first = buffer.segments()[0].number
    assert [f"#EXT-X-MEDIA-SEQUENCE:{first}"] == lines(buffer, "EXT-X-MEDIA-SEQUENCE")


def test_a_discontinuity_is_marked(buffer, clock):
    for part in parts(clock, count=4):  # the first is a discontinuity
        buffer.add(part)
    assert 1 == len(lines(buffer, "EXT-X-DISCONTINUITY$"))
    assert 1 == len(lines(buffer, "EXT-X-MAP"))


def test_every_init_segment_is_listed(buffer, clock):
    (other,) = encoded("yard", 5, size=(64, 48), clock=clock)
    buffer.add(other)
    assert ['#EXT-X-MAP:URI="init-0.mp4"', '#EXT-X-MAP:URI="init-1.mp4"'] == lines(buffer, "EXT-X-MAP")


def test_dropped_discontinuities_are_counted(clock):
    buffer = LiveBuffer("yard")
    for _ in range(MAX_SEGMENTS + 4):
        for part in parts(clock, count=1):
            buffer.add(part)
    assert ["#EXT-X-DISCONTINUITY-SEQUENCE:4"] == lines(buffer, "EXT-X-DISCONTINUITY-SEQUENCE")
    assert MAX_SEGMENTS - 1 == len(lines(buffer, "EXT-X-DISCONTINUITY$"))


def test_times_are_given_when_they_are_trusted(buffer, clock):
    assert lines(buffer, "EXT-X-PROGRAM-DATE-TIME")[0].endswith(":2027-01-15T08:00:00.000Z")
    assert 1_800_000_000 == WALL
    untrusted = LiveBuffer("yard")
    clock.trusted = False
    for part in parts(clock):
        untrusted.add(part)
    assert [] == lines(untrusted, "EXT-X-PROGRAM-DATE-TIME")


def test_independent_parts_are_marked():
    buffer, encoder = LiveBuffer("yard"), FragmentEncoder("yard", width=128, height=96, frame_rate=RATE)
    for index in range(46):
        part = encoder.encode(safe_frame(index, index * 100_000), Moment(index / 10, WALL, True))
        if part is not None:
            buffer.add(part)
    listed = lines(buffer, "EXT-X-PART:")
    assert [index % 5 == 0 for index in range(22)] == [line.endswith("INDEPENDENT=YES") for line in listed]
    assert [10, 10, 2] == [len(segment.parts) for segment in buffer.segments()]
    assert ["#EXT-X-PART-INF:PART-TARGET=0.250"] == lines(buffer, "EXT-X-PART-INF")
