from dataclasses import FrozenInstanceError

import pytest

from passerby.core.motion import SceneStats


def test_without_flow_nothing_is_uncertain_and_statistics_do_not_change():
    stats = SceneStats(cut=True, brightness=0.5, change=0.1)
    assert 0.0 == stats.uncertainty
    with pytest.raises(FrozenInstanceError):
        stats.cut = False
