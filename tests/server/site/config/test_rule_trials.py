"""A rule is tried with the counts of yesterday, and nothing is changed."""

import pytest

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin, LineCount, ZoneCount

DAY_S = 86400
RULE = {"name": "visit", "kind": "presence", "zone": "door", "count": ["person"]}
LINE = {"name": "over", "kind": "crossing", "line": "sill", "count": ["person"], "direction": "forward"}


@pytest.fixture
def yesterday(served):
    """Two visits of half a minute, an hour apart, at noon of the day before; the rest of the day was not observed."""
    now = served.clock.now()
    noon = int(now.wall // DAY_S * DAY_S - DAY_S / 2)
    bins = []
    for start in (noon - 60, noon, noon + 3540, noon + 3600):
        there = start in (noon, noon + 3600)
        zone = ZoneCount(
            zone="door", object_class=ObjectClass.PERSON, mean=0.5 * there, peak=int(there), entries=int(there),
            exits=int(there), dwell=(0, 0, 0, int(there), 0, 0, 0, 0),
        )  # fmt: skip
        line = LineCount(line="sill", object_class=ObjectClass.PERSON, forward=int(there), backward=3)
        bins.append(
            CountBin(camera="gate", start=start, observed_seconds=60, trusted=True, zones=(zone,), lines=(line,))
        )
    served.context.counts.add(bins, [], now)
    return noon


def tried(who, rule):
    return who.post("/api/cameras/gate/counting/try-rule", {"rule": rule})


def test_what_it_would_have_told(served, yesterday):
    administrator, before = served.as_("administrator"), served.context.config.read_text()
    for rule in (RULE, LINE):
        trial = tried(administrator, rule).json()
        assert (2, 2, round(240 / DAY_S, 4)) == tuple(trial[key] for key in ("at_least", "at_most", "observed_share"))
        assert trial["start"] <= yesterday < trial["end"] == trial["start"] + DAY_S
    longer = tried(administrator, {**RULE, "min_duration": 90}).json()
    assert 0 == longer["at_least"]
    assert before == served.context.config.read_text()


def test_a_zone_without_counts(served, yesterday):
    trial = tried(served.as_("administrator"), {**RULE, "zone": "new"}).json()
    assert (0, 0, 0) == tuple(trial[key] for key in ("at_least", "at_most", "observed_share"))


def test_what_cannot_be_tried(served, yesterday):
    administrator = served.as_("administrator")
    assert "no timetable night" in tried(administrator, {**RULE, "during": "night"}).json()["detail"]
    assert 422 == tried(administrator, {"name": "dark", "kind": "dark"}).status_code
    elsewhere = administrator.post("/api/cameras/nowhere/counting/try-rule", {"rule": RULE})
    assert 404 == elsewhere.status_code
    assert 403 == tried(served.as_("operator"), RULE).status_code
