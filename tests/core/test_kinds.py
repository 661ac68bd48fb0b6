from passerby.core.kinds import HIDEABLE, Kind, ObjectClass


def test_vehicles_and_regions_are_no_kinds_to_detect_and_hide():
    assert {Kind.VEHICLE, Kind.REGION} == set(Kind) - set(HIDEABLE)
    assert len(HIDEABLE) == len(set(HIDEABLE))


def test_what_is_counted_is_a_person_or_a_type_of_vehicle():
    assert {"person", "bicycle", "motorcycle", "car", "bus", "truck"} == {name.value for name in ObjectClass}
