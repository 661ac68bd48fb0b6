"""The list of breached passwords is searched by bisection, whatever its line ends."""

import hashlib
import random

import pytest

from passerby.core.errors import UsageError
from passerby.store.accounts.breached_passwords import refuse_breached


def sha1(password):
    return hashlib.sha1(password.encode()).hexdigest().upper()


BREACHED = [f"password {n}" for n in range(500)]


@pytest.fixture(params=["\n", "\r\n"])
def listed(tmp_path, request):
    rng = random.Random(1)
    lines = sorted(f"{sha1(one)}:{rng.randint(1, 10 ** rng.randint(1, 8))}" for one in BREACHED)
    path = tmp_path / "breached.txt"
    path.write_bytes(request.param.join(lines).encode() + request.param.encode() * rng.randint(0, 1))
    return path


def test_every_listed_password_is_refused(listed):
    for one in BREACHED:
        with pytest.raises(UsageError, match="list of breached passwords"):
            refuse_breached(one, listed)


def test_other_passwords_are_accepted(listed):
    for n in range(500):
        assert refuse_breached(f"another {n}", listed)


def test_without_a_list_every_password_is_accepted(tmp_path):
    assert "password 1" == refuse_breached("password 1", None)


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_an_empty_list(tmp_path, content):
    (tmp_path / "breached.txt").write_bytes(content)
    assert refuse_breached("password 1", tmp_path / "breached.txt")


def test_a_file_that_is_not_a_list_is_an_error(tmp_path):
    path = tmp_path / "breached.txt"
    with pytest.raises(UsageError, match="cannot be read.*breached_passwords"):
        refuse_breached("password 1", path)
    path.write_text("password\n123456\n")
    with pytest.raises(UsageError, match="not a SHA-1"):
        refuse_breached("password 1", path)
