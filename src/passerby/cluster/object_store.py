"""Object storage: what lies there, and to and from it. Every call waits, tries again, and gives up within bounds.

Keys and addresses of services come from the environment, by the names that each service gives them (AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL, GOOGLE_SERVICE_ACCOUNT, AZURE_STORAGE_ACCOUNT_NAME, ...); none is ever written or logged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from passerby.config.object_path import url_of
from passerby.core.errors import OutputError, PasserbyError, SourceError, StorageError, UsageError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

#: Bytes that are asked for and written at a time.
CHUNK = 8 << 20
#: How often one request is tried again, and seconds that all tries may take together. A request that does not go on for
#: `STALLED` seconds counts as failed.
TRIES, PATIENCE, STALLED = 6, 120, 30

ENVIRONMENT = os.environ


@dataclass(frozen=True, slots=True)
class Stored:
    """One object: bytes, and when it was written (seconds of Unix time, by the storage's clock)."""

    path: Path
    size: int
    modified: float


class Objects:
    """The storage that one place (a path that is_away) lies in."""

    def __init__(self, place: Path, environment: Mapping[str, str] = ENVIRONMENT) -> None:
        """Raises UsageError where obstore is missing, or the address or the settings for it make no sense."""
        self._root = Path(*place.parts[:2])
        if len(place.parts) < 2:
            raise UsageError(f"{url_of(place)} names no bucket. Write it as s3://BUCKET/NAME.")
        try:
            from obstore import store
        except ImportError:
            raise UsageError(
                f"{url_of(place)} needs a package that is not installed: pip install 'passerby[cluster]'"
            ) from None
        plain = (environment.get("AWS_ENDPOINT_URL") or "").startswith("http://")
        allowed = environment.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true", "yes")
        if plain and not (allowed or _is_loopback(environment["AWS_ENDPOINT_URL"])):
            raise UsageError(
                "AWS_ENDPOINT_URL begins with http://: what goes there could be read on the way. Use https://, or set "
                "AWS_ALLOW_HTTP=true if the way is your own."
            )
        with _told(place, UsageError):
            options: dict[str, Any] = {  # the same for all services, which the types do not know
                "client_options": {
                    # A service without TLS is on this machine or in a test: never taken unless it was asked for.
                    "allow_http": plain,
                    "timeout": timedelta(seconds=PATIENCE),
                    "read_timeout": timedelta(seconds=STALLED),
                    "connect_timeout": timedelta(seconds=STALLED),
                },
                "config": _config(self._root, environment),
                "retry_config": {"max_retries": TRIES, "retry_timeout": timedelta(seconds=PATIENCE)},
            }
            self._store: ObjectStore = store.from_url(url_of(self._root), **options)

    def stat(self, path: Path) -> Stored | None:
        """The object itself, None where there is none."""
        import obstore

        with _told(path, SourceError):
            try:
                found = obstore.head(self._store, self._key(path))
            except FileNotFoundError:
                return None
        return Stored(path, found["size"], found["last_modified"].timestamp())

    def below(self, place: Path) -> Iterator[Stored]:
        """Every object whose name begins with the place and a slash, in order of name. Those whose names cannot be
        paths are told of as they are asked for: by SourceError."""
        import obstore

        found = []
        with _told(place, SourceError):
            for part in obstore.list(self._store, prefix=self._key(place) or None, chunk_size=1000):
                found += [(one["path"], one["size"], one["last_modified"].timestamp()) for one in part]
        for key, size, modified in sorted(found):
            path = self._root / key
            if self._key(path) != key or ".." in path.parts:
                raise SourceError(f"{url_of(self._root)}/{key}: a name with empty parts. Rename it, or leave it out.")
            yield Stored(path, size, modified)

    def head(self, path: Path, size: int) -> bytes:
        """The first bytes of an object, `size` at most."""
        import obstore

        with _told(path, SourceError):
            if not obstore.head(self._store, self._key(path))["size"]:
                return b""
            return bytes(obstore.get_range(self._store, self._key(path), start=0, length=size))

    def read(self, path: Path) -> bytes:
        """All of a small object."""
        import obstore

        with _told(path, SourceError):
            return bytes(obstore.get(self._store, self._key(path)).bytes())

    def fetch(self, path: Path, file: IO[bytes], beat: Callable[[], None] = lambda: None) -> None:
        """All of an object into an open file; `beat` is called for each piece. A stream that breaks off goes on where
        it was, a few times; the object must not have changed meanwhile. Raises SourceError or StorageError."""
        import obstore

        with _told(path, SourceError):
            found = obstore.head(self._store, self._key(path))
            done = 0
            while done < found["size"]:
                end = min(done + CHUNK, found["size"])
                options = {"range": (done, end), "if_match": found["e_tag"]}
                # Each piece is a request of its own: a stream that stalls or breaks off costs a piece, not the file.
                piece = bytes(obstore.get(self._store, self._key(path), options=options).bytes())  # type: ignore[arg-type]
                if len(piece) != end - done:
                    raise StorageError(f"{url_of(path)} broke off at {done + len(piece)} bytes. Run it again.")
                file.write(piece)
                done = end
                beat()
            file.flush()

    def send(self, file: Path, path: Path) -> None:
        """A file to an object: whole or not at all. Raises OutputError or StorageError."""
        import obstore

        with _told(path, OutputError):
            obstore.put(self._store, self._key(path), file, chunk_size=CHUNK)

    def write(self, content: bytes, path: Path) -> None:
        """A small object, whole or not at all."""
        import obstore

        with _told(path, OutputError):
            obstore.put(self._store, self._key(path), content)

    def remove(self, path: Path) -> None:
        """Take an object away. Raises OutputError or StorageError."""
        import obstore

        with _told(path, OutputError):
            obstore.delete(self._store, self._key(path))

    def _key(self, path: Path) -> str:
        return "/".join(path.parts[2:])


#: Variables that say where a service is and who asks, as each service names them.
_VARIABLES = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}


def _config(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The service's own variables, as obstore takes them; what it does not know of them is none of ours."""
    prefix = _VARIABLES[root.parts[0].removesuffix(":")]
    wanted = ("endpoint", "access_key", "secret", "region", "token", "account", "service", "application", "profile")
    return {
        name.lower(): value
        for name, value in environment.items()
        if name.startswith(prefix) and any(word in name.lower() for word in wanted)
    }


def _is_loopback(url: str) -> bool:
    host = url.removeprefix("http://").partition("/")[0].rpartition(":")[0] or url.removeprefix("http://")
    return host in ("127.0.0.1", "localhost", "[::1]")


@contextmanager
def _told(place: Path, kind: type[PasserbyError]) -> Iterator[None]:
    """obstore's errors in our words: what trying again cannot help is of `kind`, everything else a StorageError."""
    from obstore import exceptions

    try:
        yield
    except FileNotFoundError:
        raise SourceError(f"There is nothing at {url_of(place)}. Check the address.") from None
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise kind(f"{url_of(place)}: no right to it. Check the keys in the environment.") from error
    except exceptions.PreconditionError as error:
        raise SourceError(f"{url_of(place)} changed while it was read. Make sure nobody writes to it.") from error
    except (exceptions.UnknownConfigurationKeyError, exceptions.InvalidPathError) as error:
        raise UsageError(f"{url_of(place)} cannot be used: {_first(error)}.") from error
    except (exceptions.BaseError, TimeoutError) as error:
        raise StorageError(
            f"{url_of(place)}: the storage does not do what was asked: {_first(error)}. "
            "Check that it can be reached, and run it again with --resume."
        ) from error


def _first(error: Exception) -> str:
    """Only the first line: what follows is for who wrote the library."""
    return str(error).partition("\n")[0].rstrip(" .")[:300]
