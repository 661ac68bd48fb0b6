"""Accuracy of counts: six people who walk in one at a time are six, and each event is raised once.

The footage may not be published, so it lies beside the project and not in it. Without it, these tests are skipped.
`benchmarks/counting.py` measures more of it.
"""

import json
from pathlib import Path

import pytest

from passerby.config.counting_config import CountingSettings
from tests.benchmarks.scripts import load_script

EVAL = Path(__file__).parents[3] / "shared" / "eval" / "dev" / "clips"

pytestmark = pytest.mark.skipif(
    not (EVAL / "annotations.json").exists(),
    reason=f"the evaluation footage is not at {EVAL}: it may not be published, and is not part of the project",
)


def test_six_people_who_walk_in_one_at_a_time_are_six(models):
    """The line lies across the side where they come in, the lower edge: with their feet still out of the frame, it is
    their centre that crosses it. Five frames a second, a detector run every 0.8 s: as a small machine with four cameras
    has."""
    (clip,) = [one for one in json.loads((EVAL / "annotations.json").read_text())["videos"] if "one-by" in one["file"]]
    expected = clip["counts"]["distinct_passes"]
    doorway = load_script("counting").DOORWAY
    settings = CountingSettings(lines=(doorway,))
    counted = load_script("counting_harness").count(EVAL / clip["file"], settings, every=8, stride=2)
    assert (0, expected) == counted.line("doorway")
    assert expected == counted.tracks
    # They go out at the right, where no line is: nobody is left at the end, and minutes are whole but for the last.
    assert [60.0, 60.0] == [pytest.approx(one.observed_seconds, abs=1) for one in counted.bins[:2]]
    assert clip["counts"]["max_at_once"] == max(one.zones[0].peak for one in counted.bins)


@pytest.mark.soak
def test_a_scene_raises_every_kind_of_event_once(models):
    """Of pictures; tests/watch/test_count_sink.py has the same of numbers."""
    false_alarms = load_script("false_alarms")
    assert false_alarms.once_each(false_alarms.scene(EVAL.parent, false_alarms.Detectors(false_alarms.Registry.load())))


@pytest.mark.soak
def test_an_hour_of_quiet_raises_nothing(models):
    """An empty hall, somebody who talks, parked cars, people who stand: a rule could be raised by each."""
    false_alarms = load_script("false_alarms")
    result = false_alarms.hour(EVAL.parent, false_alarms.Detectors(false_alarms.Registry.load()))
    assert {} == {name: part["events"] for name, part in result.items() if part["events"]}
    assert 60 == sum(part["minutes"] for part in result.values())
    assert sum(part["observed"] for part in result.values()) > 59
