"""A site's health over time: gaps are gaps."""

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
