from pathlib import Path

import pytest
from obstore import exceptions

from passerby.cluster.object_store import ObjectStorage
from passerby.cluster.storage_errors import check_address, translated_errors
from passerby.core.errors import OutputError, SourceError, StorageError, UsageError
from tests.cluster.fixtures import environment

PATH = Path("s3://archive/a.mp4")


@pytest.mark.parametrize(
    ("error", "expected", "says"),
    [
        (
            exceptions.GenericError("Error performing PUT http://169.254.169.254/latest/api/token in 1s"),
            OutputError,
            "no credentials.*AWS_ACCESS_KEY_ID",
        ),
        (
            exceptions.GenericError("Generic MicrosoftAzure error: Account must be specified"),
            OutputError,
            "credentials",
        ),
        (FileNotFoundError("<Code>NoSuchBucket</Code>"), OutputError, "There is no bucket s3://archive"),
        (FileNotFoundError("<Code>NoSuchKey</Code>"), SourceError, "There is nothing at s3://archive/a.mp4"),
        (exceptions.PermissionDeniedError("x"), OutputError, "access denied"),
        (exceptions.PreconditionError("x"), SourceError, "changed while"),
        (ValueError("Could not parse path: x\nmore"), UsageError, "cannot be used: Could not parse path: x. Check"),
        (exceptions.GenericError("HTTP error"), StorageError, "--resume"),
    ],
)
def test_each_cause_is_a_sentence_of_its_own(error, expected, says):
    with pytest.raises(expected, match=says), translated_errors(PATH, OutputError):
        raise error


@pytest.mark.parametrize(
    ("address", "says"), [("s3://archive/../x", "`..`"), ("s3://../x", "`..`"), ("s3://", "no bucket")]
)
def test_an_address_that_no_object_has_is_refused(address, says):
    with pytest.raises(UsageError, match=says):
        check_address(Path(address))


def test_a_bucket_that_is_not_there_is_named(s3):
    objects = ObjectStorage(Path("s3://elsewhere"), environment(s3))
    for use in (
        lambda: list(objects.list_objects(Path("s3://elsewhere/in"))),
        lambda: objects.write(b"x", Path("s3://elsewhere/x")),
    ):
        with pytest.raises((SourceError, OutputError), match="There is no bucket s3://elsewhere"):
            use()
