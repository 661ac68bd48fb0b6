"""Sends alerts: by e-mail, to a webhook, to a topic of the broker."""

from __future__ import annotations

import json
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

import httpx2
from pydantic import SecretStr

from passerby.config.fleet.alerts import AlertChannel, MailSettings
from passerby.documents.webhook_signature import headers
from passerby.fleet.alerts import Notice
from passerby.fleet.problems import ProblemKind

#: Seconds for a mail server or a webhook to answer.
TIMEOUT_S = 20.0
#: Below the prefix of the fleet's topics: the receiver may write nothing else but acknowledgements.
ALERT_TOPIC = "alerts"
WORDS = {
    ProblemKind.SILENT: "has not been heard of",
    ProblemKind.RETENTION: "attests that recordings are past their retention",
    ProblemKind.CAMERAS: "has cameras that do not work",
    ProblemKind.DISK: "has a disk that is nearly full",
    ProblemKind.COVERED: "hides too many frames whole",
    ProblemKind.CLOCK: "has a clock that is not synchronised",
    ProblemKind.BACKLOG: "has many messages waiting to be sent",
    ProblemKind.VERSION: "runs a version that is behind",
}


@dataclass(frozen=True, slots=True)
class ChannelSender:
    """Sends by any channel. `publish` is that of the broker; None where there is none."""

    fleet: str
    smtp_password: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    publish: Callable[[str, bytes], None] | None = None

    def __call__(self, channel: AlertChannel, notice: Notice) -> None:
        """Raises OSError, SMTPException, HTTPError or RuntimeError where it cannot be sent."""
        if channel.mail is not None:
            self._mail(channel.mail, notice)
        elif channel.webhook is not None:
            self._post(channel.webhook, notice)
        elif self.publish is None:
            raise RuntimeError("fleet.toml names no MQTT broker")
        else:
            self.publish(ALERT_TOPIC, _json(self.fleet, notice))

    def _mail(self, settings: MailSettings, notice: Notice) -> None:
        message = EmailMessage()
        state = "over: " if notice.over else ""
        message["Subject"] = f"{self.fleet}: {state}{notice.display_name} {WORDS[notice.kind]}"
        message["From"], message["To"] = settings.sender, ", ".join(settings.to)
        message["Message-ID"] = f"<{notice.id}.{notice.began}@{settings.sender.partition('@')[2]}>"
        message.set_content(text_of(notice))
        kind = smtplib.SMTP_SSL if settings.security == "tls" else smtplib.SMTP
        with kind(settings.host, settings.port, timeout=TIMEOUT_S) as server:
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user is not None and self.smtp_password is not None:
                server.login(settings.user, self.smtp_password.get_secret_value())
            server.send_message(message)

    def _post(self, url: str, notice: Notice) -> None:
        body = _json(self.fleet, notice)
        signed = {}
        if self.webhook_secret is not None:
            signed = headers(self.webhook_secret.get_secret_value(), notice.id, int(time.time()), body)
        with httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            answer = client.post(url, content=body, headers={**signed, "content-type": "application/json"})
            if not answer.is_success:
                raise RuntimeError(f"HTTP status {answer.status_code}")


def text_of(notice: Notice) -> str:
    """A notice for people."""
    since = datetime.fromtimestamp(notice.began, UTC).strftime("%Y-%m-%d %H:%M UTC")
    until = ""
    if notice.ended is not None:
        until = f" It was over at {datetime.fromtimestamp(notice.ended, UTC).strftime('%Y-%m-%d %H:%M UTC')}."
    return f"{notice.display_name} ({notice.site}) {WORDS[notice.kind]}, since {since}.{until}\n"


def _json(fleet: str, notice: Notice) -> bytes:
    values = {
        "id": notice.id,
        "type": "alert",
        "fleet": fleet,
        "site": notice.site,
        "kind": notice.kind.value,
        "state": "over" if notice.over else "began",
        "began": notice.began,
        "ended": notice.ended,
        "text": text_of(notice).strip(),
    }
    return json.dumps(values, separators=(",", ":")).encode()
