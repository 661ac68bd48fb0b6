"""A site's health over time: gaps are gaps."""

import random

from passerby.documents.fleet_messages import CameraReport
from passerby.fleet.store.history import MAX_POINTS, cameras_now, health_history, step_of, weights_now
from passerby.fleet.store.intake import Intake, site_ids_of
from tests.fleet.messages import NOW, hash_of, health

START = NOW // 3600 * 3600


def test_steps_without_messages_have_no_point(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    seen = (CameraReport(camera="a", up=True, covered={"late": 0.4}), CameraReport(camera="b", up=False))
    messages = [
        health(number=1, sent=START + 10),
        health(number=2, sent=START + 100, cameras=seen, backlog=7, disk_days=3.0),
        health(number=3, sent=START + 900, clock_trusted=True, disk_days=None),
        health("south", number=1, sent=START + 350),
    ]
    Intake(fleet).store(messages, ids, START + 1000)
    first, second = health_history(fleet, ids["north"], START, START + 3600)
    assert (START, 2, 2, 1, 3.0, 7) == (
        first.start,
        first.messages,
        first.cameras,
        first.min_cameras_up,
        first.disk_days,
        first.max_backlog,
    )
    assert 0.105 == round(first.covered["late"], 4)
    assert (START + 900, None, True) == (second.start, second.disk_days, second.clock_trusted)
    assert [] == health_history(fleet, ids["west"], START, START + 3600)


def test_a_doubtful_clock_is_marked_in_its_step(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    Intake(fleet).store([health(sent=5.0, clock_trusted=False)], ids, START + 20)
    [point] = health_history(fleet, ids["north"], START, START + 3600)
    assert (START, False) == (point.start, point.clock_trusted)


def test_a_month_and_a_year_are_those_of_the_messages(fleet):
    """Long ranges are read from sums by hour, which are the same whatever the order and the batches."""
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    rng, day = random.Random(2), START // 86400 * 86400
    sent = [
        health(
            number=n,
            sent=day + 1000 * n,
            backlog=n % 13,
            disk_days=None if n % 3 else 20.0 - n / 100,
            cameras=(CameraReport(camera="a", up=n % 50 > 0, covered={"late": (n % 10) / 20}),),
        )
        for n in range(1, 301)
    ]
    shuffled = sent * 2
    rng.shuffle(shuffled)
    for start in range(0, len(shuffled), 41):
        Intake(fleet).store(shuffled[start : start + 41], ids, day + 400_000)
    for seconds in (7 * 86400, 31 * 86400, 366 * 86400):
        step = step_of(day, day + seconds)
        assert step >= 3600
        found = {point.start: point for point in health_history(fleet, ids["north"], day, day + seconds)}
        expected = {}
        for message in sent:
            expected.setdefault(message.sent // 1_000_000 // step * step, []).append(message)
        assert sorted(expected) == sorted(found)
        for start, messages in expected.items():
            point = found[start]
            assert len(messages) == point.messages
            shares = [one.cameras[0].covered["late"] for one in messages]
            assert round(sum(shares) / len(shares), 6) == round(point.covered["late"], 6)
            assert max(one.backlog for one in messages) == point.max_backlog
            assert min(one.cameras[0].up for one in messages) == point.min_cameras_up
            assert min((m.disk_days for m in messages if m.disk_days is not None), default=None) == point.disk_days


def test_a_year_has_no_more_points_than_a_day():
    for seconds in (600, 86400, 31 * 86400, 366 * 86400):
        assert seconds / step_of(0, seconds) <= MAX_POINTS
        assert 0 == step_of(0, seconds) % 300


def test_cameras_and_weights_are_those_of_the_last_message(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    Intake(fleet).store([health(cameras=(CameraReport(camera="a", up=True, covered={"start": 0.5}),))], ids, NOW)
    [camera] = cameras_now(fleet, ids["north"])
    assert ("a", True, 0.5, 0.0) == (camera.camera, camera.up, camera.covered["start"], camera.covered["late"])
    assert {"centerface": hash_of(9)} == weights_now(fleet, ids["north"])
