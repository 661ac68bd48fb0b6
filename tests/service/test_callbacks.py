"""Callbacks are signed as the standard says, repeated until they are accepted, and survive the service."""

import base64
import hashlib
import hmac
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from passerby.service.callbacks import MAX_ATTEMPTS, CallbackSender
from passerby.service.keys import KeySettings
from passerby.service.records import ServiceJobState
from tests.service.fixtures import OUTPUT, service

__all__ = ["service"]


@pytest.fixture
def receiver():
    """A server that notes what it is sent, and answers with `statuses`, then 200."""
    received, statuses = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((dict(self.headers), body))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_): ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", received, statuses
    server.shutdown()
    server.server_close()
    thread.join()


def sender_of(service):
    return CallbackSender(service.database, service.queue, service.keys, service.clock)


def send_due(service):
    sender = sender_of(service)
    with httpx2.Client(trust_env=False) as client:
        for callback in sender.due():
            sender.send(client, callback)


def finished(service, address):
    key = service.keys.add(f"calls{len(service.keys.all())}", KeySettings(callback_hosts=("127.0.0.1",))).key
    job = service.submit(key=key, callback=address)
    service.queue.take()
    service.queue.finish(job.id, ServiceJobState.DONE, output=OUTPUT)
    return key, job


def test_it_is_signed_and_sent_once(service, receiver):
    address, received, _ = receiver
    key, job = finished(service, address)
    send_due(service)
    send_due(service)
    [(headers, body)] = received
    assert ("done", job.id) == ((said := json.loads(body))["state"], said["id"])
    assert job.id == headers["webhook-id"]
    secret = base64.b64decode(key.callback_secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{expected}" == headers["webhook-signature"]


def test_it_is_repeated_until_it_is_accepted(service, receiver):
    address, received, statuses = receiver
    statuses += [500, 302]
    finished(service, address)
    for _ in range(4):
        send_due(service)
        service.clock.now += 3600
    assert 3 == len(received)  # a redirect is not followed, and is no acceptance
    assert 1 == len({headers["webhook-id"] for headers, _ in received})


def test_it_is_not_repeated_at_once(service, receiver):
    address, received, statuses = receiver
    statuses += [500]
    finished(service, address)
    send_due(service)
    send_due(service)
    assert 1 == len(received)


def test_where_nobody_listens_it_is_given_up_at_last(service):
    finished(service, "http://127.0.0.1:1/")
    for _ in range(MAX_ATTEMPTS + 2):
        send_due(service)
        service.clock.now += 7200
    [row] = service.database.rows("SELECT * FROM callbacks")
    assert (MAX_ATTEMPTS, None, None) == (row["attempts"], row["due"], row["delivered"])
    assert "ConnectError" in row["problem"]


def test_the_thread_sends_what_is_due_and_stops(service, receiver):
    address, received, _ = receiver
    finished(service, address)
    sender = sender_of(service)
    sender.start()
    for _ in range(100):
        if received:
            break
        threading.Event().wait(0.1)
    sender.stop()
    assert 1 == len(received)


def test_a_job_without_an_address_has_none(service):
    job = service.submit()
    service.queue.cancel(job.id)
    assert [] == sender_of(service).due()


def test_a_long_answer_is_not_read(service):
    """It could fill the memory."""
    sent = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                for _ in range(400):
                    self.wfile.write(bytes(1 << 20))
                    sent.append(1)

        def log_message(self, *_): ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    finished(service, f"http://127.0.0.1:{server.server_port}/hook")
    send_due(service)
    server.shutdown()
    server.server_close()
    thread.join()
    assert [] == sender_of(service).due()
    assert len(sent) < 50


def test_a_receiver_that_is_gone_holds_up_no_other(service):
    _, gone = finished(service, "http://127.0.0.1:9/gone")
    send_due(service)
    service.clock.now += 10
    _, fresh = finished(service, "http://127.0.0.1:9/other")
    assert [fresh.id, gone.id] == [callback.job for callback in sender_of(service).due()]
