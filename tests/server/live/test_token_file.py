import os

import pytest

from passerby.core.errors import OutputError
from passerby.server.live.token_file import remove_token_file, write_token_file


@pytest.fixture
def permissive_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def test_only_its_owner_can_read_it(tmp_path, permissive_umask):
    path = write_token_file(tmp_path, "http://127.0.0.1:1/?token=old")
    assert path == write_token_file(tmp_path, "http://127.0.0.1:1/?token=new")
    assert "http://127.0.0.1:1/?token=new\n" == path.read_text()
    assert (0o600, [path]) == (path.stat().st_mode & 0o777, list(tmp_path.iterdir()))


def test_a_symbolic_link_is_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "live-address.part").symlink_to(other)
    write_token_file(tmp_path, "secret")
    assert "mine" == other.read_text()


def test_it_is_removed(tmp_path):
    write_token_file(tmp_path, "secret")
    remove_token_file(tmp_path)
    remove_token_file(tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_an_unwritable_folder_is_an_error_with_advice(tmp_path):
    with pytest.raises(OutputError, match="or start passerby on a terminal"):
        write_token_file(tmp_path / "gone", "secret")
