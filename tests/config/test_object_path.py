from pathlib import Path

import pytest

from passerby.config.object_path import display_path, is_remote, url_of


@pytest.mark.parametrize("url", ["s3://bucket/video.mp4", "gs://bucket/a/b.mp4", "az://container/x.jpg"])
def test_a_url_survives_as_a_path(url):
    path = Path(url)
    assert is_remote(path)
    assert url == url_of(path) == display_path(path)
    assert url_of(path.with_name("other.json")).startswith(url.rpartition("/")[0])


@pytest.mark.parametrize("name", ["video.mp4", "/s3/video.mp4", "s3", ""])
def test_a_local_path_is_none(name):
    assert not is_remote(Path(name))
    assert str(Path(name)) == display_path(Path(name))
