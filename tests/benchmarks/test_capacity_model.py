"""The calculation of docs/design/scale.md, where the answer is known."""

import pytest

from tests.benchmarks.scripts import load_script

MODEL = load_script("capacity_model")
Assumptions, MeasuredSpeed, simulate, lengths = MODEL.Assumptions, MODEL.MeasuredSpeed, MODEL.simulate, MODEL.lengths
EVEN = {"hours": 100, "machines": 5, "cores": 2, "mean": 60, "longest": 1, "slow": 0.0, "lost": 0.0, "link": 1e9}
DOUBLE_SPEED = MeasuredSpeed(2.0)


def test_short_videos_on_reliable_machines_take_the_ideal_time():
    found = simulate(Assumptions(**EVEN), DOUBLE_SPEED)
    assert 5.0 == found["ideal_hours"] == pytest.approx(found["finish_hours"], abs=0.02)
    assert 100 * 5 * 3600 / 8 / 1e6 == pytest.approx(found["read_terabytes"], abs=0.01)


def test_one_long_undivided_video_delays_the_run():
    found = simulate(Assumptions(**EVEN | {"hours": 1, "mean": 600, "longest": 60, "whole": True}), DOUBLE_SPEED)
    assert (0.5, 0.1) == (found["finish_hours"], found["share_of_ideal"])


def test_one_long_distributed_video_keeps_all_processors_busy_but_for_its_join():
    one = EVEN | {"hours": 10, "mean": 6000, "longest": 600, "span": 60, "overlap": 0}
    found = simulate(Assumptions(**one), DOUBLE_SPEED)
    assert (0.5, 1.0) == (found["finish_hours"], found["share_of_ideal"])
    assert 1 + 10 + 10 + 1 == found["tasks"]
    assert 10 * (1 + 10 + 10 + 2) * 5 * 3600 / 8 / 1e6 == pytest.approx(found["read_terabytes"], abs=0.01)
    joined = simulate(Assumptions(**one), MeasuredSpeed(2.0, join=0.01))
    assert 0.6 == joined["finish_hours"]
    seams = simulate(Assumptions(**one | {"overlap": 360}), DOUBLE_SPEED)
    assert 0.5 + 0.1 * 0.25 == pytest.approx(seams["finish_hours"], abs=0.01)


def test_slow_and_lost_machines_cost_time():
    assert 10.0 == pytest.approx(simulate(Assumptions(**EVEN | {"slow": 1.0}), DOUBLE_SPEED)["finish_hours"], abs=0.05)
    lost = simulate(Assumptions(**EVEN | {"lost": 0.05}), DOUBLE_SPEED)
    assert lost["tasks_restarted"] > 0
    assert lost["finish_hours"] > 5.0


def test_the_videos_add_up():
    import random

    videos = lengths(Assumptions(), random.Random(1))
    assert 10_000 == pytest.approx(sum(videos))
    assert 4.0 >= videos[0] >= videos[-1] > 0
