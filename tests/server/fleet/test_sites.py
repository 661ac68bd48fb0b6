"""Sites as the pages get them."""

import pytest

from tests.fleet.messages import NOW


@pytest.fixture(scope="module")
def viewer(served_fleet):
    return served_fleet.as_("viewer")


def test_all_sites_those_first_that_need_a_person(viewer):
    found = viewer.get("/api/fleet/sites").json()
    assert ("Lakeside", "0.1.0") == (found["name"], found["current_version"])
    assert [("west", ["silent"]), ("south", ["cameras"]), ("north", [])] == [
        (site["name"], site["problems"]) for site in found["sites"]
    ]
    south = found["sites"][1]
    assert ("South school", 2, 1, 0.05, 12.5) == tuple(
        south[name] for name in ("display_name", "cameras", "cameras_up", "covered", "disk_days")
    )


def test_a_site_in_detail(viewer):
    found = viewer.get("/api/fleet/sites/south").json()
    assert [("gate", False), ("yard", True)] == [(camera["camera"], camera["up"]) for camera in found["cameras"]]
    assert [{"flaw": "not_attested", "row": 0}] == found["findings"]
    assert (9, "9:" + f"{9:064x}") == (found["heads_kept"], found["newest_head"])
    assert 404 == viewer.get("/api/fleet/sites/nowhere").status_code
    assert 422 == viewer.get("/api/fleet/sites/No%20where").status_code


def test_health_over_time(viewer):
    found = viewer.get("/api/fleet/sites/north/health", params={"start": NOW - 9000, "end": NOW + 10}).json()
    assert 300 == found["step_s"]
    assert 30 == sum(point["messages"] for point in found["points"])
    assert 422 == viewer.get("/api/fleet/sites/north/health", params={"start": 2, "end": 1}).status_code
