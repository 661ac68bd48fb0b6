"""What the pages show of a site."""

import io

import av
import pytest
from PIL import Image

from passerby.store.audit.log import read
from tests.server.site.conftest import EVENT
from tests.store.footage import WALL


def told(served):
    """What was written down: what and on what."""
    with served.place.database.reading() as connection:
        rows = [(entry.what, dict(entry.on), entry.purpose) for _, entry in read(connection)]
    return [row for row in rows if row[0] != "login"]


def test_cameras_are_live_or_offline_and_never_frozen(served):
    cameras = {one["name"]: one for one in served.get("/api/cameras").json()}
    assert ["yard", "gate"] == list(cameras)
    assert ("live", 0.0, 128) == tuple(cameras["yard"][name] for name in ("state", "age", "width"))
    assert ("offline", None, "refused") == tuple(cameras["gate"][name] for name in ("state", "age", "problem"))
    served.clock.go(11)
    assert ("offline", 11.0) == tuple(served.get("/api/cameras/yard").json()[name] for name in ("state", "age"))
    assert 503 == served.get("/api/cameras/yard/still.jpg").status_code


def test_a_masked_still(served):
    answer = served.get("/api/cameras/yard/still.jpg", params={"size": 64})
    assert (200, "0.0") == (answer.status_code, answer.headers["x-age"])
    assert (64, 48) == Image.open(io.BytesIO(answer.content)).size
    assert [("viewed", {"camera": "yard", "kind": "live"}, "case 7")] == told(served)


def test_a_timeline(served):
    found = served.get("/api/recordings/yard", params={"start": WALL - 10, "end": WALL + 60}).json()
    assert [(WALL, WALL + 6, True)] == [(one["begins"], one["ends"], one["trusted"]) for one in found["spans"]]
    assert [(EVENT, "presence", "door")] == [(one["id"], one["kind"], one["place"]) for one in found["marks"]]
    assert (WALL, WALL + 6) == (found["oldest"], found["newest"])
    assert [] == told(served)


def film(served, start, end):
    """What a player makes of a playlist."""
    base = "/api/recordings/yard/"
    listed = served.get(base + "play.m3u8", params={"start": start, "end": end})
    assert 200 == listed.status_code, listed.text
    data = b""
    for line in listed.text.splitlines():
        if line.startswith("#EXT-X-MAP"):
            data += served.get(base + line.split('"')[1]).content
        elif not line.startswith("#"):
            data += served.get(base + line).content
    with av.open(io.BytesIO(data)) as container:
        return sum(1 for _ in container.decode(video=0)), listed.text


def test_recordings_play(served):
    frames, listed = film(served, WALL, WALL + 6)
    assert 60 == frames
    assert "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.000Z" in listed
    frames, _ = film(served, WALL + 2.5, WALL + 3.5)
    assert 15 == frames
    hour = round(WALL * 1e6)
    assert [
        ("viewed", {"camera": "yard", "kind": "recording", "begins": hour, "ends": hour + 3_600_000_000}, "case 7")
    ] == told(served)


@pytest.mark.parametrize(
    "name", ["piece-1-0-100.m4s", "piece-1-900-99999999.m4s", "piece-99-900-10.m4s", "head-99.mp4"]
)
def test_no_bytes_but_those_of_pictures(served, name):
    assert 404 == served.get(f"/api/recordings/yard/{name}").status_code


def test_a_thumbnail_of_a_moment(served):
    first = served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 0.5})
    later = served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 5.5})
    assert [200, 200] == [first.status_code, later.status_code]
    assert first.content != later.content
    assert 404 == served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 600}).status_code


def test_what_was_not_there_was_not_looked_at(served):
    """Else the public notice would tell of a look at nothing."""

    def looks():
        with served.place.database.reading() as connection:
            return sum(entry.what == "viewed" for _, entry in read(connection))

    before = looks()
    assert 404 == served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 600}).status_code
    assert before == looks()
    assert 200 == served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 1}).status_code
    assert before + 1 == looks()


def test_events_with_their_pictures(served):
    found = served.get("/api/events").json()
    assert [("site/clock/1800000002000", None), (EVENT, f"/api/events/{EVENT}/thumbnail.jpg")] == [
        (one["id"], one["thumbnail"]) for one in found["events"]
    ]
    assert [EVENT] == [one["id"] for one in served.get("/api/events?camera=yard").json()["events"]]
    assert [] == served.get("/api/events?kind=lost").json()["events"]
    assert True is served.get("/api/events?most=1").json()["more"]
    assert "image/jpeg" == served.get(f"/api/events/{EVENT}/thumbnail.jpg").headers["content-type"]
    assert 404 == served.get("/api/events/site/clock/1800000002000/thumbnail.jpg").status_code
    assert 404 == served.get("/api/events/yard/visit/1").status_code


def test_an_event_is_seen(served):
    assert "seen" == served.put(f"/api/events/{EVENT}/state", {"state": "seen"}).json()["state"]
    assert [EVENT] == [one["id"] for one in served.get("/api/events?state=seen").json()["events"]]
    assert [("changed", {"what": "event", "event": EVENT, "state": "seen"}, "case 7")] == told(served)


def test_a_gap_is_no_quiet_minute(served):
    start = int(WALL) // 3600 * 3600
    found = served.get("/api/counts", params={"start": WALL, "end": WALL + 180, "every": "minute"}).json()
    door = next(one for one in found["series"] if one["place"] == "door")
    assert [(60.0, 3), (0.0, None), (60.0, 3)] == [(one["covered"], one["came"]) for one in door["points"]]
    assert [WALL, WALL + 60, WALL + 120] == [one["start"] for one in door["points"]]
    hours = served.get("/api/counts", params={"start": start, "end": start + 7200}).json()
    assert (3600, [6, None]) == (hours["step"], [one["came"] for one in hours["series"][-1]["points"]])
    table = served.get("/api/counts/table.csv", params={"start": WALL, "end": WALL + 180, "every": "minute"})
    assert 1 + 2 * 3 == len(table.text.splitlines())
    assert ["export"] == [what for what, _, _ in told(served)]


def test_health(served):
    found = served.get("/api/health").json()
    assert "refused" == found["status"]["cameras"]["gate"]["problem"]


def test_nothing_is_answered_before_somebody_says_what_for(served):
    served.client.cookies.clear()
    assert 401 == served.get("/api/cameras").status_code
    served.get("/", params={"token": "a token for tests"})
    answer = served.get("/api/cameras")
    assert (403, "purpose") == (answer.status_code, answer.json()["needs"])
    assert None is served.get("/api/session").json()["purpose"]


def test_zones_and_their_revision(served):
    found = served.get("/api/cameras/yard/counting").json()
    assert ["door"] == [zone["name"] for zone in found["counting"]["zones"]]
    assert 16 == len(found["revision"])
