"""The calculation of docs/design/scale.md, where the answer is known."""

import runpy
from pathlib import Path

import pytest

SCALE = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "scale.py"), run_name="scale")
Assumed, Speed, simulate, lengths = SCALE["Assumed"], SCALE["Speed"], SCALE["simulate"], SCALE["lengths"]
EVEN = {"hours": 100, "machines": 5, "cores": 2, "mean": 60, "longest": 1, "slow": 0.0, "lost": 0.0, "link": 1e9}
TWICE = Speed(2.0)


def test_short_films_on_machines_that_hold_take_what_is_ideal():
    found = simulate(Assumed(**EVEN), TWICE)
    assert 5.0 == found["ideal_hours"] == pytest.approx(found["finish_hours"], abs=0.02)
    assert 100 * 5 * 3600 / 8 / 1e6 == pytest.approx(found["read_terabytes"], abs=0.01)


def test_one_long_film_that_is_not_cut_holds_everything_up():
    found = simulate(Assumed(**EVEN | {"hours": 1, "mean": 600, "longest": 60, "whole": True}), TWICE)
    assert (0.5, 0.1) == (found["finish_hours"], found["share_of_ideal"])


def test_one_long_film_that_is_cut_keeps_all_busy_but_for_its_join():
    one = EVEN | {"hours": 10, "mean": 6000, "longest": 600, "span": 60, "beside": 0}
    found = simulate(Assumed(**one), TWICE)
    assert (0.5, 1.0) == (found["finish_hours"], found["share_of_ideal"])
    assert 1 + 10 + 10 + 1 == found["tasks"]
    assert 10 * (1 + 10 + 10 + 2) * 5 * 3600 / 8 / 1e6 == pytest.approx(found["read_terabytes"], abs=0.01)
    joined = simulate(Assumed(**one), Speed(2.0, join=0.01))
    assert 0.6 == joined["finish_hours"]
    seams = simulate(Assumed(**one | {"beside": 360}), TWICE)
    assert 0.5 + 0.1 * 0.25 == pytest.approx(seams["finish_hours"], abs=0.01)


def test_slow_and_lost_machines_cost_what_they_cost():
    assert 10.0 == pytest.approx(simulate(Assumed(**EVEN | {"slow": 1.0}), TWICE)["finish_hours"], abs=0.05)
    lost = simulate(Assumed(**EVEN | {"lost": 0.05}), TWICE)
    assert lost["tasks_begun_again"] > 0
    assert lost["finish_hours"] > 5.0


def test_the_films_add_up():
    import random

    films = lengths(Assumed(), random.Random(1))
    assert 10_000 == pytest.approx(sum(films))
    assert 4.0 >= films[0] >= films[-1] > 0
