"""A camera that lies: its playlist leads elsewhere, and FFmpeg must not follow."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np
import pytest

from passerby.config.address import parse_address
from passerby.core.errors import CameraLost
from passerby.source.camera.hls import HlsFiles, LoginRefused, OtherHost
from passerby.source.camera.open import open_camera

PLAYLIST = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n{}#EXTINF:2,\n{}\n"


@contextmanager
def served(answers):
    """A server on loopback: path -> (status, headers, body). The paths that were asked for, and its address."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization"), self.headers.get("Range")))
            status, headers, body = answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield asked, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def segment(tmp_path):
    with av.open(str(tmp_path / "a.ts"), "w", format="mpegts") as out:
        stream = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in range(0, 200, 10):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((72, 64), level, np.uint8), format="yuv420p")))
        out.mux(stream.encode(None))
    return (tmp_path / "a.ts").read_bytes()


def frames(url, count=5):
    camera = open_camera(parse_address(url))
    try:
        decoded = []
        for packet in camera.container.demux(camera.stream):
            decoded += packet.decode()
            if len(decoded) >= count:
                return decoded
        return decoded
    finally:
        camera.container.close()


def playlist(segment="a.ts", key=""):
    return 200, {}, (PLAYLIST.format(key, segment) + "#EXT-X-ENDLIST\n").encode()


def test_a_camera_plays(segment):
    with served({"/live.m3u8": playlist(), "/a.ts": (200, {}, segment)}) as (asked, url):
        assert 5 <= len(frames(f"{url}/live.m3u8"))
        assert {"/live.m3u8", "/a.ts"} == {path for path, _, _ in asked}


@pytest.mark.parametrize("key", ["", "init", "key"])
def test_a_playlist_that_leads_to_another_service_is_not_followed(key, segment):
    with served({}) as (other_asked, other):
        tag = {"init": f'#EXT-X-MAP:URI="{other}/a"\n', "key": f'#EXT-X-KEY:METHOD=AES-128,URI="{other}/a"\n'}.get(
            key, ""
        )
        lies = playlist("a.ts" if key else f"{other}/a.ts", tag)
        with served({"/live.m3u8": lies, "/a.ts": (200, {}, segment)}) as (_, url), pytest.raises(CameraLost):
            frames(f"{url}/live.m3u8")
        assert [] == other_asked


@pytest.mark.parametrize("path", ["/live.m3u8", "/a.ts"])
def test_a_redirect_is_not_followed(path, segment):
    with served({"/x": (200, {}, b"")}) as (other_asked, other):
        answers = {"/live.m3u8": playlist(), "/a.ts": (200, {}, segment)}
        answers[path] = (302, {"Location": f"{other}/x"}, b"")
        with served(answers) as (_, url), pytest.raises(OtherHost, match="redirects"):
            frames(f"{url}/live.m3u8")
        assert [] == other_asked


@pytest.mark.parametrize("url", ["file:///etc/passwd", "crypto+http://127.0.0.1/a", "concat:/a|/b", "http://[", "x"])
def test_nothing_but_http_of_the_camera_is_opened(url):
    with pytest.raises((OtherHost, ValueError)):
        HlsFiles(parse_address("http://127.0.0.1/live.m3u8"), 1.0)(url, 1, {})


def test_a_playlist_in_any_other_form_is_refused():
    """ffconcat, SDP and others name files too."""
    concat = b"ffconcat version 1.0\nfile 'http://127.0.0.1:9/x'\n"
    with served({"/live.m3u8": (200, {}, concat)}) as (_, url), pytest.raises(CameraLost):
        frames(f"{url}/live.m3u8")


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_the_login_is_negotiated_and_a_wrong_one_is_refused(scheme):
    challenge = {"WWW-Authenticate": f'{scheme} realm="camera", nonce="1", qop="auth"'}
    with served({"/live.m3u8": (401, challenge, b"")}) as (asked, url):
        files = HlsFiles(parse_address(f"{url}/live.m3u8", "me", "p:/@"), 5.0)
        with pytest.raises(LoginRefused):
            files(f"{url}/live.m3u8", 1, {})
    assert any(login and login.startswith(scheme) for _, login, _ in asked)


def test_a_missing_segment_is_empty_and_a_part_is_asked_for_by_range():
    with served({"/live.m3u8": playlist(), "/a.ts": (206, {}, b"part")}) as (asked, url):
        files = HlsFiles(parse_address(f"{url}/live.m3u8"), 5.0)
        assert b"#EXTM3U" == files(f"{url}/live.m3u8", 1, {}).read(7)
        assert b"" == files(f"{url}/gone.ts", 1, {}).read(10)
        assert b"part" == files(f"{url}/a.ts", 1, {"offset": "10", "end_offset": "14"}).read()
    assert "bytes=10-13" == asked[-1][2]
