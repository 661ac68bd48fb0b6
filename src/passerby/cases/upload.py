"""Files that are dropped on the page: a browser gives their content and not their path, so they are copied into the
folder of the case, in pieces that the server accepts."""

from __future__ import annotations

import os
import re
from pathlib import Path

from passerby.cases.added_files import name_fault
from passerby.core.errors import PasserbyError
from passerby.documents.file_names import portable_name, shortened
from passerby.review.errors import ReviewError
from passerby.sink.output_file import output_error

#: What is copied so far is not taken for a film.
PARTIAL_SUFFIX = ".upload.part"
_PATH = re.compile(r"[/\\\0]")


def checked_name(name: str) -> str:
    """The name of a copy of the file whose name a page sends: shortened, and without what Windows refuses. Raises
    ReviewError for one that is a path, hidden, no text, or has characters that cannot be seen."""
    if not name or name.startswith(".") or _PATH.search(name):
        raise ReviewError("invalid_name")
    fault = name_fault(Path(name))
    if fault == "hidden_characters":
        raise ReviewError("hidden_characters")
    if fault is not None:
        raise ReviewError("invalid_name")
    return shortened(portable_name(name))


class Upload:
    """Copies one file into a folder, piece by piece, and gives it its name when it is complete."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, checked_name(name)

    def write(self, offset: int, data: bytes, *, last: bool) -> Path | None:
        """Append a piece; pieces come in order. The path of the file after the last one. A file of that name that is
        there already is kept: the new one gets a number. Raises ReviewError, OutputError or DiskFull."""
        temporary = self._folder / f"{self._name}{PARTIAL_SUFFIX}"
        try:
            with temporary.open("r+b" if offset else "wb") as file:
                if file.seek(0, os.SEEK_END) != offset:
                    raise ReviewError("upload_order")
                file.write(data)
                if last:
                    file.flush()
                    os.fsync(file.fileno())
        except FileNotFoundError:
            raise ReviewError("upload_order") from None
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise _translated(temporary, error) from error
        if not last:
            return None
        path = self._free_name()
        os.replace(temporary, path)
        return path

    def _free_name(self) -> Path:
        path = self._folder / self._name
        numbers = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, 10_000))
        return path if not path.exists() else next(other for other in numbers if not other.exists())


def _translated(path: Path, error: OSError) -> PasserbyError:
    return output_error(path, error)
