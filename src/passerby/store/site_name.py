"""What the site is called, as the program last told: for commands that know the data folder and not `site.yaml`.

A password that is made of the site's name is guessed early, whoever sets it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

#: In the data folder.
FILE_NAME: Final = "site-name"
_MAX_CHARS = 80


def write_site_name(folder: Path, name: str) -> None:
    """Note the name. Where it cannot be written, the last one stays: nothing else depends on it."""
    part = folder / f"{FILE_NAME}.part"
    with suppress(OSError):
        if read_site_name(folder) != name:
            part.write_text(name, encoding="utf-8")
            os.replace(part, folder / FILE_NAME)


def read_site_name(folder: Path) -> str:
    """Empty where no site has run in this folder yet."""
    try:
        return (folder / FILE_NAME).read_text(encoding="utf-8")[:_MAX_CHARS]
    except (OSError, UnicodeDecodeError):
        return ""
