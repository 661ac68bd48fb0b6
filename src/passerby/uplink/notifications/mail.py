"""Notifications by e-mail (SMTP)."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from passerby.config.notifications.settings import MailServerSettings, is_mail_address
from passerby.uplink.notifications.catalogue import text
from passerby.uplink.notifications.message import NotificationMessage
from passerby.uplink.notifications.send_error import SendError, SendProblem

#: Seconds for the server to answer.
TIMEOUT_S = 20.0


def send_mail(
    settings: MailServerSettings, to: str, message: NotificationMessage, wall: float, picture: bytes | None = None
) -> None:
    """Send to one address. `picture` is a masked JPEG. Raises SendError."""
    if not is_mail_address(to):
        raise SendError(SendProblem.ADDRESS_REFUSED, permanent=True)
    mail = build_mail(settings, to, message, wall, picture)
    try:
        with _connect(settings) as server:
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user is not None and settings.password is not None:
                server.login(settings.user, settings.password.get_secret_value())
            server.send_message(mail)
    except smtplib.SMTPAuthenticationError as error:
        raise SendError(SendProblem.LOGIN_REFUSED, f"{error.smtp_code}") from error
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        permanent = code >= 500
        raise SendError(SendProblem.ADDRESS_REFUSED, _said(code, reason), permanent=permanent) from error
    except smtplib.SMTPResponseException as error:
        raise SendError(SendProblem.REFUSED, _said(error.smtp_code, error.smtp_error)) from error
    except ssl.SSLError as error:
        raise SendError(SendProblem.UNREACHABLE, f"TLS: {error.reason or error}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(SendProblem.UNREACHABLE, str(error) or type(error).__name__) from error


def _connect(settings: MailServerSettings) -> smtplib.SMTP:
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_S)


def build_mail(
    settings: MailServerSettings, to: str, message: NotificationMessage, wall: float, picture: bytes | None
) -> EmailMessage:
    """The e-mail."""
    language, mail = message.language, EmailMessage()
    site = " ".join(message.site.split())
    mail["Subject"] = text(language, "mail", "subject", site=site, title=" ".join(message.title.split()))
    mail["From"] = Address(site, addr_spec=settings.sender)
    mail["To"] = Address(addr_spec=to)
    mail["Date"] = formatdate(wall)
    mail["Message-ID"] = make_msgid(message.key, settings.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer to this
    parts = [message.body]
    if picture is not None:
        parts.append(text(language, "mail", "picture"))
    if message.url is not None:
        parts.append(text(language, "mail", "open", url=message.url))
    parts.append(f"-- \n{text(language, 'mail', 'foot')}")
    mail.set_content("\n\n".join(parts) + "\n")
    mail["Content-Language"] = language.value  # after the content, which replaces such headers
    if picture is not None:
        mail.add_attachment(picture, "image", "jpeg", filename="masked.jpg", disposition="inline")
    return mail


def _said(code: int, reason: bytes | str) -> str:
    """The server's answer, without the address that it may repeat."""
    said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    words = ["…" if "@" in word else word for word in said.split()]
    return f"{code} {' '.join(words)}"[:120]
