"""Live pictures over HTTP, as the pages of a site serve them."""

import re
import threading
import time
from dataclasses import replace

import av
import pytest

from passerby.server.live.buffer import LiveBuffer
from passerby.server.live.routes import HOLD_TOGETHER_S
from passerby.server.serve import BackgroundServer, listen
from passerby.server.site.app import site_app
from passerby.store.audit.log import read
from tests.server.site.fixtures import TOKEN, serving, site_data  # noqa: F401 (a fixture)
from tests.store.footage import parts


@pytest.fixture
def site(site_data, tmp_path, buffer):  # noqa: F811
    """A site whose camera `yard` has five live parts, and whose `gate` has none."""
    with serving(site_data, tmp_path) as served:
        served.context.live["yard"] = buffer
        yield served


def test_nothing_without_a_login(site):
    stranger = site.other()
    for path in (
        "",
        "/playlists?part=yard",
        "/yard/live.m3u8",
        "/yard/init-0.mp4",
        "/yard/part-0-0.m4s",
        "/yard/segment-0.m4s",
    ):
        assert 401 == stranger.get(f"/api/live{path}").status_code


def test_nothing_for_pages_of_other_sites(site):
    headers = {"host": "127.0.0.1:8770", "sec-fetch-site": "cross-site"}
    assert 403 == site.client.get("/api/live/yard/live.m3u8", headers=headers).status_code


def test_everything_that_the_playlist_lists_is_served(site, buffer):
    answer = site.get("/api/live/yard/live.m3u8")
    assert "application/vnd.apple.mpegurl" == answer.headers["content-type"]
    assert "no-store" == answer.headers["cache-control"]
    names = re.findall(r'URI="([^"]+)"|^([^#].+)$', answer.text, re.MULTILINE)
    names = [one or other for one, other in names][:-1]  # the last is announced only
    assert 8 == len(names)
    for name in names:
        assert 200 == site.get(f"/api/live/yard/{name}").status_code, name
    data = site.get("/api/live/yard/segment-0.m4s").content
    assert data == b"".join(part.body for part in buffer.segments()[0].parts)


def test_requests_for_what_does_not_exist_are_refused(site):
    for path in ("hall/live.m3u8", "yard/init-7.mp4", "yard/segment-2.m4s", "yard/part-0-5.m4s", "yard/part-90-0.m4s"):
        assert 404 == site.get(f"/api/live/{path}").status_code, path
    assert 400 == site.get("/api/live/yard/live.m3u8?_HLS_msn=50").status_code
    assert 400 == site.get("/api/live/yard/live.m3u8?_HLS_part=1").status_code


def test_the_playlist_waits_for_the_requested_part(site, buffer, clock):
    part = replace(next(parts(clock, count=1)), discontinuity=False)
    assert "part-2-1.m4s" in site.get("/api/live/yard/live.m3u8?_HLS_msn=2&_HLS_part=0").text
    threading.Timer(0.2, buffer.add, (part,)).start()
    text = site.get("/api/live/yard/live.m3u8?_HLS_msn=2&_HLS_part=1").text
    assert "segment-2.m4s" in text
    threading.Timer(0.2, buffer.add, (part,)).start()
    assert part.body == site.get("/api/live/yard/part-3-0.m4s").content


def test_several_playlists_are_waited_for_in_one_request(site, buffer, clock):
    """Whichever is there first is answered at once."""
    part = replace(next(parts(clock, count=1)), discontinuity=False)
    wanted = "/api/live/playlists?part=yard:2:1&part=gate:0:0"
    assert {} == site.get(wanted).json()
    threading.Timer(0.1, buffer.add, (part,)).start()
    began = time.monotonic()
    answer = site.get(wanted).json()
    assert time.monotonic() - began < HOLD_TOGETHER_S
    assert {"yard": site.get("/api/live/yard/live.m3u8").text} == answer


def test_whoever_waits_for_a_camera_that_is_not_there_or_has_begun_again_is_told(site):
    assert {"hall": None, "yard": None} == site.get("/api/live/playlists?part=hall&part=yard:50:0").json()
    answer = site.get("/api/live/playlists?part=hall&part=yard").json()
    assert (None, True) == (answer["hall"], "part-2-0.m4s" in answer["yard"])


@pytest.mark.parametrize("part", ["yard:1", "yard:a:0", "yard:1:2:3", "yard:-1:0"])
def test_what_is_no_part_is_refused(site, part):
    assert 400 == site.get(f"/api/live/playlists?part={part}").status_code
    assert 422 == site.get("/api/live/playlists").status_code


def test_each_camera_that_is_waited_for_is_in_the_audit_log(site):
    site.get("/api/live/playlists?part=yard&part=gate:0:0")
    with site.context.database.read_transaction() as connection:
        viewed = {entry.details["camera"] for _, entry in read(connection) if entry.action == "viewed"}
    assert {"yard", "gate"} == viewed


def test_a_camera_without_pictures_is_unavailable(site):
    site.context.live["gate"].target_duration = 0.01
    assert 503 == site.get("/api/live/gate/live.m3u8").status_code


def test_cameras_are_listed(site):
    gate, yard = site.get("/api/live").json()
    assert ("gate", None) == (gate["camera"], gate["age"])
    assert ("yard", "/api/live/yard/live.m3u8", 128, 96) == tuple(yard[key] for key in list(yard)[:4])


def test_ffmpeg_plays_it_and_starts_less_than_six_seconds_behind(site, clock):
    """A real server and a real player."""
    buffer = site.context.live["yard"] = LiveBuffer("yard")
    sent = list(parts(clock, count=16))
    for part in sent:
        buffer.add(part)
    socket = listen("127.0.0.1", 0)
    port = socket.getsockname()[1]
    app = site_app(site.context, site.authenticator, "127.0.0.1", port)
    cookie = f"passerby-{port}={site.authenticator.open_by_token(TOKEN, 'case 7', '127.0.0.1')}"
    with BackgroundServer(app, socket):
        options = {"headers": f"Cookie: {cookie}\r\n"}
        with av.open(f"http://127.0.0.1:{port}/api/live/yard/live.m3u8", options=options, timeout=20) as container:
            times = []
            for frame in container.decode(video=0):
                times.append(frame.time)
                if len(times) == 60:
                    break
    end = (sent[-1].start + sent[-1].duration) / 1e6
    assert end - 6.001 <= times[0] < end
    assert [pytest.approx(times[0] + n / 10, abs=0.001) for n in range(60)] == times
