"""Settings are written into site.yaml, with its comments kept, and run at once."""

import pytest

from passerby.server.site.context import Trial
from passerby.store.audit.log import read
from tests.server.site.conftest import serving

DOOR = {"name": "door", "polygon": [[0.1, 0.1], [0.6, 0.1], [0.6, 0.7]], "count": ["person"], "at": "foot"}
SILL = {"name": "sill", "points": [[0.0, 0.5], [1.0, 0.5]]}


def text(served):
    return served.place.config.read_text()


def comments(served):
    return [line.partition("#")[2] for line in text(served).splitlines() if "#" in line]


def test_a_zone_is_moved_and_a_line_is_drawn(served):
    administrator, before = served.as_("administrator"), comments(served)
    told = administrator.get("/api/cameras/yard/counting").json()
    wish = {"revision": told["revision"], "counting": {**told["counting"], "zones": [DOOR], "lines": [SILL]}}
    after = administrator.put("/api/cameras/yard/counting", wish).json()
    assert told["revision"] != after["revision"]
    assert [0.6, 0.7] == after["counting"]["zones"][0]["polygon"][2]
    assert before == comments(served)
    assert "polygon: [[0.1, 0.1], [0.6, 0.1], [0.6, 0.7]]" in text(served)
    assert ["sill"] == [line.name for line in served.place.site.cameras["yard"].counting.lines]  # it runs
    assert ["door"] == [zone["name"] for zone in administrator.get("/api/cameras/yard").json()["zones"]]
    answer = administrator.put("/api/cameras/yard/counting", wish)
    assert (409, "reload") == (answer.status_code, answer.json()["needs"])


def test_what_makes_no_sense_changes_nothing(served):
    administrator, before = served.as_("administrator"), text(served)
    told = administrator.get("/api/cameras/yard/counting").json()
    crossed = {**DOOR, "polygon": [[0.1, 0.1], [0.6, 0.6], [0.6, 0.1], [0.1, 0.6]]}
    rule = {"name": "in", "kind": "presence", "zone": "door", "during": "no such hours"}
    for counting in ({"zones": [crossed]}, {"zones": [DOOR], "rules": [{**rule, "during": "night"}]}):
        wish = {"revision": told["revision"], "counting": counting}
        assert 422 == administrator.put("/api/cameras/yard/counting", wish).status_code
    assert before == text(served)


def test_settings_of_the_site(served):
    administrator, before = served.as_("administrator"), comments(served)
    told = administrator.get("/api/settings").json()
    assert ("North hall", False, True) == tuple(told[name] for name in ("name", "two_persons", "applies"))
    wish = {"revision": told["revision"], "name": "South hall", "keep": {"days": 7}, "defaults": {"quality": 30}}
    after = administrator.put("/api/settings", wish).json()
    assert ("South hall", 7.0, 30) == (after["name"], after["keep"]["days"], after["defaults"]["quality"])
    assert before == comments(served)
    assert 7.0 == served.place.site.keep.days
    back = administrator.put("/api/settings", {"revision": after["revision"], "defaults": {"quality": None}}).json()
    assert 27 == back["defaults"]["quality"]


def test_cameras_are_added_changed_and_removed(served):
    administrator, before = served.as_("administrator"), comments(served)
    told = administrator.get("/api/settings").json()
    gate = told["cameras"][1]
    assert ("gate", "passerby", "GATE_PASSWORD") == tuple(gate[name] for name in ("name", "user", "password_from"))
    assert "not in any file" not in administrator.get("/api/settings").text
    wish = {"revision": told["revision"], "name": "attic", "url": "rtsp://192.0.2.3/stream1", "hide": ["person"]}
    after = administrator.post("/api/settings/cameras", wish).json()
    assert (["yard", "gate", "attic"], ["hide"]) == ([c["name"] for c in after["cameras"]], after["cameras"][2]["own"])
    change = {"revision": after["revision"], "frames_a_second": 5, "hide": None}
    after = administrator.put("/api/settings/cameras/attic", change).json()
    assert (["frames_a_second"], 5.0) == (
        after["cameras"][2]["own"],
        after["cameras"][2]["settings"]["frames_a_second"],
    )
    after = administrator.delete("/api/settings/cameras/attic", params={"revision": after["revision"]}).json()
    assert ["yard", "gate"] == [one["name"] for one in after["cameras"]]
    assert before == comments(served)
    with served.place.database.reading() as connection:
        said = [one.on["what"] for _, one in read(connection) if one.what == "changed"]
    assert ["camera added", "camera", "camera removed"] == said


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"url": "/etc/passwd"}, "Give the address of a camera"),
        ({"url": "rtsp://user:secret@192.0.2.3/"}, "password"),
        ({"password_from": "NO_SUCH_VARIABLE", "user": "x"}, "NO_SUCH_VARIABLE"),
        ({"name": "../x"}, "name"),
        ({"name": "yard"}, "already"),
    ],
)
def test_a_camera_that_cannot_be_is_not_added(served, wish, says):
    administrator, before = served.as_("administrator"), text(served)
    revision = administrator.get("/api/settings").json()["revision"]
    body = {"revision": revision, "name": "attic", "url": "rtsp://192.0.2.3/", **wish}
    answer = administrator.post("/api/settings/cameras", body)
    assert answer.status_code in (409, 422)
    assert says in answer.json()["detail"]
    assert before == text(served)


def test_a_file_that_cannot_be_written_stays(served, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    administrator, before = served.as_("administrator"), text(served)
    revision = administrator.get("/api/settings").json()["revision"]
    monkeypatch.setattr("os.fsync", full)
    answer = administrator.put("/api/settings", {"revision": revision, "name": "South hall"})
    monkeypatch.undo()
    assert 422 == answer.status_code
    assert before == text(served)
    assert [] == list(served.place.config.parent.glob(".*.part"))


class Tools:
    """A network of one camera."""

    def __init__(self):
        self.tried = []

    def find(self, seconds, at, user, password):
        return []

    def try_camera(self, settings):
        self.tried.append(settings)
        return Trial(None, 640, 360, 10.0, b"\xff\xd8")


def test_cameras_are_found_and_tried(made, tmp_path):
    with serving(made, tmp_path, tools=Tools()) as served:
        administrator = served.as_("administrator")
        assert [] == administrator.post("/api/network/find", {"seconds": 1}).json()
        told = administrator.post("/api/network/try", {"camera": "gate"}).json()
        assert (None, 640, "data:image/jpeg;base64,/9g=") == tuple(told[n] for n in ("problem", "width", "still"))
        login = {"url": "rtsp://192.0.2.9/", "user": "me", "password": "typed once"}
        assert 200 == administrator.post("/api/network/try", login).status_code
        for wish in (
            {},
            {"camera": "gate", **login},
            {"url": "/etc/passwd"},
            {"url": "gopher://192.0.2.9/"},
        ):
            assert 422 == administrator.post("/api/network/try", wish).status_code, wish
        secrets = [settings.password.get_secret_value() for settings in served.place.tools.tried]
        assert ["not in any file", "typed once"] == secrets
        with served.place.database.reading() as connection:
            assert "typed once" not in str([entry for _, entry in read(connection)])
