"""`passerby recordings`: what it says, and what it does to whom."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from passerby.base.errors import FolderGone, OutputError, StoreError, UsageError
from passerby.cli.recordings import app
from passerby.store.database import Database
from passerby.store.recordings import Recordings
from tests.store.footage import WALL, Clock, parts

FROM, TO = (datetime.fromtimestamp(WALL + seconds, UTC).isoformat() for seconds in (-5, 5))


def run(data, *arguments):
    return CliRunner().invoke(app, [*arguments, "--data", str(data)], catch_exceptions=False)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder in which `yard` was recorded twice, with a pause. The working folder is an empty one beside it."""
    folder, clock = tmp_path / "data", Clock()
    with Recordings(Database.open(folder, make=True), boot="first") as recordings:
        for _ in range(2):
            writer = recordings.writer("yard")
            for part in parts(clock):
                writer.append(part)
            writer.close()
            clock.go(60)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder


def test_init_makes_a_data_folder(tmp_path):
    assert 0 == run(tmp_path / "new", "init").exit_code
    assert "Nothing has been recorded yet" in run(tmp_path / "new", "list").stdout


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(FolderGone, match="passerby recordings init"):
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


def test_stretches_are_listed(data):
    stretches = json.loads(run(data, "list", "yard", "--json").stdout)["stretches"]
    assert [(WALL, WALL + 3), (WALL + 63, WALL + 66)] == [(one["begins"], one["ends"]) for one in stretches]
    assert 1 == len(json.loads(run(data, "list", "yard", FROM, TO, "--json").stdout)["stretches"])


def test_nothing_then_says_what_there_is(data):
    with pytest.raises(StoreError, match="There is something from 2027"):
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


def test_export_speaks_json(data):
    told = json.loads(run(data, "export", "yard", FROM, TO, "-o", "got.mp4", "--json").stdout)
    assert ("got.mp4", 30) == (told["output"]["name"], told["output"]["frames"])


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


def test_check_finds_nothing_and_something(data):
    assert 0 == run(data, "check").exit_code
    (file, *_) = (data / "recordings").rglob("*.mp4")
    file.unlink()
    done = run(data, "check")
    assert 3 == done.exit_code
    assert "the file is gone" in done.stdout
    assert "missing" == json.loads(run(data, "check", "--json").stdout)["findings"][0]["what"]
