"""What the program and the process of its pages tell each other."""

import os
import threading
from multiprocessing import Pipe
from types import SimpleNamespace

import pytest

from passerby.config.site_file import parse_site
from passerby.documents.status import SiteStatus
from passerby.server.pages.link import MessageKind, PagesLink, PagesSpec, receive, send, start_reader
from tests.store.footage import parts

SITE = "cameras:\n  yard: {url: 'rtsp://h/a', user: me, password: '${SECRET}'}\n"
MORE = SITE + "  gate: {url: 'rtsp://h/b'}\n"


def site_of(tmp_path, text=SITE):
    return parse_site(text, tmp_path / "site.yaml", {"SECRET": "hunter2"})


def status(now=0.0):
    return SiteStatus(name="site", started=0, now=now, clock_trusted=True, cameras={})


@pytest.fixture
def spec(tmp_path):
    return PagesSpec(tmp_path / "site.yaml", site_of(tmp_path), status(), "t" * 32, 3, None)


@pytest.fixture
def ends(spec):
    ours, theirs = Pipe()
    send(ours, MessageKind.START, spec.to_bytes())
    with ours, theirs:
        yield ours, PagesLink(theirs)


def test_a_spec_arrives_with_its_secrets(spec):
    received = PagesSpec.from_bytes(spec.to_bytes())
    assert spec == received
    assert "hunter2" == received.site.cameras["yard"].password.get_secret_value()


def test_status_and_live_parts_arrive(ends, clock):
    ours, link = ends
    thread = threading.Thread(target=link.run)
    thread.start()
    sent = list(parts(clock, count=2))
    send(ours, MessageKind.STATUS, status(7.0).model_dump_json().encode())
    for part in sent:
        send(ours, MessageKind.PART, part.to_bytes())
    ours.close()
    thread.join(20)
    assert not thread.is_alive()
    assert 7.0 == link.status().now
    assert sent == [part for segment in link.buffers["yard"].segments() for part in segment.parts]


def test_a_changed_configuration_is_in_effect_at_once_and_only_announced(ends, tmp_path):
    ours, link = ends
    changed = site_of(tmp_path, MORE)
    link.apply(changed)
    assert (changed, {"yard", "gate"}) == (link.site(), set(link.buffers))
    assert (MessageKind.CHANGED, b"") == receive(ours)


def test_ready_and_failed_are_told(ends):
    ours, link = ends
    link.ready()
    link.failed("no account")
    assert [(MessageKind.READY, b""), (MessageKind.FAILED, b"no account")] == [receive(ours), receive(ours)]


def test_a_reader_ends_with_what_makes_no_sense():
    ours, theirs = Pipe()
    received = []
    thread = start_reader(ours, lambda kind, data: received.append((kind, data)))
    send(theirs, MessageKind.READY)
    theirs.send_bytes(b"nonsense")
    thread.join(20)
    assert not thread.is_alive()
    assert [(MessageKind.READY, b"")] == received


def test_a_reader_ends_where_its_connection_is_closed_while_it_reads():
    ours, _theirs = Pipe()

    def closed_meanwhile():
        ours.close()
        return os.read(None, 4)  # what Connection does then: a TypeError, and not an OSError

    thread = start_reader(SimpleNamespace(recv_bytes=closed_meanwhile), lambda kind, data: None)
    thread.join(20)
    assert not thread.is_alive()


def test_the_first_message_says_how_to_start():
    ours, theirs = Pipe()
    send(ours, MessageKind.STATUS)
    with pytest.raises(ValueError, match="how to start"):
        PagesLink(theirs)
