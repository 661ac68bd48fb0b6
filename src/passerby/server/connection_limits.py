"""How many connections a server holds: in all, and of each address.

A connection counts from the moment it is accepted, before TLS and before its first byte, so that none of the two can be
used to get around it. Where the limit is reached, the connection that has waited longest without having sent a whole
request makes room for the new one: somebody who opens connections and says nothing only pushes out their own.
"""

from __future__ import annotations

import ipaddress
import resource
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

#: Connections of one server, and of one address: a browser opens six.
MAX_CONNECTIONS, MAX_PER_ADDRESS = 400, 64
#: Seconds from accepting a connection to its first whole request head, TLS included.
FIRST_REQUEST_TIMEOUT_S = 15.0
#: File descriptors that are left for everything but connections; each of these needs up to two, one for a file.
RESERVED_DESCRIPTORS = 128
#: Connections that one round of the event loop takes from the queue of the operating system. Well below the limits: a
#: connection that was just accepted has its request read in the next round, before others could push it out, and those
#: that were shut down are closed.
MAX_ACCEPTED_AT_ONCE = 32


@dataclass(slots=True, eq=False)
class _Connection:
    """An open connection. `silent` until its first whole request; `ending` once it was shut down for another."""

    socket: CountedSocket
    group: str
    accepted_at: float
    silent: bool = True
    ending: bool = False


@dataclass(slots=True)
class _Counts:
    """Open connections of one address that were not shut down."""

    open: int = 0
    silent: dict[int, _Connection] = field(default_factory=dict)


class ConnectionLimits:
    """The open connections of one server. For use by one thread, that of its event loop."""

    def __init__(
        self,
        total: int = MAX_CONNECTIONS,
        per_address: int = MAX_PER_ADDRESS,
        *,
        unlimited_address: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`unlimited_address`: of a proxy, behind which everybody has the same one; it counts in all only."""
        self._total, self._per_address, self._clock = total, per_address, clock
        self._unlimited = None if unlimited_address is None else address_group(unlimited_address)
        self._connections: dict[int, _Connection] = {}
        self._silent: dict[int, _Connection] = {}  # the oldest first
        self._groups: dict[str, _Counts] = {}
        self._open = 0
        #: Connections that were refused or shut down for others.
        self.refused = 0

    @property
    def held(self) -> int:
        """Connections that are not closed yet, those that were shut down included."""
        return len(self._connections)

    def admit(self, accepted: CountedSocket, address: str) -> bool:
        """Count a connection; False when there is no room for it."""
        group = address_group(address)
        counts = self._groups.get(group) or _Counts()
        of_address = group != self._unlimited and counts.open >= self._per_address
        if (of_address and not self._make_room(counts.silent)) or (
            self._open >= self._total and not self._make_room(self._silent)
        ):
            self.refused += 1
            return False
        if len(self._connections) >= 2 * self._total:  # those that were shut down still have to be closed
            self.refused += 1
            return False
        number = accepted.fileno()
        connection = _Connection(accepted, group, self._clock())
        self._connections[number] = self._silent[number] = connection
        self._groups.setdefault(group, counts)
        counts.open += 1
        counts.silent[number] = connection
        self._open += 1
        return True

    def requested(self, number: int) -> None:
        """The connection with this descriptor has sent its first whole request head."""
        connection = self._silent.pop(number, None)
        if connection is not None:
            connection.silent = False
            self._groups[connection.group].silent.pop(number, None)

    def closed(self, number: int) -> None:
        """The connection with this descriptor is about to be closed."""
        connection = self._connections.pop(number, None)
        if connection is not None and not connection.ending:
            self._forget(number, connection)

    def end_silent(self) -> None:
        """Shut down connections that take too long for their first request. To be called about once a second."""
        until = self._clock() - FIRST_REQUEST_TIMEOUT_S
        for number, connection in list(self._silent.items()):
            if connection.accepted_at > until:
                break
            self._shut_down(number, connection)

    def _make_room(self, silent: dict[int, _Connection]) -> bool:
        """Shut down the oldest of these. False when there is none."""
        number = next(iter(silent), None)
        if number is None:
            return False
        self._shut_down(number, silent[number])
        self.refused += 1
        return True

    def _shut_down(self, number: int, connection: _Connection) -> None:
        connection.ending = True
        self._forget(number, connection)
        with suppress(OSError):  # the event loop reads the end, and closes it
            connection.socket.shutdown(socket.SHUT_RDWR)

    def _forget(self, number: int, connection: _Connection) -> None:
        self._open -= 1
        self._silent.pop(number, None)
        counts = self._groups[connection.group]
        counts.silent.pop(number, None)
        counts.open -= 1
        if counts.open <= 0:
            del self._groups[connection.group]


class CountedSocket(socket.socket):
    """An accepted connection, which is no longer counted once it is closed."""

    limits: ConnectionLimits | None = None

    def close(self) -> None:
        number = self.fileno()
        if self.limits is not None and number >= 0:
            self.limits.closed(number)
        super().close()


class LimitedListener(socket.socket):
    """A listening socket that accepts what its limits admit, and closes all else at once."""

    def __init__(self, listener: socket.socket, limits: ConnectionLimits) -> None:
        """Takes over the descriptor of `listener`."""
        super().__init__(fileno=listener.detach())
        self.limits = limits
        self._accepted = 0

    def accept(self) -> tuple[socket.socket, Any]:
        while self._accepted < MAX_ACCEPTED_AT_ONCE:
            self._accepted += 1
            connection, address = super().accept()
            accepted = CountedSocket(fileno=connection.detach())
            if self.limits.admit(accepted, address[0]):
                accepted.limits = self.limits
                return accepted, address
            accepted.close()
        self._accepted = 0
        raise BlockingIOError  # the event loop does something else before it comes back: asyncio would take thousands


def address_group(address: str) -> str:
    """What counts as one address: one of IPv4, a /64 of IPv6, which is the least that anybody has."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def raise_descriptor_limit() -> None:
    """Allow this process as many file descriptors as it may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def affordable_connections(servers: int = 1) -> int:
    """How many connections each of so many servers of this process may hold."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    available = MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else (soft - RESERVED_DESCRIPTORS) // (3 * servers)
    return max(8, min(MAX_CONNECTIONS, available))
