import pytest

from passerby.uplink.event_media import NoEventMedia


@pytest.mark.parametrize("kind", ["thumbnail", "clip"])
def test_where_nothing_is_recorded_there_is_nothing_to_send(kind):
    assert NoEventMedia().read(kind, "yard", 0.0, 10.0, 5.0) is None
