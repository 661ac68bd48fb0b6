"""Asking a network for its cameras: WS-Discovery's probe (OASIS, 2005/04), a question by multicast on each interface.

The package for it, WSDiscovery 2.1, keeps threads that die on machines without IPv6, and sockets that it does not
close; one question needs neither.
"""

from __future__ import annotations

import selectors
import socket
import struct
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from lxml import etree

GROUP, PORT = "239.255.255.250", 3702
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_PROBE = f"""<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}" xmlns:d="{_DISCOVERY}"
 xmlns:n="http://www.onvif.org/ver10/network/wsdl"><s:Header><a:Action>{_DISCOVERY}/Probe</a:Action>
<a:MessageID>urn:uuid:%s</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>
<s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"""
#: The question is sent so often: it travels by UDP, and some of it is lost.
_TIMES = 2
_LARGEST = 65536


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says: addresses of its services, and scopes, by which it tells its name and more."""

    services: tuple[str, ...]
    scopes: tuple[str, ...]


def probe(seconds: float, at: tuple[str, int] | None = None) -> Iterator[Answer]:
    """Answers that come within so many seconds, to a question to everybody, or to the one `at` (address, port)."""
    question = (_PROBE % uuid.uuid4()).encode()
    with selectors.DefaultSelector() as ready:
        sockets = [_ask(question, (GROUP, PORT), index) for index, _ in socket.if_nameindex()] if at is None else []
        sockets += [] if at is None else [_ask(question, at, None)]
        try:
            for one in sockets:
                ready.register(one, selectors.EVENT_READ)
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                for key, _ in ready.select(left):
                    with suppress(OSError):  # nobody listens there
                        answer = _read(key.fileobj.recv(_LARGEST))  # type: ignore[union-attr]
                        if answer is not None:
                            yield answer
        finally:
            for one in sockets:
                one.close()


def _ask(question: bytes, where: tuple[str, int], interface: int | None) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with suppress(OSError):  # an interface that is down, or knows no multicast
        if interface is not None:
            one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("@4s4si", b"", b"", interface))
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        for _ in range(_TIMES):
            one.sendto(question, where)
    return one


def _read(message: bytes) -> Answer | None:
    """None for what is no answer of a camera: anybody may send anything."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        tree = etree.fromstring(message, parser)
    except etree.XMLSyntaxError:
        return None
    match = tree.find(f".//{{{_DISCOVERY}}}ProbeMatch")
    if match is None:
        return None
    return Answer(_words(match, "XAddrs"), _words(match, "Scopes"))


def _words(match: etree._Element, name: str) -> tuple[str, ...]:
    return tuple((match.findtext(f"{{{_DISCOVERY}}}{name}") or "").split())
