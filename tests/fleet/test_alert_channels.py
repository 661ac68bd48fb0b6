"""Alerts by e-mail, webhook and MQTT: to a mail server and a web server that are real."""

import email
import email.policy
import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pydantic import SecretStr

from passerby.config.fleet.alerts import ALL_KINDS, AlertChannel, MailSettings
from passerby.documents.webhook_signature import headers
from passerby.fleet.alert_channels import WORDS, ChannelSender
from passerby.fleet.alerts import Notice
from passerby.fleet.problems import ProblemKind
from tests.fleet.messages import NOW

NOTICE = Notice("alert-7-began", "north", "North school", ProblemKind.DISK, NOW, None)
SECRET = SecretStr("a secret of enough letters")


class Smtp(socketserver.StreamRequestHandler):
    """Speaks just enough of RFC 5321."""

    def handle(self):
        self.wfile.write(b"220 x\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text)
                self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
            self.wfile.write(b"250 x\r\n" if word != b"QUIT" else b"221 x\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mail_server():
    with socketserver.TCPServer(("127.0.0.1", 0), Smtp) as server:
        server.mails = []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def web_server():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self.server.requests.append((dict(self.headers), body))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.requests, server.status = [], 204
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_by_mail(mail_server):
    settings = MailSettings(
        host="127.0.0.1",
        port=mail_server.server_address[1],
        security="none",
        sender="fleet@example.org",
        to=("a@example.org", "b@example.org"),
    )
    channel = AlertChannel(name="office", mail=settings)
    send = ChannelSender("Lakeside")
    send(channel, NOTICE)
    send(channel, Notice("alert-7-over", "north", "North school", ProblemKind.DISK, NOW, NOW + 60))
    began, over = mail_server.mails
    assert "Lakeside: North school has a disk that is nearly full" == began["Subject"]
    assert ("a@example.org, b@example.org", "over: " in over["Subject"]) == (began["To"], True)
    assert "since 2027-01-15 08:00 UTC." in began.get_content()
    assert "It was over at 2027-01-15 08:01 UTC." in over.get_content()
    assert began["Message-ID"] != over["Message-ID"]


def test_by_webhook_signed(web_server):
    channel = AlertChannel(name="hook", webhook=f"http://127.0.0.1:{web_server.server_address[1]}/x")
    ChannelSender("Lakeside", webhook_secret=SECRET)(channel, NOTICE)
    [(sent, body)] = web_server.requests
    found = {name.lower(): value for name, value in sent.items()}
    expected = headers(SECRET.get_secret_value(), NOTICE.id, int(found["webhook-timestamp"]), body)
    assert expected.items() <= found.items()
    decoded = json.loads(body)
    assert ("north", "disk", "began", None) == tuple(decoded[name] for name in ("site", "kind", "state", "ended"))
    web_server.status = 500
    with pytest.raises(RuntimeError, match="500"):
        ChannelSender("Lakeside")(channel, NOTICE)


def test_by_mqtt():
    published = []
    channel = AlertChannel(name="bus", mqtt=True)
    ChannelSender("Lakeside", publish=lambda topic, body: published.append((topic, json.loads(body)["id"])))(
        channel, NOTICE
    )
    assert [("alerts", "alert-7-began")] == published
    with pytest.raises(RuntimeError, match="no MQTT broker"):
        ChannelSender("Lakeside")(channel, NOTICE)


def test_every_problem_has_words_and_can_be_chosen():
    assert set(ProblemKind) == set(WORDS)
    assert [kind.value for kind in ProblemKind] == list(ALL_KINDS)
