"""The credentials file that a fleet makes for a site: its name there, where to send, its certificate and key.

One file in PEM, with the rest as lines before the first block. It opens nothing at a site: it holds what the site
needs to connect to the fleet, and nobody can connect to a site with it.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from passerby.core.errors import UsageError

#: The first line of the file.
HEADING = "# Credentials of a site in a fleet. Keep this file secret: whoever has it can send in the name of the site."
_LINE = re.compile(r"^# (site|https|mqtt|prefix): (\S+)$", re.MULTILINE)
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FleetCredentials:
    """`https`: URL of the fleet; `mqtt`: host and port of the broker; None where the fleet has none. `authority`: the
    certificate that the fleet's own must be signed by."""

    path: Path
    site: str
    https: str | None
    mqtt: tuple[str, int] | None
    prefix: str
    authority: str

    @classmethod
    def read(cls, path: Path) -> FleetCredentials:
        """Raises UsageError for a file that is missing or not one."""
        try:
            text = path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not a credentials file"
            raise UsageError(
                f"{path} cannot be read: {reason}. Copy the file that `passerby fleet add` made to this machine, and "
                "name it in site.yaml: uplink.fleet.credentials."
            ) from None
        found, blocks = dict(_LINE.findall(text)), _BLOCK.findall(text)
        if "site" not in found or len(blocks) < 2 or "PRIVATE KEY" not in text or not found.keys() & {"https", "mqtt"}:
            raise UsageError(f"{path} is not a credentials file. Make one at the fleet: passerby fleet add NAME")
        host, _, port = found.get("mqtt", "").rpartition(":")
        return cls(
            path=path,
            site=found["site"],
            https=found.get("https"),
            mqtt=(host.strip("[]"), int(port)) if host and port.isdecimal() else None,
            prefix=found.get("prefix", "passerby-fleet"),
            authority=blocks[-1],
        )

    def tls(self) -> ssl.SSLContext:
        """TLS 1.2 or later, with the site's certificate; only the fleet's own authority is trusted. Raises
        UsageError."""
        try:
            context = ssl.create_default_context(cadata=self.authority)
            context.load_cert_chain(self.path)
        except (ssl.SSLError, OSError) as error:
            raise UsageError(
                f"{self.path} cannot be used: {error}. Make a new one: passerby fleet add --renew"
            ) from None
        return context


def credentials_text(
    site: str, https: str | None, mqtt: str | None, prefix: str, certificate: str, key: str, authority: str
) -> str:
    """The file. The certificates and the key are PEM."""
    lines = [
        HEADING,
        f"# site: {site}",
        *([f"# https: {https}"] if https else []),
        *([f"# mqtt: {mqtt}"] if mqtt else []),
    ]
    return "\n".join([*lines, f"# prefix: {prefix}", certificate.strip(), key.strip(), authority.strip(), ""])
