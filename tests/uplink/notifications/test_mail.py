"""E-mails by a real SMTP server: what they say, over TLS, with a login, and what is told when it fails."""

import ssl
from dataclasses import replace

import pytest

from passerby.config.notice import Language
from passerby.config.notifications.settings import MailServerSettings
from passerby.server.tls import self_signed
from passerby.uplink.notifications.mail import send_mail
from passerby.uplink.notifications.message import NotificationMessage
from passerby.uplink.notifications.send_error import SendError, SendProblem
from tests.cameras.servers import free_port
from tests.store.footage import WALL
from tests.uplink.notifications.fixtures import smtp_server

MESSAGE = NotificationMessage(
    "7-mail-1-1", "North hall", ("event",), "Line crossed", "At 9.", "https://c.example/#/events", Language.EN
)


def settings(port, **more):
    return MailServerSettings(
        **{"host": "127.0.0.1", "port": port, "security": "none", "sender": "c@h.example", **more}
    )


def test_what_arrives(mailbox):
    box, port = mailbox
    send_mail(settings(port), "jo@example.org", MESSAGE, WALL)
    (mail,) = box.mails
    assert ["jo@example.org"] == box.recipients
    assert ("North hall: Line crossed", "North hall <c@h.example>", "jo@example.org", "en", "auto-generated") == (
        mail["Subject"], mail["From"], mail["To"], mail["Content-Language"], mail["Auto-Submitted"],
    )  # fmt: skip
    assert "Fri, 15 Jan 2027 08:00:00 -0000" == mail["Date"]
    assert (
        mail.get_content()
        .replace("\r\n", "\n")
        .startswith("At 9.\n\nOpen: https://c.example/#/events\n\n-- \nYou get this")
    )
    assert not mail.is_multipart()


def test_german_with_umlauts_and_a_picture(mailbox):
    box, port = mailbox
    german = replace(MESSAGE, language=Language.DE, title="Linie überschritten", url=None, site="Große\r\nHalle")
    send_mail(settings(port), "jo@example.org", german, WALL, b"\xff\xd8 masked")
    (mail,) = box.mails
    assert "Große Halle: Linie überschritten" == mail["Subject"]
    text, picture = mail.iter_parts()
    assert "unter „Mein Konto“" in text.get_content()
    assert "Das Bild ist maskiert" in text.get_content()
    assert ("image/jpeg", b"\xff\xd8 masked") == (picture.get_content_type(), picture.get_content())


def test_over_tls_with_a_login(tmp_path, monkeypatch):
    made = self_signed(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    login = {"user": "passerby", "password": "right"}
    with smtp_server(tls_context=context, auth_require_tls=True) as (box, port):
        with pytest.raises(SendError, match="TLS") as raised:  # nobody vouches for it
            send_mail(settings(port, security="starttls", **login), "jo@example.org", MESSAGE, WALL)
        assert (SendProblem.UNREACHABLE, []) == (raised.value.problem, box.logins)
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        send_mail(settings(port, security="starttls", **login), "jo@example.org", MESSAGE, WALL)
        assert ([("passerby", "right")], 1) == (box.logins, len(box.mails))
        wrong = login | {"password": "a wrong one"}
        with pytest.raises(SendError) as raised:
            send_mail(settings(port, security="starttls", **wrong), "jo@example.org", MESSAGE, WALL)
        assert (SendProblem.LOGIN_REFUSED, False) == (raised.value.problem, raised.value.permanent)
        assert "wrong" not in str(raised.value)


@pytest.mark.parametrize(
    ("refuse", "permanent"), [("550 jo@example.org: User unknown", True), ("451 try again later", False)]
)
def test_an_address_that_is_refused(mailbox, refuse, permanent):
    box, port = mailbox
    box.refuse = refuse
    with pytest.raises(SendError) as raised:
        send_mail(settings(port), "jo@example.org", MESSAGE, WALL)
    assert (SendProblem.ADDRESS_REFUSED, permanent) == (raised.value.problem, raised.value.permanent)
    assert "jo@" not in str(raised.value)


def test_a_server_that_is_not_there():
    with pytest.raises(SendError, match="refused") as raised:
        send_mail(settings(free_port()), "jo@example.org", MESSAGE, WALL)
    assert (SendProblem.UNREACHABLE, False) == (raised.value.problem, raised.value.permanent)
