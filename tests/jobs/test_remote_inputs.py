"""Manifests and object storage as inputs."""

from pathlib import Path
from typing import ClassVar

import pytest

from passerby.cluster.object_store import ObjectInfo
from passerby.core.errors import SourceError, UsageError
from passerby.jobs.inputs import collect_jobs
from passerby.jobs.output_names import is_own_output

BUCKET = Path("s3://archive")


class FakeStorage:
    """Stands in for object storage."""

    objects: ClassVar = {}

    def __init__(self, location):
        pass

    def stat(self, path):
        content = self.objects.get(path)
        return None if content is None else ObjectInfo(path, len(content), 0.0)

    def list_objects(self, prefix):
        return (
            ObjectInfo(path, 1, 0.0) for path in sorted(self.objects) if path.is_relative_to(prefix) and path != prefix
        )

    def read_start(self, path, size):
        return self.objects[path][:size]

    def read(self, path):
        return self.objects[path]


@pytest.fixture
def objects(monkeypatch):
    monkeypatch.setattr("passerby.jobs.remote_inputs.ObjectStorage", FakeStorage)
    monkeypatch.setattr("passerby.cluster.object_store.ObjectStorage", FakeStorage)
    names = ["in/a.mp4", "in/sub/b.avi", "in/c.jpg", "in/notes.txt", "in/a.redacted.mp4", "in/a.report.json"]
    monkeypatch.setattr(FakeStorage, "objects", {BUCKET / name: b"\xff\xd8\xff" for name in names})
    return FakeStorage.objects


def pairs(found):
    return [(str(job.source), str(job.output)) for job in found.jobs]


def test_what_lies_below_an_address_keeps_its_names_and_folders(objects):
    found = collect_jobs([BUCKET / "in"], None, BUCKET / "out")
    assert [
        ("s3:/archive/in/a.mp4", "s3:/archive/out/a.mp4"),
        ("s3:/archive/in/c.jpg", "s3:/archive/out/c.jpg"),
        ("s3:/archive/in/sub/b.avi", "s3:/archive/out/sub/b.mp4"),
    ] == pairs(found)
    assert [1, 1, 1] == [job.size_bytes for job in found.jobs]
    assert [BUCKET / "in" / "notes.txt"] == found.unsupported
    assert BUCKET / "out" / "summary.json" == found.summary_path


def test_output_of_an_object_is_beside_it_or_at_the_given_address(objects, tmp_path):
    one = BUCKET / "in" / "a.mp4"
    assert [(str(one), "s3:/archive/in/a.redacted.mp4")] == pairs(collect_jobs([one], None, None))
    assert [(str(one), str(tmp_path / "x.mp4"))] == pairs(collect_jobs([one], tmp_path / "x.mp4", None))
    with pytest.raises(SourceError, match="nothing at s3://archive/none"):
        collect_jobs([BUCKET / "none"], None, None)


def test_rows_are_relative_to_their_manifest_and_a_missing_one_stops_nothing(objects, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"x")
    manifest = tmp_path / "list.csv"
    manifest.write_text("path,output,hide\na.mp4,first.mp4,face\nnone.mp4,,\ns3://archive/in/c.jpg,,\n")
    found = collect_jobs([manifest], None, tmp_path / "out")
    assert [
        (str(tmp_path / "a.mp4"), str(tmp_path / "out" / "first.mp4")),
        ("s3:/archive/in/c.jpg", str(tmp_path / "out" / "c.jpg")),
    ] == pairs(found)
    assert [{"hide": ["face"]}, {}] == [dict(job.settings_override) for job in found.jobs]
    assert [tmp_path / "none.mp4"] == [row.path for row in found.rejected]
    with pytest.raises(UsageError, match="column `output`"):
        collect_jobs([manifest], tmp_path / "x.mp4", None)


def test_a_manifest_may_lie_in_object_storage(objects):
    objects[BUCKET / "in" / "list.jsonl"] = b'{"path": "a.mp4"}\n'
    found = collect_jobs([BUCKET / "in" / "list.jsonl"], None, BUCKET / "out")
    assert [("s3:/archive/in/a.mp4", "s3:/archive/out/a.mp4")] == pairs(found)


def test_what_an_earlier_run_wrote_of_itself_is_no_input():
    assert all(is_own_output(Path(name)) for name in ("summary.parquet", "summary.svg", "summary.json"))
