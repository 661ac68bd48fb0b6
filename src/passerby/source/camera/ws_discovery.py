"""WS-Discovery probe (OASIS, 2005/04): a multicast request for cameras on each network interface.

The package for it, WSDiscovery 2.1, starts threads that die on machines without IPv6 and leaks sockets; a single probe
needs neither.
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
#: How often the probe is sent: it travels by UDP, and datagrams get lost.
_REPEATS = 2
_MAX_DATAGRAM = 65536


@dataclass(frozen=True, slots=True)
class ProbeMatch:
    """A device's answer: addresses of its services, and scopes, which state its name and more. `sender` is the IP
    address that it came from."""

    services: tuple[str, ...]
    scopes: tuple[str, ...]
    sender: str = ""


def probe(timeout_s: float, address: tuple[str, int] | None = None) -> Iterator[ProbeMatch]:
    """Answers that arrive within `timeout_s` to a multicast probe, or to one sent to `address` (host, port) alone."""
    message = (_PROBE % uuid.uuid4()).encode()
    with selectors.DefaultSelector() as ready:
        sockets = (
            [_send_probe(message, (GROUP, PORT), index) for index, _ in socket.if_nameindex()]
            if address is None
            else []
        )
        sockets += [] if address is None else [_send_probe(message, address, None)]
        try:
            for udp_socket in sockets:
                ready.register(udp_socket, selectors.EVENT_READ)
            end = time.monotonic() + timeout_s
            while (remaining := end - time.monotonic()) > 0:
                for key, _ in ready.select(remaining):
                    with suppress(OSError):  # no listener there
                        message_in, peer = key.fileobj.recvfrom(_MAX_DATAGRAM)  # type: ignore[union-attr]
                        answer = _parse(message_in, str(peer[0]))
                        if answer is not None:
                            yield answer
        finally:
            for udp_socket in sockets:
                udp_socket.close()


def _send_probe(message: bytes, address: tuple[str, int], interface: int | None) -> socket.socket:
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with suppress(OSError):  # an interface that is down, or has no multicast
        if interface is not None:
            udp_socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("@4s4si", b"", b"", interface))
        udp_socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        for _ in range(_REPEATS):
            udp_socket.sendto(message, address)
    return udp_socket


def _parse(message: bytes, sender: str) -> ProbeMatch | None:
    """None for anything but a camera's answer: any host may send any datagram."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        tree = etree.fromstring(message, parser)
    except etree.XMLSyntaxError:
        return None
    match = tree.find(f".//{{{_DISCOVERY}}}ProbeMatch")
    if match is None:
        return None
    return ProbeMatch(_text_list(match, "XAddrs"), _text_list(match, "Scopes"), sender)


def _text_list(match: etree._Element, name: str) -> tuple[str, ...]:
    return tuple((match.findtext(f"{{{_DISCOVERY}}}{name}") or "").split())
