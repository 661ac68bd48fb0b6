"""A site with accounts that want to be notified, and servers that receive what is sent."""

import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from passerby.config.notifications.kinds import NotificationChannel, NotificationKind
from passerby.config.roles import Role
from passerby.config.site_file import parse_site
from passerby.store.accounts.accounts import Accounts
from passerby.store.notifications.preferences import NotificationPreferences, Preferences
from tests.cameras.servers import free_port

SITE = """\
name: North hall
timezone: Europe/Berlin
cameras:
  yard:
    display_name: The yard
    url: rtsp://192.0.2.1/a
    counting:
      zones: [{{name: door, display_name: Main door, polygon: [[0.1, 0.1], [0.6, 0.1], [0.6, 0.6]]}}]
web: {{proxy: {{name: cameras.example.org}}}}
notifications:
{notifications}
"""


def site_of(folder, notifications="  thumbnails: false"):
    return parse_site(SITE.format(notifications=notifications), folder / "site.yaml", {})


def wanting(database, name="jo", role=Role.ADMINISTRATOR, kinds=tuple(NotificationKind), channels=(), **chosen):
    """An account that wants to be notified of these kinds."""
    account = Accounts(database).add(name, role, 1.0)
    channels = tuple(NotificationChannel(channel) for channel in channels)
    Preferences(database).put(account.id, NotificationPreferences(channels=dict.fromkeys(kinds, channels), **chosen))
    return account


class MailBox:
    """What an SMTP server has received. `refuse`: what it answers to a recipient instead."""

    def __init__(self):
        self.mails, self.recipients, self.logins, self.refuse = [], [], [], None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def smtp_server(**how):
    """Yields the box and the port."""
    box = MailBox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), authenticator=box.authenticate, **how)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


class Requests:
    """What an HTTP server was sent, and what it answers."""

    def __init__(self):
        self.received, self.status = [], 200


@contextmanager
def http_server():
    """Yields the requests and the address."""
    requests = Requests()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            requests.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(requests.status)
            if requests.status == 302:
                self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield requests, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Endless:
    """What a server has sent of an answer without an end, and whether the client went away meanwhile."""

    def __init__(self):
        self.bytes, self._gone = 0, threading.Event()

    def answer(self, handler):
        handler.rfile.read(int(handler.headers["content-length"]))
        handler.send_response(200)
        handler.end_headers()
        try:
            while self.bytes < 256 << 20:
                handler.wfile.write(bytes(1 << 16))
                self.bytes += 1 << 16
        except OSError:
            self._gone.set()

    def wait_until_gone(self):
        return self._gone.wait(60)


@contextmanager
def endless_server():
    """Yields what was sent and the address."""
    endless = Endless()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            endless.answer(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield endless, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
