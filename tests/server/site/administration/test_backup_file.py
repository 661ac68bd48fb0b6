"""The file of a backup: nobody reads or changes it without the passphrase."""

import base64
import json

import pytest

from passerby.core.errors import UsageError
from passerby.server.site.administration.backup_file import decrypt_backup, encrypt_backup

PASSPHRASE = "correct horse battery"
CONTENT = {"secrets": {"cameras.gate.password": ["not in any file", "rtsp://h"]}}


@pytest.fixture(scope="module")
def data():
    return encrypt_backup(CONTENT, PASSPHRASE)


def test_it_is_read_with_the_passphrase_alone(data):
    assert CONTENT == decrypt_backup(data, PASSPHRASE)
    with pytest.raises(UsageError, match="Wrong passphrase"):
        decrypt_backup(data, "another horse battery")
    for secret in (b"not in any file", b"gate", PASSPHRASE.encode()):
        assert secret not in data
        assert secret not in base64.b64decode(json.loads(data)["content"])


def test_the_same_content_is_another_file_each_time(data):
    assert json.loads(data)["content"] != json.loads(encrypt_backup(CONTENT, PASSPHRASE))["content"]


@pytest.mark.parametrize("part", ["salt", "nonce", "content"])
def test_what_was_changed_is_refused(data, part):
    file = json.loads(data)
    file[part] = base64.b64encode(base64.b64decode(file[part])[:-1] + b"\0").decode()
    with pytest.raises(UsageError, match="damaged"):
        decrypt_backup(json.dumps(file).encode(), PASSPHRASE)


def test_an_easier_derivation_is_not_accepted(data):
    """A file that says that its key is cheap to derive would also be cheap to guess; and a costly one would stop us."""
    for cost in (2, 1 << 30):
        with pytest.raises(UsageError, match="not a backup"):
            decrypt_backup(json.dumps(json.loads(data) | {"n": cost}).encode(), PASSPHRASE)


@pytest.mark.parametrize("other", [b"", b"{}", b"PK\x03\x04", b"[1]"])
def test_what_is_no_backup(other):
    with pytest.raises(UsageError, match="not a backup"):
        decrypt_backup(other, PASSPHRASE)


def test_a_short_passphrase_is_refused():
    with pytest.raises(UsageError, match="12 characters"):
        encrypt_backup(CONTENT, "short")


@pytest.mark.parametrize("part", ["salt", "nonce", "content"])
@pytest.mark.parametrize("broken", ["AAAAA", "A", "===", ""])
def test_what_was_cut_off_is_refused(data, part, broken):
    with pytest.raises(UsageError, match=r"damaged|not a backup"):
        decrypt_backup(json.dumps(json.loads(data) | {part: broken}).encode(), PASSPHRASE)
