"""A private folder for the outputs of measured programs, deleted at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder that only this user can read. Its content is deleted at the end, also after an error.

    passerby's own results in it are masked. The plain transcode that passerby is compared with is not: that is why the
    folder is private, and why it never outlives the run.
    """
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as folder:
        yield Path(folder)
