"""`passerby recordings`: initialise, list, export, check."""

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from passerby.cli.common.os_user import current_user
from passerby.cli.recordings import app
from passerby.core.errors import DataFolderMissing, OutputError, StoreError, UsageError
from passerby.store.database import DATABASE_FILE
from tests.cli.conftest import FROM, TO, log, run
from tests.store.footage import WALL


def test_init_makes_a_data_folder(tmp_path):
    assert 0 == run(tmp_path / "new", "init").exit_code
    assert "There are no recordings yet" in run(tmp_path / "new", "list").stdout


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(DataFolderMissing, match="passerby recordings init"):
        run(tmp_path / "data", "list")


def test_the_folder_may_come_from_the_environment(data, monkeypatch):
    monkeypatch.setenv("PASSERBY_DATA", str(data))
    assert "yard" in CliRunner().invoke(app, ["list"]).stdout


def test_cameras_are_listed(data):
    assert "yard" in run(data, "list").stdout
    (camera,) = json.loads(run(data, "list", "--json").stdout)["cameras"]
    assert ("yard", WALL, WALL + 66, 6.0, True) == (
        camera["camera"],
        camera["oldest"],
        camera["newest"],
        camera["seconds"],
        camera["trusted"],
    )


def test_ranges_are_listed(data):
    ranges = json.loads(run(data, "list", "yard", "--json").stdout)["ranges"]
    assert [(WALL, WALL + 3), (WALL + 63, WALL + 66)] == [(found["start"], found["end"]) for found in ranges]
    assert 1 == len(json.loads(run(data, "list", "yard", FROM, TO, "--json").stdout)["ranges"])


def test_a_range_without_recordings_lists_the_available_ones(data):
    with pytest.raises(StoreError, match="There are recordings from 2027"):
        run(data, "list", "yard", "2026-01-01", "2026-01-02")
    with pytest.raises(StoreError, match="There are recordings of: yard"):
        run(data, "list", "hall")
    with pytest.raises(StoreError, match="There are recordings of: yard"):
        run(data, "export", "hall", FROM, TO)


def test_export_writes_a_file_and_its_report(data, tmp_path):
    done = run(data, "export", "yard", FROM, TO, "-o", "got.mp4")
    assert 0 == done.exit_code
    assert "got.mp4: 3.0 s, 30 frames; report: got.recording.json" in done.stdout
    assert 2 == done.stdout.count("nothing was recorded from")
    assert ["got.mp4", "got.recording.json"] == sorted(path.name for path in (tmp_path / "here").iterdir())


def test_export_names_the_file_after_camera_and_time(data, tmp_path):
    run(data, "export", "yard", FROM, TO)
    (video,) = (tmp_path / "here").glob("*.mp4")
    assert video.name.startswith("yard-2027")


def test_export_prints_json(data):
    output = json.loads(run(data, "export", "yard", FROM, TO, "-o", "got.mp4", "--json").stdout)
    assert ("got.mp4", 30) == (output["output"]["name"], output["output"]["frames"])


def test_export_replaces_only_with_force(data):
    run(data, "export", "yard", FROM, TO, "-o", "got.mp4")
    with pytest.raises(OutputError, match="--force"):
        run(data, "export", "yard", FROM, TO, "-o", "got.mp4")
    assert 0 == run(data, "export", "yard", FROM, TO, "-o", "got.mp4", "--force").exit_code


def test_export_wants_times_in_their_order_and_mp4(data):
    with pytest.raises(UsageError, match="in this order"):
        run(data, "export", "yard", TO, FROM)
    with pytest.raises(UsageError, match="ends in .mp4"):
        run(data, "export", "yard", FROM, TO, "-o", "got.mkv")


def test_export_is_audited_with_its_purpose(data, tmp_path):
    run(data, "export", "yard", FROM, TO, "-o", "got.mp4", "--purpose", " request 12:\n the bike ")
    requested, completed = log(data)
    assert ("export_requested", "export_completed") == (requested.action, completed.action)
    assert [(current_user(), "request 12: the bike")] * 2 == [
        (entry.actor, entry.purpose) for entry in (requested, completed)
    ]
    assert {
        "camera": "yard",
        "start": round((WALL - 5) * 1e6),
        "end": round((WALL + 5) * 1e6),
        "needs_approval": False,
    } == requested.details
    file = (tmp_path / "here/got.mp4").read_bytes()
    output = {"sha256": hashlib.sha256(file).hexdigest(), "bytes": len(file), "frames": 30}
    assert {"camera": "yard", "requested_in": 1, "files": [output]} == completed.details


def test_nothing_is_exported_without_a_purpose(data, tmp_path):
    done = CliRunner().invoke(app, ["export", "yard", FROM, TO, "--data", str(data)])
    assert (2, True) == (done.exit_code, "--purpose" in done.output)
    with pytest.raises(UsageError, match="State it briefly"):
        run(data, "export", "yard", FROM, TO, "--purpose", "  ")
    assert ([], []) == (log(data), list((tmp_path / "here").iterdir()))


def test_nothing_is_exported_that_cannot_be_audited(data, tmp_path):
    with closing(sqlite3.connect(data / DATABASE_FILE)) as plain:
        plain.execute("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(StoreError, match="no"):
        run(data, "export", "yard", FROM, TO, "-o", "got.mp4")
    assert [] == list((tmp_path / "here").iterdir())


def test_a_failed_export_is_audited_as_requested(data, tmp_path):
    (tmp_path / "here/got.mp4").write_bytes(b"mine")
    with pytest.raises(OutputError, match="--force"):
        run(data, "export", "yard", FROM, TO, "-o", "got.mp4")
    assert ["export_requested"] == [entry.action for entry in log(data)]


def test_check_finds_nothing_and_something(data):
    assert 0 == run(data, "check").exit_code
    (file, *_) = (data / "recordings").rglob("*.mp4")
    file.unlink()
    done = run(data, "check")
    assert 3 == done.exit_code
    assert "the file does not exist" in done.stdout
    assert "missing" == json.loads(run(data, "check", "--json").stdout)["findings"][0]["kind"]
