"""`site.yaml` as the web interface reads and changes it: keeps comments, writes atomically, detects conflicts."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from passerby.config.secrets.site_secrets import (
    camera_secret,
    forget_moved_passwords,
    refuse_new_variables,
    secret_host,
)
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site import Site
from passerby.config.site_edit import REMOVED, SiteText
from passerby.config.site_file import parse_site
from passerby.core.errors import PasserbyError, UsageError
from passerby.server.site.config.write_access import write_error, write_problem

_CONFLICT = "Somebody else has changed the settings meanwhile. Reload, and change them again."


class ConfigConflict(PasserbyError):
    """Somebody else has changed the file since it was read."""


@dataclass(frozen=True, slots=True)
class SecretChange:
    """A secret that is stored apart from the file, for one host; None forgets it."""

    name: str
    value: str | None
    host: str


class SiteFile:
    """The `site.yaml` of a site. `environment` holds the secrets that it names."""

    def __init__(self, path: Path, environment: Callable[[], dict[str, str]] = lambda: dict(os.environ)) -> None:
        self.path, self._environment = path, environment
        self._lock = threading.Lock()

    def read(self) -> tuple[Site, SiteText, str]:
        """The site, the text of the file, and its revision. Raises UsageError as parse_site does."""
        text = self._text()
        return parse_site(text, self.path, self._environment()), SiteText(text, self.path), _revision(text)

    def change(
        self,
        revision: str,
        edit: Callable[[SiteText, Site], None],
        before_write: Callable[[Site], None],
        passwords: Mapping[str, str | None] = MappingProxyType({}),
        secrets: Callable[[Site], Sequence[SecretChange]] = lambda _: (),
    ) -> Site:
        """Change the file with `edit`, if it still has that revision. `before_write` is called with the new site once
        it is valid. A camera whose host changes loses its password. `passwords` of cameras are stored, apart from the
        file; None forgets one; so are the `secrets` of the new site. Raises ConfigConflict, and UsageError for an
        invalid configuration and for secrets that were not there before."""
        with self._lock:
            site, text, current = self.read()
            if current != revision:
                raise ConfigConflict(_CONFLICT)
            before = text.written()
            edit(text, site)
            for at in forget_moved_passwords(before, text.written()):
                text.put([str(part) for part in at], REMOVED)
            refuse_new_variables(before, text.written())
            written = str(text)
            changed = parse_site(written, self.path, self._environment())
            before_write(changed)
            self._store_passwords(site, changed, passwords)
            for secret in secrets(changed):
                StoredSecrets(Path(changed.data)).put(secret.name, secret.value, secret.host)
            self._write(written)
            return parse_site(written, self.path, self._environment())

    def text(self) -> str:
        """As it is written. Raises UsageError."""
        return self._text()

    def replace(
        self,
        revision: str,
        new_text: Callable[[SiteText], str],
        before_write: Callable[[Site], None],
        secrets: Callable[[Site], Sequence[SecretChange]],
    ) -> Site:
        """Replace the whole file by a text that is made from it, as `change` does a part."""
        with self._lock:
            _, text, current = self.read()
            if current != revision:
                raise ConfigConflict(_CONFLICT)
            before = text.written()
            written = new_text(text)
            refuse_new_variables(before, SiteText(written, self.path).written())
            changed = parse_site(written, self.path, self._environment())
            before_write(changed)
            for secret in secrets(changed):
                StoredSecrets(Path(changed.data)).put(secret.name, secret.value, secret.host)
            self._write(written)
            return parse_site(written, self.path, self._environment())

    def _store_passwords(self, before: Site, site: Site, passwords: Mapping[str, str | None]) -> None:
        """Store those that were entered, and forget those of cameras whose host is another one now."""
        stored = StoredSecrets(Path(site.data))
        hosts = {name: secret_host(camera.url) for name, camera in site.cameras.items()}
        moved = [name for name, camera in before.cameras.items() if secret_host(camera.url) != hosts.get(name)]
        for camera, password in (dict.fromkeys(moved) | dict(passwords)).items():
            stored.put(camera_secret(camera), password, hosts.get(camera, ""))

    @property
    def write_problem(self) -> str | None:
        """Why it cannot be changed, and what to do; None where it can."""
        return write_problem(self.path)

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"Cannot read {self.path}: {error}. Check its permissions.") from None

    def _write(self, text: str) -> None:
        """A new file beside it first, so that a full disk or a crash leaves the old one."""
        path = self.path.resolve()
        part = path.with_name(f".{path.name}.part")
        try:
            mode = path.stat().st_mode & 0o777
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise write_error(path, error) from error


def _revision(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
