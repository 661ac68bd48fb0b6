"""Discovering cameras, and checking one."""

from passerby.server.site.context import CameraCheck
from passerby.store.audit.log import read
from tests.server.site.fixtures import serving


class Tools:
    """A network of one camera."""

    def __init__(self):
        self.checked = []

    def discover(self, timeout_s, host, user, password):
        return []

    def check_camera(self, settings):
        self.checked.append(settings)
        return CameraCheck(None, 640, 360, 10.0, b"\xff\xd8")


def test_cameras_are_discovered_and_checked(site_data, tmp_path):
    with serving(site_data, tmp_path, tools=Tools()) as served:
        administrator = served.as_("administrator")
        assert [] == administrator.post("/api/network/discover", {"timeout_s": 1}).json()
        body = administrator.post("/api/network/check-camera", {"camera": "gate"}).json()
        assert (None, 640, "data:image/jpeg;base64,/9g=") == tuple(body[n] for n in ("problem", "width", "still"))
        login = {"url": "rtsp://192.0.2.9/", "user": "me", "password": "typed once"}
        assert 200 == administrator.post("/api/network/check-camera", login).status_code
        for wish in (
            {},
            {"camera": "gate", "url": "/etc/passwd"},
            {"url": "/etc/passwd"},
            {"url": "gopher://192.0.2.9/"},
        ):
            assert 422 == administrator.post("/api/network/check-camera", wish).status_code, wish
        changed = {"camera": "gate", "url": "rtsp://192.0.2.2/stream2", "user": "passerby"}
        moved = {"camera": "gate", "url": "rtsp://192.0.2.66/stream2", "user": "passerby"}
        for wish in (changed, moved):
            assert 200 == administrator.post("/api/network/check-camera", wish).status_code
        secrets = [one.password and one.password.get_secret_value() for one in served.context.tools.checked]
        assert ["not in any file", "typed once", "not in any file", None] == secrets
        with served.context.database.read_transaction() as connection:
            assert "typed once" not in str([entry for _, entry in read(connection)])
