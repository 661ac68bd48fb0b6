"""Live pictures: what players are told, and that they play it."""

import asyncio
import multiprocessing
import re
import threading
from contextlib import contextmanager
from dataclasses import replace

import av
import pytest
import uvicorn
from starlette.testclient import TestClient

from passerby.core.clock import Moment
from passerby.server.auth import Auth
from passerby.server.live.app import live_app, receive
from passerby.server.live.buffer import SECONDS, SEGMENTS, Window
from passerby.server.live.playlist import playlist
from passerby.server.serve import listen
from passerby.sink.recording.fragment_encoder import PartEncoder
from passerby.sink.recording.live_parts import LiveSender
from tests.clips import safe_frame
from tests.store.footage import RATE, WALL, Clock, encoded, parts

TOKEN = "a token for tests"


@pytest.fixture
def window(clock):
    """The camera `yard`, of which five parts have come."""
    filled = Window("yard")
    for part in parts(clock, count=5):
        filled.add(part)
    return filled


@pytest.fixture
def clock():
    return Clock()


def lines(window, of):
    return re.findall(rf"^#?{of}.*$", playlist(window), re.MULTILINE)


def test_parts_become_segments(window):
    assert ["segment-0.m4s", "segment-1.m4s"] == lines(window, "segment")
    assert 5 == len(lines(window, "EXT-X-PART:"))
    assert [f'#EXT-X-PART:DURATION=1.00000,URI="part-{n // 2}-{n % 2}.m4s",INDEPENDENT=YES' for n in range(5)] == lines(
        window, "EXT-X-PART:"
    )


def test_the_next_part_is_hinted_at(window, clock):
    assert ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-2-1.m4s"'] == lines(window, "EXT-X-PRELOAD-HINT")
    for part in parts(clock, count=2):
        window.add(replace(part, fresh=False))
    assert ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-3-1.m4s"'] == lines(window, "EXT-X-PRELOAD-HINT")


def test_players_stay_little_behind(window):
    """They are told to stay two parts behind, which is the least that is allowed, and a little more."""
    told = re.search(r"PART-HOLD-BACK=([\d.]+)", playlist(window))
    target = re.search(r"PART-TARGET=([\d.]+)", playlist(window))
    assert 2 * float(target[1]) <= float(told[1]) <= 2.5 * float(target[1])


def test_old_ones_go(window, clock):
    for part in parts(clock, count=3 * SEGMENTS):
        window.add(replace(part, fresh=False))
    assert SEGMENTS == len(window.segments())
    first = window.segments()[0].number
    assert [f"#EXT-X-MEDIA-SEQUENCE:{first}"] == lines(window, "EXT-X-MEDIA-SEQUENCE")
    assert window.segment(first - 1) is None
    assert window.part(first, 0) is not None


def test_a_break_is_told(window, clock):
    for part in parts(clock, count=4):  # its first is fresh
        window.add(part)
    assert 1 == len(lines(window, "EXT-X-DISCONTINUITY$"))
    assert 1 == len(lines(window, "EXT-X-MAP"))
    assert [2, 2, 1, 2, 2] == [len(segment.parts) for segment in window.segments()]


def test_a_new_size_has_a_head_of_its_own(window, clock):
    (other,) = encoded("yard", 5, size=(64, 48), clock=clock)
    window.add(other)
    assert ['#EXT-X-MAP:URI="head-0.mp4"', '#EXT-X-MAP:URI="head-1.mp4"'] == lines(window, "EXT-X-MAP")
    assert other.head == window.head(1) != window.head(0)


def test_breaks_that_are_gone_are_counted(clock):
    window = Window("yard")
    for _ in range(SEGMENTS + 4):
        for part in parts(clock, count=1):
            window.add(part)
    assert ["#EXT-X-DISCONTINUITY-SEQUENCE:4"] == lines(window, "EXT-X-DISCONTINUITY-SEQUENCE")
    assert SEGMENTS - 1 == len(lines(window, "EXT-X-DISCONTINUITY$"))


def test_times_are_told_when_they_are_trusted(window, clock):
    assert lines(window, "EXT-X-PROGRAM-DATE-TIME")[0].endswith(":2027-01-15T08:00:00.000Z")
    assert 1_800_000_000 == WALL
    dark = Window("yard")
    clock.trusted = False
    for part in parts(clock):
        dark.add(part)
    assert [] == lines(dark, "EXT-X-PROGRAM-DATE-TIME")


def test_waiting_ends_when_the_part_comes(window, clock):
    part = replace(next(parts(clock, count=1)), fresh=False)

    async def wait():
        waiting = asyncio.create_task(window.wait(2, 1, 30))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        threading.Thread(target=window.add, args=(part,)).start()
        assert await waiting
        assert await window.wait(2, None, 30)  # two parts are a whole segment
        assert not await window.wait(3, 0, 0.01)

    asyncio.run(wait())


def test_halves_are_told_from_those_that_stand_alone():
    window, encoder = Window("yard"), PartEncoder("yard", width=128, height=96, frame_rate=RATE)
    for index in range(46):
        part = encoder.encode(safe_frame(index, index * 100_000), Moment(index / 10, WALL, True))
        if part is not None:
            window.add(part)
    told = lines(window, "EXT-X-PART:")
    assert [index % 2 == 0 for index in range(9)] == [line.endswith("INDEPENDENT=YES") for line in told]
    assert [4, 4, 1] == [len(segment.parts) for segment in window.segments()]
    assert ["#EXT-X-PART-INF:PART-TARGET=0.550"] == lines(window, "EXT-X-PART-INF")


@pytest.fixture
def client(window):
    app = live_app({"yard": window, "dark": Window("dark")}, Auth(token=TOKEN), "127.0.0.1", 8765)
    client = TestClient(app, base_url="http://127.0.0.1:8765", follow_redirects=False)
    client.get(f"/?token={TOKEN}")
    return client


def test_strangers_see_nothing(client):
    client.cookies.clear()
    for path in ("", "/yard/live.m3u8", "/yard/head-0.mp4", "/yard/part-0-0.m4s", "/yard/segment-0.m4s"):
        assert 401 == client.get(f"/api/live{path}").status_code


def test_other_sites_see_nothing(client):
    asked = client.get("/api/live/yard/live.m3u8", headers={"sec-fetch-site": "cross-site"})
    assert 403 == asked.status_code


def test_all_that_the_playlist_names_is_there(client, window):
    answer = client.get("/api/live/yard/live.m3u8")
    assert "application/vnd.apple.mpegurl" == answer.headers["content-type"]
    assert "no-store" == answer.headers["cache-control"]
    names = re.findall(r'URI="([^"]+)"|^([^#].+)$', answer.text, re.MULTILINE)
    names = [one or other for one, other in names][:-1]  # the last is the hint
    assert 8 == len(names)
    for name in names:
        assert 200 == client.get(f"/api/live/yard/{name}").status_code, name
    data = client.get("/api/live/yard/segment-0.m4s").content
    assert data == b"".join(part.body for part in window.segments()[0].parts)


def test_what_is_not_there_is_told(client):
    for path in ("hall/live.m3u8", "yard/head-7.mp4", "yard/segment-2.m4s", "yard/part-0-5.m4s", "yard/part-90-0.m4s"):
        assert 404 == client.get(f"/api/live/{path}").status_code, path
    assert 400 == client.get("/api/live/yard/live.m3u8?_HLS_msn=50").status_code
    assert 400 == client.get("/api/live/yard/live.m3u8?_HLS_part=1").status_code


def test_the_playlist_waits_for_the_part_that_is_asked_for(client, window, clock):
    part = replace(next(parts(clock, count=1)), fresh=False)
    assert "part-2-1.m4s" in client.get("/api/live/yard/live.m3u8?_HLS_msn=2&_HLS_part=0").text
    threading.Timer(0.2, window.add, (part,)).start()
    text = client.get("/api/live/yard/live.m3u8?_HLS_msn=2&_HLS_part=1").text
    assert "segment-2.m4s" in text
    threading.Timer(0.2, window.add, (part,)).start()
    assert part.body == client.get("/api/live/yard/part-3-0.m4s").content


def test_a_camera_without_pictures_says_so():
    quiet = Window("quiet")
    quiet.target = 0.01
    app = live_app({"quiet": quiet}, Auth(token=TOKEN), "127.0.0.1", 8765)
    client = TestClient(app, base_url="http://127.0.0.1:8765", follow_redirects=False)
    client.get(f"/?token={TOKEN}")
    assert 503 == client.get("/api/live/quiet/live.m3u8").status_code


def test_cameras_are_listed(client, clock):
    dark, yard = client.get("/api/live").json()
    assert ("dark", None) == (dark["camera"], dark["age"])
    assert ("yard", "/api/live/yard/live.m3u8", 128, 96) == tuple(yard[key] for key in list(yard)[:4])


@contextmanager
def serving(windows):
    """A real server on loopback: its address, and the cookie of somebody who is let in."""
    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    auth = Auth(token=TOKEN)
    server = uvicorn.Server(uvicorn.Config(live_app(windows, auth, "127.0.0.1", port), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}", f"passerby-{port}={auth.by_token(TOKEN)}"
    finally:
        server.should_exit = True
        thread.join()
        taken.close()


def test_ffmpeg_plays_it_and_starts_less_than_six_seconds_behind(clock):
    window = Window("yard")
    made = list(parts(clock, count=16))
    for part in made:
        window.add(part)
    with serving({"yard": window}) as (address, cookie):
        options = {"headers": f"Cookie: {cookie}\r\n"}
        with av.open(f"{address}/api/live/yard/live.m3u8", options=options, timeout=20) as container:
            times = []
            for frame in container.decode(video=0):
                times.append(frame.time)
                if len(times) == 60:
                    break
    end = (made[-1].start + made[-1].duration) / 1e6
    assert end - 6.001 <= times[0] < end
    assert [pytest.approx(times[0] + n / 10, abs=0.001) for n in range(60)] == times


def test_parts_come_from_another_process(clock):
    window = Window("yard")
    here, there = multiprocessing.Pipe(duplex=False)
    thread = receive(here, window)
    sender = LiveSender(there)
    made = list(parts(clock))
    for part in made:
        sender(part)
        for _ in range(500):
            if window.newest() == ((number := made.index(part)) // SECONDS, number % SECONDS):
                break
            threading.Event().wait(0.01)
    sender.close()
    thread.join(10)
    assert not thread.is_alive()
    assert made == [part for segment in window.segments() for part in segment.parts]


def test_a_receiver_that_is_slow_or_gone_holds_nobody_up(clock):
    here, there = multiprocessing.Pipe(duplex=False)
    sender = LiveSender(there)
    big = [replace(part, body=part.body + b"\0" * 200_000) for part in parts(clock, count=12)]
    for part in big:
        sender(part)  # nobody reads
    assert sender.lost >= len(big) - 6
    here.close()
    sender(big[0])
    sender.close()
