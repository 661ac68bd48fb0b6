"""`site.yaml` as the pages read and change it: with its comments, never half, and not if somebody else was quicker."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from passerby.config.site import Site
from passerby.config.site_edit import SiteText
from passerby.config.site_file import parse_site
from passerby.core.errors import PasserbyError, UsageError


class Outdated(PasserbyError):
    """Somebody else has changed the file since it was read."""


class SiteFile:
    """The file that a site is described in. `environment` holds the secrets that it names."""

    def __init__(self, path: Path, environment: Callable[[], dict[str, str]] = lambda: dict(os.environ)) -> None:
        self.path, self._environment = path, environment
        self._lock = threading.Lock()

    def read(self) -> tuple[Site, SiteText, str]:
        """What it describes, its text, and its revision. Raises UsageError as parse_site does."""
        text = self._text()
        return parse_site(text, self.path, self._environment()), SiteText(text, self.path), _revision(text)

    def change(self, revision: str, edit: Callable[[SiteText, Site], None], before: Callable[[Site], None]) -> Site:
        """Change it with `edit`, if it still has that revision. `before` is called when what it becomes is sound, and
        before it is written. Raises Outdated, and UsageError for what makes no sense."""
        with self._lock:
            site, text, now = self.read()
            if now != revision:
                raise Outdated("Somebody else has changed the settings meanwhile. Load them again, and change those.")
            edit(text, site)
            written = str(text)
            changed = parse_site(written, self.path, self._environment())
            before(changed)
            self._write(written)
            return changed

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{self.path} cannot be read: {error}. Check its rights.") from None

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
            raise UsageError(
                f"{self.path} cannot be written: {error.strerror}. Give the user that passerby runs as the right to it "
                "and to its folder."
            ) from error


def _revision(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
