import io
from pathlib import Path

import pytest

from passerby.cluster import object_store as module
from passerby.cluster.object_store import ObjectStorage
from passerby.config.object_path import display_path, is_remote, url_of
from passerby.core.errors import SourceError, StorageError, UsageError
from tests.cluster.fixtures import environment
from tests.cluster.flaky import Flaky

BUCKET = Path("s3://archive")


def test_an_address_is_a_path_and_comes_back():
    path = Path("s3://archive/films") / "a b.mp4"
    assert is_remote(path)
    assert "s3://archive/films/a b.mp4" == url_of(path) == display_path(path)
    assert not is_remote(Path("/s3:/archive"))
    assert not is_remote(Path("films/a.mp4"))
    assert "films/a.mp4" == display_path(Path("films/a.mp4"))


def test_an_uploaded_object_can_be_downloaded(storage, tmp_path):
    objects, place, file = ObjectStorage(BUCKET), BUCKET / "whole" / "film.mp4", tmp_path / "film.mp4"
    content = bytes(range(256)) * 70_000  # more than one range
    file.write_bytes(content)
    assert None is objects.stat(place)
    objects.upload(file, place)
    assert len(content) == objects.stat(place).size
    back, beats = io.BytesIO(), []
    objects.download(place, back, lambda: beats.append(1))
    assert content == back.getvalue()
    assert 3 == len(beats)
    assert content[:10] == objects.read_start(place, 10)


def test_objects_below_a_prefix_are_listed_in_order(storage):
    objects = ObjectStorage(BUCKET)
    for name in ("b.mp4", "a/c.mp4", "a.mp4"):
        objects.write(name.encode(), BUCKET / "list" / name)
    objects.write(b"x", BUCKET / "list-of-others")
    found = list(objects.list_objects(BUCKET / "list"))
    assert ["a.mp4", "a/c.mp4", "b.mp4"] == [str(one.path.relative_to(BUCKET / "list")) for one in found]
    assert [5, 7, 5] == [one.size for one in found]


def test_a_missing_object_is_an_error(storage):
    with pytest.raises(SourceError, match="nothing at s3://archive/none"):
        ObjectStorage(BUCKET).read(BUCKET / "none")
    with pytest.raises(UsageError, match="has no bucket"):
        ObjectStorage(Path("s3://"))


def test_failed_cut_off_and_slow_requests_are_retried(monkeypatch):
    monkeypatch.setattr(module, "CHUNK_BYTES", 1000)
    content = bytes(range(250)) * 10
    with Flaky(content, ["500", None, "slow", "cut"]) as flaky:
        back = io.BytesIO()
        ObjectStorage(BUCKET, environment(flaky.address)).download(BUCKET / "film.mp4", back)
        assert content == back.getvalue()
        assert 5 == flaky.requests


def test_permanent_storage_errors_end_in_a_retryable_error(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "MAX_RETRIES", 2)
    file = tmp_path / "a"
    file.write_bytes(b"x")
    with Flaky(b"x" * 10, ["500"] * 100) as flaky:
        objects = ObjectStorage(BUCKET, environment(flaky.address))
        with pytest.raises(StorageError, match="--resume"):
            objects.download(BUCKET / "film.mp4", io.BytesIO())
        assert 3 == flaky.requests
        with pytest.raises(StorageError, match="s3://archive/film.mp4"):
            objects.upload(file, BUCKET / "film.mp4")


def test_a_service_without_encryption_is_refused_beyond_this_machine():
    away = environment("http://storage.invalid:9000")
    with pytest.raises(UsageError, match="AWS_ALLOW_HTTP"):
        ObjectStorage(BUCKET, away)
    ObjectStorage(BUCKET, away | {"AWS_ALLOW_HTTP": "true"})
