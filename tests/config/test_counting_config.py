import pytest
from pydantic import ValidationError

from passerby.config.counting_config import (
    Anchor,
    CountingSettings,
    CrowdRule,
    EventKind,
    Line,
    PresenceRule,
    SignalLossRule,
    TamperRule,
    Timetable,
    Zone,
)
from passerby.core.kinds import ObjectClass

SQUARE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


def test_the_full_frame_is_a_zone():
    (zone,) = CountingSettings().all_zones
    assert ("picture", Anchor.MIDDLE, (ObjectClass.PERSON,)) == (zone.name, zone.anchor, zone.count)


def test_classes_of_rules_are_counted_in_the_full_frame():
    rule = CrowdRule(name="jam", kind="crowd", zone="picture", max_count=3, count=("car",))
    assert (ObjectClass.PERSON, ObjectClass.CAR) == CountingSettings(rules=(rule,)).all_zones[0].count


def test_the_full_frame_need_not_be_counted():
    assert ["yard"] == [
        zone.name for zone in CountingSettings(full_frame=(), zones=(Zone(name="yard", polygon=SQUARE),)).all_zones
    ]


def test_every_camera_has_rules_for_tampering_and_signal_loss():
    assert {EventKind.COVERED, EventKind.MOVED, EventKind.DARK, EventKind.LOST} == {
        r.kind for r in CountingSettings().all_rules
    }


def test_a_configured_rule_replaces_the_default():
    mine = SignalLossRule(name="gone", kind="lost", min_duration=60)
    assert [mine] == [rule for rule in CountingSettings(rules=(mine,)).all_rules if rule.kind is EventKind.LOST]


def test_the_timetables_of_rules_are_known():
    rules = (
        PresenceRule(name="night", kind="presence", zone="picture", outside="open"),
        TamperRule(name="dark", kind="dark", during="day"),
    )
    assert {"open", "day"} == CountingSettings(rules=rules).timetables


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Zone(name="a", polygon=((0, 0), (1, 1), (0.5, 0.5))), "has no area"),
        (lambda: Zone(name="a", polygon=((0, 0), (1, 1), (1, 0), (0, 0.8))), "cross each other"),
        (lambda: Zone(name="a", polygon=((0, 0), (1.2, 1), (1, 0))), "less than or equal to 1"),
        (lambda: Zone(name="The Yard", polygon=SQUARE), "should match pattern"),
        (lambda: Line(name="a", points=((0, 0), (0, 0))), "same point twice"),
        (lambda: CountingSettings(zones=(Zone(name="a", polygon=SQUARE),) * 2), "more than one zone named a"),
        (lambda: CountingSettings(zones=(Zone(name="picture", polygon=SQUARE),)), "reserved for the full frame"),
        (
            lambda: CountingSettings(rules=({"name": "a", "kind": "presence", "zone": "no"},)),
            "zone no, which does not exist",
        ),
        (
            lambda: CountingSettings(rules=({"name": "a", "kind": "crossing", "line": "no"},)),
            "line no, which does not exist",
        ),
        (lambda: SignalLossRule(name="a", kind="lost", during="x", outside="y"), "give one of them"),
        (lambda: Timetable(name="a", hours=({"days": ["mon"]},), holidays="ATLANTIS"), "such as DE or DE-BE"),
        (lambda: Zone(name="a", polygon=SQUARE, count=("face",)), "person"),
    ],
)
def test_an_invalid_configuration_is_refused(make, message):
    with pytest.raises(ValidationError, match=message):
        make()
