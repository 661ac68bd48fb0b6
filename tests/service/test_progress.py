"""Progress goes up, and is forgotten at the end."""

from passerby.jobs.events.event_stream import STAGES
from passerby.service.progress import STAGE_SHARES, JobStages


def test_the_shares_are_those_of_the_events():
    assert STAGES == STAGE_SHARES


def test_percent_only_goes_up():
    stages = JobStages()
    stages.set("a", "analyse", 50, 100)
    assert 34 == stages.get("a").percent
    stages.set("a", "render", 0, None)
    assert (70, "render") == (stages.get("a").percent, stages.get("a").stage)
    stages.set("a", "analyse", 0, 100)
    assert 70 == stages.get("a").percent
    stages.set("a", "unknown", 5, 1)
    stages.remove("a")
    assert stages.get("a") is None
    stages.remove("a")
