"""Attacks that open connections: bounded, on loopback."""

import resource
import socket
from contextlib import ExitStack

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from passerby.server import connection_limits
from passerby.server.connection_limits import (
    FIRST_REQUEST_TIMEOUT_S,
    MAX_ACCEPTED_AT_ONCE,
    MAX_CONNECTIONS,
    ConnectionLimits,
    CountedSocket,
    LimitedListener,
    address_group,
    affordable_connections,
    raise_descriptor_limit,
)
from passerby.server.serve import BackgroundServer, listen

HOST = "127.0.0.1"
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def opened():
    """Makes connected sockets, the server's ends of them as they are accepted."""
    with ExitStack() as stack:

        def one():
            ours, theirs = socket.socketpair()
            stack.enter_context(theirs)
            return stack.enter_context(CountedSocket(fileno=ours.detach()))

        yield one


async def app(scope, receive, send):
    await PlainTextResponse("here")(scope, receive, send)


def is_open(connection):
    try:
        return connection.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) != b""
    except (BlockingIOError, TimeoutError):
        return True


def test_the_oldest_silent_connection_makes_room(opened):
    limits = ConnectionLimits(3, 3)
    connections = [opened() for _ in range(4)]
    assert all(limits.admit(connection, HOST) for connection in connections[:3])
    limits.requested(connections[0].fileno())
    assert limits.admit(connections[3], HOST)
    assert [True, False, True, True] == [is_open(connection) for connection in connections]


def test_without_a_silent_one_a_new_connection_is_refused(opened):
    limits = ConnectionLimits(2, 2)
    connections = [opened() for _ in range(3)]
    for connection in connections[:2]:
        assert limits.admit(connection, HOST)
        limits.requested(connection.fileno())
    assert not limits.admit(connections[2], HOST)
    limits.closed(connections[0].fileno())
    assert limits.admit(connections[2], HOST)


def test_one_address_pushes_out_only_its_own(opened):
    limits = ConnectionLimits(10, 2)
    other = opened()
    assert limits.admit(other, "192.0.2.7")
    assert all(limits.admit(opened(), "192.0.2.1") for _ in range(5))
    assert is_open(other)
    assert 3 + 3 == limits.held  # three are shut down, and not closed yet


def test_a_proxy_counts_in_all_only(opened):
    limits = ConnectionLimits(5, 2, unlimited_address="192.0.2.1")
    connections = [opened() for _ in range(5)]
    assert all(limits.admit(connection, "192.0.2.1") for connection in connections)
    assert all(map(is_open, connections))


def test_who_says_nothing_for_too_long_is_disconnected(opened):
    clock = Clock()
    limits = ConnectionLimits(clock=clock)
    silent, asking = opened(), opened()
    for connection in (silent, asking):
        assert limits.admit(connection, HOST)
    limits.requested(asking.fileno())
    clock.now = FIRST_REQUEST_TIMEOUT_S - 1
    limits.end_silent()
    assert is_open(silent)
    clock.now = FIRST_REQUEST_TIMEOUT_S
    limits.end_silent()
    assert (False, True) == (is_open(silent), is_open(asking))


def test_a_closed_connection_is_not_counted(opened):
    limits = ConnectionLimits(1, 1)
    connection = opened()
    assert limits.admit(connection, HOST)
    connection.limits = limits
    connection.close()
    assert 0 == limits.held
    assert limits.admit(opened(), HOST)


def test_an_ipv6_network_counts_as_one_address():
    assert address_group("2001:db8::1") == address_group("2001:db8::ffff:1")
    assert address_group("2001:db8::1") != address_group("2001:db8:0:1::1")
    assert "192.0.2.1" == address_group("::ffff:192.0.2.1")
    assert "not an address" == address_group("not an address")


def test_connections_leave_descriptors_for_everything_else(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 1024))
    assert MAX_CONNECTIONS > affordable_connections() > affordable_connections(2)
    assert 3 * 2 * affordable_connections(2) <= 1024 - connection_limits.RESERVED_DESCRIPTORS
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert MAX_CONNECTIONS == affordable_connections()


def test_the_descriptor_limit_is_raised_to_what_is_allowed(monkeypatch):
    allowed = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 4096))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: allowed.append(limit))
    raise_descriptor_limit()
    assert [(4096, 4096)] == allowed


def test_a_flood_of_half_heads_leaves_room_for_everybody():
    """Of one address: its own requests are answered meanwhile, and those of others."""
    limits = ConnectionLimits(40, 20)
    listener = listen(HOST, 0)
    port = listener.getsockname()[1]
    with BackgroundServer(app, listener, limits=limits), ExitStack() as stack:
        for _ in range(200):
            connection = stack.enter_context(socket.create_connection((HOST, port), timeout=20))
            connection.sendall(HALF_A_HEAD)
        for source in (HOST, "127.0.0.9"):
            transport = httpx2.HTTPTransport(local_address=source)
            with httpx2.Client(trust_env=False, transport=transport) as client:
                assert "here" == client.get(f"http://{HOST}:{port}/", timeout=20).text
        assert limits.held <= 80
        assert limits.refused >= 180


def test_the_event_loop_does_something_else_in_between():
    with LimitedListener(listen(HOST, 0), ConnectionLimits()) as listener, ExitStack() as stack:
        for _ in range(MAX_ACCEPTED_AT_ONCE + 1):
            stack.enter_context(socket.create_connection(listener.getsockname(), 5))
        for _ in range(MAX_ACCEPTED_AT_ONCE):
            stack.enter_context(listener.accept()[0])
        with pytest.raises(BlockingIOError):
            listener.accept()
        stack.enter_context(listener.accept()[0])


def test_the_listener_closes_what_is_not_admitted():
    limits = ConnectionLimits(1, 1)
    with LimitedListener(listen(HOST, 0), limits) as listener, ExitStack() as stack:
        listener.settimeout(5)
        clients = [stack.enter_context(socket.create_connection(listener.getsockname(), 5)) for _ in range(2)]
        accepted = stack.enter_context(listener.accept()[0])
        limits.requested(accepted.fileno())
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
        assert b"" == clients[1].recv(1)
        assert is_open(clients[0])
