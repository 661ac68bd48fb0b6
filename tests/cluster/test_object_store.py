import io
from pathlib import Path

import pytest

from passerby.cluster import object_store as module
from passerby.cluster.object_store import Objects
from passerby.config.object_path import is_away, shown, url_of
from passerby.core.errors import SourceError, StorageError, UsageError
from tests.cluster.conftest import environment
from tests.cluster.flaky import Flaky

BUCKET = Path("s3://archive")


def test_an_address_is_a_path_and_comes_back():
    path = Path("s3://archive/films") / "a b.mp4"
    assert is_away(path)
    assert "s3://archive/films/a b.mp4" == url_of(path) == shown(path)
    assert not is_away(Path("/s3:/archive"))
    assert not is_away(Path("films/a.mp4"))
    assert "films/a.mp4" == shown(Path("films/a.mp4"))


def test_what_is_sent_is_there_whole_and_comes_back(storage, tmp_path):
    objects, place, file = Objects(BUCKET), BUCKET / "whole" / "film.mp4", tmp_path / "film.mp4"
    content = bytes(range(256)) * 70_000  # more than one piece
    file.write_bytes(content)
    assert None is objects.stat(place)
    objects.send(file, place)
    assert len(content) == objects.stat(place).size
    back, beats = io.BytesIO(), []
    objects.fetch(place, back, lambda: beats.append(1))
    assert content == back.getvalue()
    assert 3 == len(beats)
    assert content[:10] == objects.head(place, 10)


def test_everything_below_a_name_is_listed_in_order(storage):
    objects = Objects(BUCKET)
    for name in ("b.mp4", "a/c.mp4", "a.mp4"):
        objects.write(name.encode(), BUCKET / "list" / name)
    objects.write(b"x", BUCKET / "list-of-others")
    found = list(objects.below(BUCKET / "list"))
    assert ["a.mp4", "a/c.mp4", "b.mp4"] == [str(one.path.relative_to(BUCKET / "list")) for one in found]
    assert [5, 7, 5] == [one.size for one in found]


def test_what_is_not_there_is_told_of(storage):
    with pytest.raises(SourceError, match="nothing at s3://archive/none"):
        Objects(BUCKET).read(BUCKET / "none")
    with pytest.raises(UsageError, match="names no bucket"):
        Objects(Path("s3://"))


def test_storage_that_errs_breaks_off_or_is_slow_is_asked_again(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 1000)
    content = bytes(range(250)) * 10
    with Flaky(content, ["500", None, "slow", "cut"]) as flaky:
        back = io.BytesIO()
        Objects(BUCKET, environment(flaky.address)).fetch(BUCKET / "film.mp4", back)
        assert content == back.getvalue()
        assert 5 == flaky.asked


def test_storage_that_errs_for_ever_is_given_up_and_may_do_better_later(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "TRIES", 2)
    file = tmp_path / "a"
    file.write_bytes(b"x")
    with Flaky(b"x" * 10, ["500"] * 100) as flaky:
        objects = Objects(BUCKET, environment(flaky.address))
        with pytest.raises(StorageError, match="--resume"):
            objects.fetch(BUCKET / "film.mp4", io.BytesIO())
        assert 3 == flaky.asked
        with pytest.raises(StorageError, match="s3://archive/film.mp4"):
            objects.send(file, BUCKET / "film.mp4")


def test_a_service_without_encryption_is_refused_beyond_this_machine():
    away = environment("http://storage.invalid:9000")
    with pytest.raises(UsageError, match="AWS_ALLOW_HTTP"):
        Objects(BUCKET, away)
    Objects(BUCKET, away | {"AWS_ALLOW_HTTP": "true"})
