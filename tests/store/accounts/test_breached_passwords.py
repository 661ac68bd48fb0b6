import hashlib
import random

import pytest

from passerby.core.errors import UsageError
from passerby.store.accounts.breached_passwords import not_stolen


def mark(password):
    return hashlib.sha1(password.encode()).hexdigest().upper()


STOLEN = [f"password {n}" for n in range(500)]


@pytest.fixture(params=["\n", "\r\n"])
def listed(tmp_path, request):
    rng = random.Random(1)
    lines = sorted(f"{mark(one)}:{rng.randint(1, 10 ** rng.randint(1, 8))}" for one in STOLEN)
    path = tmp_path / "stolen.txt"
    path.write_bytes(request.param.join(lines).encode() + request.param.encode() * rng.randint(0, 1))
    return path


def test_each_that_is_on_the_list_is_found(listed):
    for one in STOLEN:
        with pytest.raises(UsageError, match="stolen somewhere"):
            not_stolen(one, listed)


def test_others_are_not(listed):
    for n in range(500):
        assert not_stolen(f"another {n}", listed)


def test_without_a_list_nothing_is_asked(tmp_path):
    assert "password 1" == not_stolen("password 1", None)


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_an_empty_list_holds_nothing(tmp_path, content):
    (tmp_path / "stolen.txt").write_bytes(content)
    assert not_stolen("password 1", tmp_path / "stolen.txt")


def test_what_is_no_list_is_told(tmp_path):
    path = tmp_path / "stolen.txt"
    with pytest.raises(UsageError, match="cannot be read.*stolen"):
        not_stolen("password 1", path)
    path.write_text("password\n123456\n")
    with pytest.raises(UsageError, match="not a SHA-1"):
        not_stolen("password 1", path)
