"""The buffer of live parts: parts become segments, old ones are dropped, and waiting ends when a part arrives."""

import asyncio
import threading
from dataclasses import replace

from passerby.server.live.buffer import MAX_SEGMENTS
from tests.store.footage import encoded, parts


def test_a_discontinuity_starts_a_segment(buffer, clock):
    for part in parts(clock, count=4):  # the first is a discontinuity
        buffer.add(part)
    assert [2, 2, 1, 2, 2] == [len(segment.parts) for segment in buffer.segments()]
    assert [False, False, False, True, False] == [segment.discontinuity for segment in buffer.segments()]


def test_old_segments_are_dropped(buffer, clock):
    for part in parts(clock, count=3 * MAX_SEGMENTS):
        buffer.add(replace(part, discontinuity=False))
    assert MAX_SEGMENTS == len(buffer.segments())
    first = buffer.segments()[0].number
    assert buffer.segment(first - 1) is None
    assert buffer.part(first, 0) is not None


def test_another_size_has_its_own_init_segment(buffer, clock):
    (other,) = encoded("yard", 5, size=(64, 48), clock=clock)
    buffer.add(other)
    assert other.init == buffer.init_segment(1) != buffer.init_segment(0)


def test_a_snapshot_is_not_changed_by_later_parts(buffer, clock):
    before = buffer.segments()
    for part in parts(clock, count=1):
        buffer.add(replace(part, discontinuity=False))
    assert (1, 2) == (len(before[-1].parts), len(buffer.segments()[-1].parts))


def test_waiting_ends_when_the_part_arrives(buffer, clock):
    part = replace(next(parts(clock, count=1)), discontinuity=False)

    async def wait():
        waiting = asyncio.create_task(buffer.wait(2, 1, 30))
        while not buffer._waiters:
            await asyncio.sleep(0)
        assert not waiting.done()
        threading.Thread(target=buffer.add, args=(part,)).start()
        assert await waiting
        assert await buffer.wait(2, None, 30)  # two parts are a complete segment
        assert not await buffer.wait(3, 0, 0.01)

    asyncio.run(wait())
