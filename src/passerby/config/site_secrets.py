"""Secrets in `site.yaml`: where they may stand, and what pages may not do with them.

The environment of the program holds the secrets of the whole site. Whoever writes a variable into a field that he can
read back, or that is sent to a host of his, reads its value. So `${NAME}` is replaced in the fields for secrets alone,
only a person who can write the file itself puts it there, and a camera's password does not follow it to another host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from passerby.config.renamed_keys import Location, matches
from passerby.core.errors import UsageError

VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
#: Fields in which variables are replaced, as patterns of `config/renamed_keys.py`.
SECRET_FIELDS: Final = (
    "cameras.*.password",
    "uplink.mqtt.password",
    "uplink.webhooks.*.secret",
    "web.oidc.client_secret",
)


def is_secret_field(at: Location) -> bool:
    """May a variable stand there?"""
    return any(matches(pattern.split("."), at) for pattern in SECRET_FIELDS)


def forget_moved_passwords(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the cameras that keep a password in `new`, but are not at the address that it was given for."""
    before, after = _cameras(old), _cameras(new)
    return [
        name
        for name, camera in after.items()
        if camera.get("password") and (name not in before or _host(before[name]) != _host(camera))
    ]


def refuse_new_variables(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Raises UsageError where `new` holds a variable that does not stand in the same place in `old`."""
    known = dict(_variables(old, ()))
    for at, text in _variables(new, ()):
        if known.get(at) != text:
            name = ".".join(str(part) for part in at)
            raise UsageError(
                f"{name}: ${{...}} reads a secret of this site, so it can only be written into site.yaml by hand. Ask "
                "whoever runs the machine to add it there, and restart."
            )


def _cameras(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    cameras = document.get("cameras")
    entries = cameras.items() if isinstance(cameras, Mapping) else ()
    return {str(name): camera for name, camera in entries if isinstance(camera, Mapping)}


def _host(camera: Mapping[str, Any]) -> tuple[str, str, int | None] | str:
    """Protocol, host and port: a password that was given for TLS is not sent without it, nor to another service."""
    url = str(camera.get("url"))
    try:
        parts = urlsplit(url)
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        return url


def _variables(node: object, at: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if isinstance(key, str) and "${" in key:
                yield (*at, key), key
            yield from _variables(value, (*at, key))
    elif isinstance(node, list | tuple):
        for number, value in enumerate(node):
            yield from _variables(value, (*at, number))
    elif isinstance(node, str) and "${" in node:
        yield at, node
