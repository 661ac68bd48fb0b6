"""The badges of the menu: what waits for whoever is logged in, and nothing that they could not do."""

from passerby.documents.count_records import EventState
from tests.server.site.fixtures import EVENT, FILE, serving
from tests.store.footage import WALL


def numbers(browser):
    found = browser.get("/api/waiting").json()
    return found["clips"], found["events"], found["cameras"]


def test_a_clip_waits_for_the_second_person_alone(site_data, tmp_path):
    with serving(site_data, tmp_path, FILE + "web: {dual_approval: true}\n") as served:
        operator, administrator = served.as_("operator"), served.as_("administrator")
        wish = {"camera": "yard", "start": WALL + 1, "end": WALL + 4, "purpose": "a bicycle was taken"}
        assert 200 == operator.post("/api/exports", wish).status_code
        assert [0, 1, 0, 0] == [
            numbers(browser)[0] for browser in (operator, administrator, served.as_("viewer"), served)
        ]
        (clip,) = administrator.get("/api/exports").json()
        administrator.post(f"/api/exports/{clip['id']}/approve")
        assert 0 == numbers(administrator)[0]


def test_new_events_and_lost_cameras(served):
    operator = served.as_("operator")
    assert (0, 2, 1) == numbers(operator)
    operator.put(f"/api/events/{EVENT}/state", {"state": EventState.ACKNOWLEDGED.value})
    assert (0, 1, 1) == numbers(operator)
    assert (0, 0, 1) == numbers(served.as_("viewer"))  # who can do nothing about an event
    assert (0, 0, 1) == numbers(served.as_("auditor"))
