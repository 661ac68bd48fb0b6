"""The folders of this machine below a chosen root, so that files can be added to a case in the page."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from passerby.core.model import FrozenModel
from passerby.documents.case_file import CASE_FILE
from passerby.review.errors import NotFoundError

#: Entries of one folder that are listed.
MAX_LISTED = 2000


class ListedFile(FrozenModel):
    """A video or still in a folder, with its size in bytes."""

    name: str
    size: int


class FolderResponse(FrozenModel):
    """A folder: `path` relative to the root, its `parent` (None for the root), its folders, and the videos and stills
    in it. `is_case`: it holds a case. `more`: there are more entries than are listed."""

    path: str
    parent: str | None
    folders: tuple[str, ...]
    files: tuple[ListedFile, ...]
    is_case: bool
    more: bool


class FolderBrowser:
    """Lists folders below `root`, and resolves paths that a page sends. Nothing outside of it can be named."""

    def __init__(self, root: Path, is_media: Callable[[Path], bool]) -> None:
        self.root = root.resolve()
        self._is_media = is_media

    def resolve(self, relative: str) -> Path:
        """The file or folder that a page names. Raises NotFoundError for one that is missing, or outside of the
        root, through a link as well."""
        try:
            path = (self.root / relative.lstrip("/")).resolve(strict=True)
        except (OSError, ValueError):  # ValueError: a NUL byte
            raise NotFoundError("no_folder") from None
        if not path.is_relative_to(self.root):
            raise NotFoundError("no_folder")
        return path

    def list(self, relative: str) -> FolderResponse:
        """Raises NotFoundError when it is no folder, or cannot be read."""
        folder = self.resolve(relative)
        folders: list[str] = []
        files: list[ListedFile] = []
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name.casefold())
        except OSError:
            raise NotFoundError("no_folder") from None
        for entry in entries:
            if entry.name.startswith(".") or not _is_text(entry.name):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif entry.is_file() and self._is_media(Path(entry.path)):
                    files.append(ListedFile(name=entry.name, size=entry.stat().st_size))
            except OSError:
                continue
        path = folder.relative_to(self.root)
        return FolderResponse(
            path="" if path == Path() else path.as_posix(),
            parent=None if path == Path() else ("" if path.parent == Path() else path.parent.as_posix()),
            folders=tuple(folders[:MAX_LISTED]),
            files=tuple(files[:MAX_LISTED]),
            is_case=(folder / CASE_FILE).exists(),
            more=max(len(folders), len(files)) > MAX_LISTED,
        )


def _is_text(name: str) -> bool:
    """Some names on old disks are bytes that are no UTF-8, and cannot be sent to a page."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
