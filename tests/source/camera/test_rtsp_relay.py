"""A camera that sends FFmpeg to another host: nothing is asked there, whatever the kernel, at whatever step."""

import socket
import ssl
import threading

import pytest

from passerby.config.address import parse_address
from passerby.server.tls import self_signed
from passerby.source.camera import rtsp_relay
from passerby.source.camera.hls import OtherHost
from passerby.source.camera.open import open_camera
from passerby.source.camera.rtsp_relay import RtspRelay, listen_on_loopback
from tests.cameras.lying_camera import OTHER, LyingCamera
from tests.cameras.servers import free_port, rtsp_server, write_units
from tests.cameras.watch_process import walking_person


@pytest.fixture
def lying():
    made = []

    def make(**wish):
        made.append(LyingCamera(**wish))
        return made[-1]

    yield make
    for camera in made:
        camera.close()


def nobody_came(listening):
    listening.settimeout(0)
    with pytest.raises(BlockingIOError):
        listening.accept()
    return True


@pytest.mark.parametrize("step", ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"])
@pytest.mark.parametrize("udp", [False, True])
def test_a_redirect_to_the_same_port_of_another_host_is_refused(lying, step, udp):
    transport = "RTP/AVP;unicast;client_port=5000-5001;server_port=7000-7001" if udp else ""
    camera = lying(redirect_at=step, transport=transport)
    with socket.create_server((OTHER, camera.port)) as other:
        with pytest.raises(OtherHost, match="redirects. Give the address that it redirects to"):
            open_camera(parse_address(f"rtsp://u:p@127.0.0.1:{camera.port}/x"), udp=udp)
        assert camera.asked[-1] == step
        assert nobody_came(other)


def test_addresses_in_a_description_are_not_connected_to(lying, monkeypatch):
    """Content-Base, the control attribute and the connection line name another host."""
    monkeypatch.setattr("passerby.source.camera.open.CONNECT_TIMEOUT_S", 2.0)
    camera = lying()
    with socket.create_server((OTHER, camera.port)) as other:
        open_camera(parse_address(f"rtsp://127.0.0.1:{camera.port}/x")).close()
        assert "PLAY" in camera.asked
        assert nobody_came(other)


def test_udp_is_sent_to_the_camera_alone(lying, monkeypatch):
    """`source` in its answer names whom FFmpeg sends to, so that routers let the stream in."""
    monkeypatch.setattr("passerby.source.camera.open.CONNECT_TIMEOUT_S", 2.0)
    port = free_port() & ~1
    with (
        socket.socket(type=socket.SOCK_DGRAM) as own,
        socket.socket(type=socket.SOCK_DGRAM) as other,
    ):
        own.bind(("127.0.0.1", port))
        other.bind((OTHER, port))
        transport = f"RTP/AVP;unicast;client_port=5000-5001;server_port={port}-{port + 1};source={OTHER}"
        camera = lying(transport=transport)
        open_camera(parse_address(f"rtsp://127.0.0.1:{camera.port}/x"), udp=True).close()
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.recv(100)
        own.settimeout(5)
        assert own.recv(100)


def test_a_listener_is_used_again_and_what_waits_there_is_not_taken_for_ffmpeg(tmp_path):
    units = write_units(list(walking_person())[:10], tmp_path / "units")
    with rtsp_server(units) as server, listen_on_loopback() as listener:
        for _ in range(2):
            with socket.create_connection(listener.getsockname()):
                opened = open_camera(parse_address(server.url()), listener=listener)
                assert next(opened.container.demux(opened.stream)).size
                opened.close()


def test_another_user_of_the_machine_is_not_taken_for_ffmpeg(tmp_path, monkeypatch):
    """Whoever connects first, by the owner of the socket."""
    seen = []

    def user_of(peer):
        seen.append(real(peer))
        return -1 if len(seen) == 1 else seen[-1]

    real = rtsp_relay._user_of
    monkeypatch.setattr(rtsp_relay, "_user_of", user_of)
    units = write_units(list(walking_person())[:10], tmp_path / "units")
    with rtsp_server(units) as server:
        relay = RtspRelay(parse_address(server.url()), 5.0)
        port = int(relay.url.rpartition(":")[2].partition("/")[0])
        for expected in (b"", b"RTSP/1.0 200"):
            with socket.create_connection(("127.0.0.1", port)) as one:
                one.sendall(f"OPTIONS {relay.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
                try:
                    assert one.recv(1000)[:12] == expected
                except ConnectionResetError:
                    assert not expected
        relay.close()
    assert [rtsp_relay.os.getuid()] * 2 == seen


def test_tls_ends_in_the_relay(lying, tmp_path):
    certificate = self_signed(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with context.wrap_socket(listening.accept()[0], server_side=True) as connection:
                connection.recv(4096)
                connection.sendall(b"RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: rtsp://127.0.0.2/x\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(OtherHost, match="rtsps://127.0.0.1"):
            open_camera(parse_address(f"rtsps://127.0.0.1:{listening.getsockname()[1]}/x"))
        thread.join(10)


def test_all_that_a_camera_sends_arrives():
    """Faster than any camera sends."""
    frames = b"".join(b"$\0" + (1400).to_bytes(2, "big") + bytes(1400) for _ in range(1000))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with listening.accept()[0] as connection:
                for _ in range(28):
                    connection.sendall(frames)

        threading.Thread(target=serve, daemon=True).start()
        relay = RtspRelay(parse_address(f"rtsp://127.0.0.1:{listening.getsockname()[1]}/x"), 5.0)
        port = int(relay.url.rpartition(":")[2].partition("/")[0])
        received = 0
        with socket.create_connection(("127.0.0.1", port)) as one:
            while more := one.recv(1 << 20):
                received += len(more)
        relay.close()
        assert received == 28 * len(frames)
