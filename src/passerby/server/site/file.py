"""`site.yaml` as the pages read and change it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from passerby.base.errors import UsageError
from passerby.base.site import Site
from passerby.base.site_file import load_site


class SiteFile:
    """The file that a site is described in."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[Site, str]:
        """What it describes, and its revision. Raises UsageError as load_site does."""
        try:
            text = self.path.read_bytes()
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}.") from None
        return load_site(self.path), hashlib.sha256(text).hexdigest()[:16]
