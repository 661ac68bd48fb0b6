import json

import pytest
from pydantic import ValidationError

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import DWELL_BOUNDS_S, CountBin, LineCount, ZoneCount

ZONE = ZoneCount(
    zone="yard", object_class="car", mean=0.5, peak=2, entries=3, exits=1, dwell=(0,) * (len(DWELL_BOUNDS_S) + 1)
)
BIN = CountBin(
    camera="gate",
    start=60,
    observed_seconds=60,
    trusted=True,
    zones=(ZONE,),
    lines=(LineCount(line="door", object_class="person", forward=1, backward=2),),
)


def test_the_class_of_a_count_is_class_in_json():
    written = json.loads(BIN.model_dump_json())
    assert ("car", "person") == (written["zones"][0]["class"], written["lines"][0]["class"])
    assert ObjectClass.CAR is BIN.zones[0].object_class
    assert BIN == CountBin.model_validate_json(BIN.model_dump_json())


@pytest.mark.parametrize("change", [{"entries": -1}, {"dwell": (0,)}, {"sort": "car"}])
def test_an_invalid_count_is_refused(change):
    with pytest.raises(ValidationError):
        ZoneCount.model_validate(ZONE.model_dump() | change)
