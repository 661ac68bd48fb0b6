import os

import pytest

from passerby.core.errors import OutputError
from passerby.server.live import token_file as way_in


@pytest.fixture
def anybody():
    before = os.umask(0)
    yield
    os.umask(before)


def test_only_its_own_user_can_read_it(tmp_path, anybody):
    path = way_in.keep(tmp_path, "http://127.0.0.1:1/?token=old")
    assert path == way_in.keep(tmp_path, "http://127.0.0.1:1/?token=new")
    assert "http://127.0.0.1:1/?token=new\n" == path.read_text()
    assert (0o600, [path]) == (path.stat().st_mode & 0o777, list(tmp_path.iterdir()))


def test_a_link_is_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "live-address.part").symlink_to(other)
    way_in.keep(tmp_path, "secret")
    assert "mine" == other.read_text()


def test_it_is_gone_with_the_program(tmp_path):
    way_in.keep(tmp_path, "secret")
    way_in.forget(tmp_path)
    way_in.forget(tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path):
    with pytest.raises(OutputError, match="or start passerby on a terminal"):
        way_in.keep(tmp_path / "gone", "secret")
