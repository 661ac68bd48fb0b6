"""People inside a place with two doors: drift is corrected, and every correction is told."""

import random

from passerby.config.counting_config import Door, OccupancySettings
from passerby.documents.count_records import CountBin, LineCount
from passerby.store.counts.occupancy import LOOK_BACK_S, corrected, occupancy

DAY = 1_800_000_000 // 86400 * 86400
OPEN, CLOSE = 8 * 3600, 18 * 3600
PLACE = OccupancySettings(
    name="hall",
    during="open",
    doors=(Door(camera="gate", line="door"), Door(camera="yard", line="exit", inwards="backward")),
)


def is_open(wall):
    return OPEN <= wall % 86400 < CLOSE


def minute(at, camera, entered, left, observed=60.0):
    forward, backward = (entered, left) if camera == "gate" else (left, entered)
    line = LineCount(
        line={"gate": "door", "yard": "exit"}[camera], object_class="person", forward=forward, backward=backward
    )
    other = LineCount(line="other", object_class="person", forward=100, backward=0)
    return CountBin(camera=camera, start=DAY + at, observed_seconds=observed, trusted=True, lines=(line, other))


def day(crossings, unseen=(), day=0):
    """Both doors by the minute, from opening to closing time."""
    return [
        minute(day * 86400 + at, camera, *crossings.get((camera, at), (0, 0)))
        for at in range(OPEN - 3600, CLOSE + 3600, 60)
        for camera in ("gate", "yard")
        if (camera, at) not in unseen
    ]


def inside(bins, step=3600, start=DAY, end=DAY + 86400):
    return {(point.start - DAY) // 3600: point for point in occupancy(PLACE, bins, is_open, start, end, step)}


def test_doors_add_up_each_in_its_direction():
    found = inside(day({("gate", OPEN): (5, 0), ("yard", OPEN + 60): (3, 1), ("gate", 10 * 3600): (0, 4)}))
    assert (7, 8, True) == (found[8].inside, found[8].peak, found[8].complete)
    assert (3, 0, 0) == (found[17].inside, found[17].added, found[17].removed)
    assert {None} == {found[hour].inside for hour in (0, 7, 18, 23)}
    assert 3 == found[18].removed  # still counted when it closed


def test_it_is_never_below_zero_and_says_how_many_were_missed():
    found = inside(day({("gate", OPEN): (2, 0), ("yard", OPEN + 60): (0, 5), ("gate", OPEN + 120): (4, 0)}))
    assert (4, 3) == (found[8].inside, found[8].added)
    assert (3, 4) == corrected(list(found.values()))


def test_each_day_begins_with_nobody_and_before_opening_nothing_counts():
    before = day({("gate", OPEN): (9, 0)}, day=-1)
    found = inside([*before, *day({("gate", OPEN - 600): (7, 0), ("yard", 9 * 3600): (1, 0)})])
    assert (0, 1) == (found[8].inside, found[9].inside)
    # A range that begins in the middle of the day has what came before.
    late = inside(day({("gate", OPEN): (6, 0)}), start=DAY + 12 * 3600)
    assert (6, True) == (late[12].inside, late[12].complete)


def test_what_was_not_observed_is_told_until_the_next_opening():
    whole = day({("gate", OPEN): (6, 0)}, unseen={("yard", 11 * 3600 + 300)})
    found = inside([*whole, *day({("gate", OPEN): (2, 0)}, day=1)], end=DAY + 2 * 86400)
    assert [True, True, False, False] == [found[hour].complete for hour in (8, 10, 11, 17)]
    assert (2, True) == (found[24 + 8].inside, found[24 + 8].complete)


def test_pieces_of_a_minute_belong_together():
    parts = [minute(OPEN, "gate", 2, 0, 25.0), minute(OPEN, "gate", 1, 0, 30.0)]
    bins = [bin for bin in day({}) if (bin.camera, bin.start) != ("gate", DAY + OPEN)]
    found = inside([*bins, *parts])
    assert (3, True) == (found[8].inside, found[8].complete)


def test_any_day_adds_up():
    """What went in and what was added is what went out, what was removed, and who is inside."""
    rng = random.Random(4)
    for _ in range(20):
        crossings = {
            (camera, at): (rng.randrange(3), rng.randrange(3))
            for camera in ("gate", "yard")
            for at in range(OPEN, CLOSE, 60 * rng.randrange(1, 30))
        }
        points = occupancy(PLACE, day(crossings), is_open, DAY, DAY + 86400, 900)
        entered, left = (sum(crossing[side] for crossing in crossings.values()) for side in (0, 1))
        added, removed = corrected(points)
        assert entered + added == left + removed
        assert all(point.inside is None or point.inside >= 0 for point in points)
    assert LOOK_BACK_S % 86400 == 0
