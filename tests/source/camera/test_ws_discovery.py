"""The WS-Discovery probe and its answers."""

import socket
import threading

import pytest

from passerby.source.camera import ws_discovery
from passerby.source.camera.ws_discovery import ProbeMatch, probe

ANSWER = b"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch>
<d:XAddrs>http://10.0.0.5/onvif http://10.0.0.6/onvif</d:XAddrs><d:Scopes>onvif://a onvif://b</d:Scopes>
</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"""


def test_an_answer_is_parsed():
    expected = ProbeMatch(("http://10.0.0.5/onvif", "http://10.0.0.6/onvif"), ("onvif://a", "onvif://b"), "10.0.0.5")
    assert expected == ws_discovery._parse(ANSWER, "10.0.0.5")


@pytest.mark.parametrize("message", [b"", b"noise", b"<a/>", ANSWER[:80], ANSWER.replace(b"ProbeMatch>", b"Other>")])
def test_anything_else_is_ignored(message):
    assert ws_discovery._parse(message, "10.0.0.5") is None


def test_a_probe_is_answered_by_the_address_it_is_sent_to():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        probes = []

        def answer():
            message, sender = server.recvfrom(65536)
            probes.append(message)
            server.sendto(ANSWER, sender)

        thread = threading.Thread(target=answer)
        thread.start()
        matches = list(probe(0.5, server.getsockname()))
        thread.join()
    assert b"NetworkVideoTransmitter" in probes[0]
    assert [("onvif://a", "onvif://b")] == [match.scopes for match in matches]
