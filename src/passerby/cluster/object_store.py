"""Object storage: list, download and upload. Every call retries, and gives up within a bounded time.

Credentials and endpoints come from the environment, under each service's own names (AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL, GOOGLE_SERVICE_ACCOUNT, AZURE_STORAGE_ACCOUNT_NAME, ...); none is ever written or logged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from passerby.cluster.storage_errors import check_address, translated_errors
from passerby.config.object_path import url_of
from passerby.core.errors import OutputError, SourceError, StorageError, UsageError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

#: Bytes that are requested and written at a time.
CHUNK_BYTES = 8 << 20
#: Retries of one request, and seconds that all attempts may take together. A request without progress for
#: `STALL_TIMEOUT_S` counts as failed.
MAX_RETRIES, RETRY_TIMEOUT_S, STALL_TIMEOUT_S = 6, 120, 30

ENVIRONMENT = os.environ


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One object: its size in bytes, and when it was written (Unix time in seconds, by the storage's clock)."""

    path: Path
    size: int
    modified: float


class ObjectStorage:
    """The storage that one location (a path for which `is_remote` holds) lies in."""

    def __init__(self, location: Path, environment: Mapping[str, str] = ENVIRONMENT) -> None:
        """Raises UsageError where obstore is missing, or the address or its environment variables are invalid."""
        check_address(location)
        self._root = Path(*location.parts[:2])
        try:
            from obstore import store
        except ImportError:
            raise UsageError(
                f"{url_of(location)} needs a package that is not installed: pip install 'passerby[cluster]'"
            ) from None
        plain = (environment.get("AWS_ENDPOINT_URL") or "").startswith("http://")
        allowed = environment.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true", "yes")
        if plain and not (allowed or _is_loopback(environment["AWS_ENDPOINT_URL"])):
            raise UsageError(
                "AWS_ENDPOINT_URL begins with http://: traffic to it could be read on the network. Use https://, or "
                "set AWS_ALLOW_HTTP=true if the network is your own."
            )
        with translated_errors(location, UsageError):
            options: dict[str, Any] = {  # the same for all services, which the type stubs do not know
                "client_options": {
                    # A service without TLS is on this machine or in a test: never used unless it was asked for.
                    "allow_http": plain,
                    "timeout": timedelta(seconds=RETRY_TIMEOUT_S),
                    "read_timeout": timedelta(seconds=STALL_TIMEOUT_S),
                    "connect_timeout": timedelta(seconds=STALL_TIMEOUT_S),
                },
                "config": _config(self._root, environment),
                "retry_config": {"max_retries": MAX_RETRIES, "retry_timeout": timedelta(seconds=RETRY_TIMEOUT_S)},
            }
            self._store: ObjectStore = store.from_url(url_of(self._root), **options)

    def stat(self, path: Path) -> ObjectInfo | None:
        """The object itself, None where there is none."""
        import obstore

        with translated_errors(path, SourceError):
            try:
                found = obstore.head(self._store, self._key(path))
            except FileNotFoundError:
                return None
        return ObjectInfo(path, found["size"], found["last_modified"].timestamp())

    def list_objects(self, prefix: Path) -> Iterator[ObjectInfo]:
        """Every object whose name begins with the prefix and a slash, in order of name. Raises SourceError for a name
        that cannot be a path."""
        import obstore

        found = []
        with translated_errors(prefix, SourceError):
            for part in obstore.list(self._store, prefix=self._key(prefix) or None, chunk_size=1000):
                found += [(entry["path"], entry["size"], entry["last_modified"].timestamp()) for entry in part]
        for key, size, modified in sorted(found):
            path = self._root / key
            if self._key(path) != key or ".." in path.parts:
                raise SourceError(f"{url_of(self._root)}/{key}: a name with empty parts. Rename it, or leave it out.")
            yield ObjectInfo(path, size, modified)

    def read_start(self, path: Path, size: int) -> bytes:
        """The first bytes of an object, `size` at most."""
        import obstore

        with translated_errors(path, SourceError):
            if not obstore.head(self._store, self._key(path))["size"]:
                return b""
            return bytes(obstore.get_range(self._store, self._key(path), start=0, length=size))

    def read(self, path: Path) -> bytes:
        """All of a small object."""
        import obstore

        with translated_errors(path, SourceError):
            return bytes(obstore.get(self._store, self._key(path)).bytes())

    def download(self, path: Path, file: IO[bytes], heartbeat: Callable[[], None] = lambda: None) -> None:
        """All of an object into an open file; `heartbeat` is called after each range. The object must not change
        meanwhile. Raises SourceError or StorageError."""
        import obstore

        with translated_errors(path, SourceError):
            found = obstore.head(self._store, self._key(path))
            done = 0
            while done < found["size"]:
                end = min(done + CHUNK_BYTES, found["size"])
                options = {"range": (done, end), "if_match": found["e_tag"]}
                # Each range is a request of its own: a stream that stalls or breaks off costs a range, not the file.
                piece = bytes(obstore.get(self._store, self._key(path), options=options).bytes())  # type: ignore[arg-type]  # a dict
                if len(piece) != end - done:
                    raise StorageError(f"{url_of(path)} was cut off at {done + len(piece)} bytes. Run it again.")
                file.write(piece)
                done = end
                heartbeat()
            file.flush()

    def upload(self, file: Path, path: Path) -> None:
        """A file to an object: whole or not at all. Raises OutputError or StorageError."""
        import obstore

        with translated_errors(path, OutputError):
            obstore.put(self._store, self._key(path), file, chunk_size=CHUNK_BYTES)

    def write(self, content: bytes, path: Path) -> None:
        """A small object, whole or not at all."""
        import obstore

        with translated_errors(path, OutputError):
            obstore.put(self._store, self._key(path), content)

    def delete(self, path: Path) -> None:
        """Delete an object. Raises OutputError or StorageError."""
        import obstore

        with translated_errors(path, OutputError):
            obstore.delete(self._store, self._key(path))

    def _key(self, path: Path) -> str:
        return "/".join(path.parts[2:])


#: Prefixes of the environment variables with endpoint and credentials, as each service names them.
_VARIABLE_PREFIXES = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}


def _config(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The service's own variables, as obstore accepts them; others with the prefix are left out."""
    prefix = _VARIABLE_PREFIXES[root.parts[0].removesuffix(":")]
    wanted = (
        "endpoint",
        "access_key",
        "secret",
        "region",
        "token",
        "account",
        "service",
        "application",
        "profile",
        "skip_signature",
    )
    return {
        name.lower(): value
        for name, value in environment.items()
        if name.startswith(prefix) and any(word in name.lower() for word in wanted)
    }


def _is_loopback(url: str) -> bool:
    host = url.removeprefix("http://").partition("/")[0].rpartition(":")[0] or url.removeprefix("http://")
    return host in ("127.0.0.1", "localhost", "[::1]")
