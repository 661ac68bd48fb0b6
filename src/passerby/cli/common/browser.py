"""Opening a page whose address holds a token: by way of a file, since all users of a machine can read command lines."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import escape
from pathlib import Path

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}">
<title>passerby</title><p><a href="{url}">Open passerby</a></html>
"""


@contextmanager
def redirect_file(url: str) -> Iterator[Path]:
    """A page that leads to `url`, readable by its own user only (mode 0600), as long as the context lasts. Raises
    OSError where none can be written."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = runtime if runtime and os.access(runtime, os.W_OK) else None
    descriptor, name = tempfile.mkstemp(prefix="passerby-", suffix=".html", dir=folder)  # mode 0600, and new
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(_PAGE.format(url=escape(url)))
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


def open_in_browser(page: Path) -> bool:
    """Open a page of `redirect_file`. False where there is no browser."""
    with suppress(webbrowser.Error, OSError):
        return webbrowser.open(page.as_uri())
    return False
