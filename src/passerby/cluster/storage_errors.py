"""What object storage answers, in the words of people: no credentials, no bucket, no access, or a fault that passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passerby.config.object_path import url_of
from passerby.core.errors import PasserbyError, SourceError, StorageError, UsageError

#: Where a library looks for credentials when the environment has none: the metadata service of a cloud's machine. It is
#: asked only then, so an error there means that there are none.
_METADATA_SERVICES = ("169.254.169.254", "169.254.170.", "metadata.google.internal")
#: What the library says where the environment names no account.
_NO_ACCOUNT = ("account must be specified", "missingaccount", "no credentials", "missing credential")
#: Code of an answer for a bucket that does not exist, by S3, Google Cloud Storage and Azure Blob Storage.
_NO_BUCKET = ("nosuchbucket", "the specified bucket does not exist", "containernotfound")
#: Environment variables with credentials, by scheme.
_VARIABLES = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (for a public bucket AWS_SKIP_SIGNATURE=true)",
    "gs": "GOOGLE_SERVICE_ACCOUNT",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}


@contextmanager
def translated_errors(path: Path, permanent: type[PasserbyError]) -> Iterator[None]:
    """obstore's errors as passerby's: what retrying cannot help becomes `permanent`, everything else a StorageError."""
    from obstore import exceptions

    try:
        yield
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise permanent(f"{url_of(path)}: access denied. Check the credentials in the environment.") from error
    except exceptions.PreconditionError as error:
        raise SourceError(
            f"{url_of(path)} changed while it was being read. Make sure that nothing writes to it."
        ) from error
    except (FileNotFoundError, exceptions.BaseError, TimeoutError, ValueError) as error:
        raise _by_text(path, error, permanent) from error


def check_address(path: Path) -> None:
    """Raises UsageError for an address that no object can have."""
    if len(path.parts) < 2:
        raise UsageError(f"{url_of(path)} has no bucket. Write it as s3://BUCKET/NAME.")
    if ".." in path.parts or "\0" in str(path):
        raise UsageError(
            f"{url_of(path)} has a part `..`, which leads nowhere in object storage. Write it out in full."
        )


def _by_text(path: Path, error: Exception, permanent: type[PasserbyError]) -> PasserbyError:
    """The error for what obstore tells apart by its text alone."""
    from obstore import exceptions

    text = str(error).lower()
    scheme = path.parts[0].rstrip(":")
    if any(known in text for known in (*_METADATA_SERVICES, *_NO_ACCOUNT)):
        return permanent(
            f"{url_of(path)}: there are no credentials for it. Set {_VARIABLES[scheme]} in the environment."
        )
    if any(known in text for known in _NO_BUCKET):
        return permanent(f"There is no bucket {url_of(Path(*path.parts[:2]))}. Check its name, and the endpoint.")
    if isinstance(error, FileNotFoundError):
        return SourceError(f"There is nothing at {url_of(path)}. Check the address.")
    unusable = exceptions.UnknownConfigurationKeyError, exceptions.InvalidPathError, exceptions.NotSupportedError
    if isinstance(error, unusable) or not isinstance(error, (exceptions.BaseError, TimeoutError)):
        return UsageError(f"{url_of(path)} cannot be used: {_first_line(error)}. Check the address.")
    return StorageError(
        f"{url_of(path)}: the storage request failed: {_first_line(error)}. "
        "Check that it can be reached, and run it again with --resume."
    )


def _first_line(error: Exception) -> str:
    """The first line only: the rest is for the library's authors."""
    return str(error).partition("\n")[0].rstrip(" .")[:300]
