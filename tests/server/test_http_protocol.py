"""Clients that take their time: with the limits shortened, and without any timing in the assertions."""

import socket
import threading

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse

from passerby.server import http_protocol
from passerby.server.serve import BackgroundServer, listen

HOST = "127.0.0.1"
#: The response that nobody reads has ended.
given_up = threading.Event()


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] == "/large":
        chunks = (b"x" * 65536 for _ in range(1024))
        await StreamingResponse(chunks)(scope, receive, send)
        given_up.set()
        return
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


@pytest.fixture
def connect(monkeypatch):
    for name in ("HEAD_TIMEOUT_S", "BODY_TIMEOUT_S", "READ_TIMEOUT_S", "LINGER_TIMEOUT_S"):
        monkeypatch.setattr(http_protocol, name, 0.3)
    listener = listen(HOST, 0)
    connections = []

    def connected():
        connections.append(socket.create_connection(listener_address, timeout=30))
        return connections[-1]

    listener_address = listener.getsockname()
    with BackgroundServer(app, listener):
        yield connected
        for connection in connections:
            connection.close()


def rest(connection):
    """All that comes until the server disconnects; the test ends with an error when it never does."""
    received = b""
    try:
        while data := connection.recv(1 << 16):
            received += data
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP",  # the second of one connection
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123",
    ],
)
def test_who_does_not_finish_a_request_is_disconnected(connect, sent):
    connection = connect()
    connection.sendall(sent)
    assert (b"0 bytes" in rest(connection)) is (b"\r\n\r\nGET" in sent)


def test_a_byte_now_and_then_gains_no_time(connect):
    connection = connect()
    connection.settimeout(0.05)
    for _ in range(600):
        try:
            connection.sendall(b"G")
            if connection.recv(1) == b"":
                return
        except TimeoutError:
            continue
        except OSError:  # it was reset
            return
    pytest.fail("it is still connected")


def test_who_does_not_read_is_disconnected(connect):
    given_up.clear()
    connection = connect()
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    assert given_up.wait(30)


def test_a_large_head_is_refused(connect):
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 2 * http_protocol.MAX_HEAD_BYTES)
    assert b" 200 " not in rest(connection)


def test_requests_in_a_row_are_answered(connect):
    connection = connect()
    connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n123" * 3)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    received = rest(connection)
    assert (3, 1) == (received.count(b"3 bytes"), received.count(b"0 bytes"))
