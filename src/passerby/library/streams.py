"""Files that a program gives and takes as binary streams.

A stream is copied to a file without a name: decoders seek, and a stream may not. What is written of an original this
way disappears with the process, however that ends (cluster/scratch.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import IO, TypeVar

from passerby.cluster.scratch import ScratchFolder
from passerby.core.errors import UsageError

#: A path, or a binary stream.
Source = str | PathLike[str] | IO[bytes]
_Result = TypeVar("_Result")
#: The name of a stream in messages and reports, unless its own is known.
STREAM_NAME = "stream"


def is_stream(value: object) -> bool:
    """Whether a value is a binary stream, and not a path."""
    return hasattr(value, "read") or hasattr(value, "write")


@contextmanager
def readable(source: Source) -> Iterator[Path]:
    """A path under which this process can read it. Raises UsageError for what is neither path nor stream."""
    if not is_stream(source):
        yield to_path(source)
        return
    with ScratchFolder() as scratch:
        name = getattr(source, "name", None)
        file, path = scratch.unnamed_file(Path(name).name if isinstance(name, str) else STREAM_NAME)
        shutil.copyfileobj(source, file)  # type: ignore[arg-type]  # a stream, as was seen
        file.flush()
        yield path


def written(output: Source, suffix: str, write: Callable[[Path], _Result]) -> _Result:
    """Call `write` with a path, and copy what it wrote there to `output`, where that is a stream. `suffix` says which
    container."""
    if not is_stream(output):
        return write(to_path(output))
    with ScratchFolder() as scratch:
        path = scratch.folder / f"{STREAM_NAME}{suffix}"
        result = write(path)
        with path.open("rb") as file:
            shutil.copyfileobj(file, output)  # type: ignore[arg-type]  # as above
        return result


def to_path(value: object) -> Path:
    """A path as callers give it. Raises UsageError for what is none."""
    try:
        return Path(value)  # type: ignore[arg-type]  # that is what is tried
    except TypeError:
        raise UsageError(f"{value!r} is no path. Give a str or a PathLike, such as pathlib.Path.") from None
