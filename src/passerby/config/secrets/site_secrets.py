"""Secrets in `site.yaml`: where they may stand, and what pages may not do with them.

The environment of the program holds the secrets of the whole site. Whoever writes a variable into a field that he can
read back, or that is sent to a host of his, reads its value. So `${NAME}` is replaced in the fields for secrets alone,
only a person who can write the file itself puts it there, and a camera's password does not follow it to another host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from passerby.config.notifications.settings import mail_endpoint
from passerby.config.renamed_keys import Location, matches
from passerby.core.errors import UsageError

VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
#: The passwords of cameras, as a pattern.
CAMERA_PASSWORDS: Final = "cameras.*.password"
#: Fields in which variables are replaced, as patterns of `config/renamed_keys.py`.
SECRET_FIELDS: Final = (
    CAMERA_PASSWORDS,
    "cameras.*.restream.password",
    "uplink.mqtt.password",
    "uplink.webhooks.*.secret",
    "notifications.mail.password",
    "notifications.ntfy.token",
    "web.oidc.client_secret",
)


def is_secret_field(at: Location, among: Sequence[str] = SECRET_FIELDS) -> bool:
    """May a variable stand there? Or: is it one of the fields `among` that these patterns name?"""
    return any(matches(pattern.split("."), at) for pattern in among)


def forget_moved_passwords(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Location]:
    """Where passwords of cameras, of their masked streams, of the MQTT broker, of the mail server and of ntfy stay in
    `new`, but not with the address that they were given for."""
    before, after = dict(_logins(old)), dict(_logins(new))
    moved: list[Location] = [
        (*at, "password")
        for at, login in after.items()
        if login.get("password") and (at not in before or _host(before[at]) != _host(login))
    ]
    earlier = dict(_services(old))
    return moved + [at for at, endpoint in _services(new) if earlier.get(at) != endpoint]


def refuse_new_variables(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Raises UsageError where `new` holds a variable that does not stand in the same place in `old`."""
    known = dict(variables_in(old))
    for at, text in variables_in(new):
        if known.get(at) != text:
            name = ".".join(str(part) for part in at)
            raise UsageError(
                f"{name}: ${{...}} reads a secret of this site, so it can only be written into site.yaml by hand. Ask "
                "whoever runs the machine to add it there, and restart."
            )


def _logins(document: Mapping[str, Any]) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    """The cameras and their masked streams: address, user and password each."""
    cameras = document.get("cameras")
    for name, camera in cameras.items() if isinstance(cameras, Mapping) else ():
        if isinstance(camera, Mapping):
            yield ("cameras", str(name)), camera
            if isinstance(camera.get("restream"), Mapping):
                yield ("cameras", str(name), "restream"), camera["restream"]


def _services(document: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """Where secrets for the MQTT broker and for notifications stand, and what they are sent to."""
    mqtt = _block(document, "uplink", "mqtt")
    if mqtt.get("password"):
        endpoint = f"{str(mqtt.get('host')).lower()}:{mqtt.get('port', 1883)}:{mqtt.get('tls', False)}"
        yield ("uplink", "mqtt", "password"), endpoint
    mail, ntfy = _block(document, "notifications", "mail"), _block(document, "notifications", "ntfy")
    if mail.get("password"):
        endpoint = mail_endpoint(mail.get("host"), mail.get("port", 587), mail.get("security", "starttls"))
        yield ("notifications", "mail", "password"), endpoint
    if ntfy.get("token"):
        yield ("notifications", "ntfy", "token"), secret_host(str(ntfy.get("server")))


def _block(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """A part of a document; empty where it has none."""
    found: object = document
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def camera_secret(camera: str) -> str:
    """The name under which a camera's password is stored."""
    return f"cameras.{camera}.password"


def secret_host(url: str) -> str:
    """The host that a stored password belongs to, as text."""
    host = _host_of(url)
    return host if isinstance(host, str) else "{}://{}:{}".format(*host)


def _host(camera: Mapping[str, Any]) -> tuple[str, str, int | None] | str:
    return _host_of(str(camera.get("url")))


def _host_of(url: str) -> tuple[str, str, int | None] | str:
    """Protocol, host and port: a password that was given for TLS is not sent without it, nor to another service."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        return url


def variables_in(node: object, at: Location = ()) -> Iterator[tuple[Location, str]]:
    """Where a document holds variables, and the texts that hold them."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if isinstance(key, str) and "${" in key:
                yield (*at, key), key
            yield from variables_in(value, (*at, key))
    elif isinstance(node, list | tuple):
        for number, value in enumerate(node):
            yield from variables_in(value, (*at, number))
    elif isinstance(node, str) and "${" in node:
        yield at, node
