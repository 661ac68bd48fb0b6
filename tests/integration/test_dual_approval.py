"""A clip requested on the command line, and approved on the web pages."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from passerby.cli.common.os_user import current_user
from passerby.cli.recordings import app
from passerby.core.errors import OutputExists, StoreError
from passerby.store.audit.log import read
from passerby.store.recordings.approval_clips import set_dual_approval
from tests.server.site.fixtures import FILE, serving
from tests.store.footage import WALL

TWO = FILE + "web:\n  dual_approval: true\n"


@pytest.fixture
def two(site_data, tmp_path):
    with serving(site_data, tmp_path, TWO) as served:
        yield served


def test_a_clip_of_the_command_line_needs_approval_too(two, tmp_path, monkeypatch):
    """Asked for at the machine itself, agreed to on the pages by somebody else, and taken at the machine."""

    def run(*arguments):
        return CliRunner().invoke(app, [*arguments, "--data", str(folder)], catch_exceptions=False)

    database = two.context.database
    folder = database.folder.path
    set_dual_approval(database, True, two.clock.now(), "second")
    monkeypatch.setattr("passerby.core.clock.SystemClock", lambda: two.clock)
    monkeypatch.chdir(tmp_path)
    span = [datetime.fromtimestamp(WALL + seconds, UTC).isoformat() for seconds in (0, 4)]
    assert 3 == run("export", "yard", *span, "--purpose", "request 12").exit_code
    with pytest.raises(StoreError, match="still waiting for approval"):
        run("download", "1")
    (waiting,) = two.as_("operator").get("/api/exports").json()
    assert (current_user(), "request 12", True) == tuple(
        waiting[name] for name in ("requested_by", "purpose", "can_approve")
    )
    assert "done" == two.as_("operator").post("/api/exports/1/approve").json()["state"]
    taken = run("download", "1", "-o", "got.mp4")
    assert (0, "got.mp4: ") == (taken.exit_code, taken.stdout[:9])
    report = json.loads((tmp_path / "got.recording.json").read_text())
    assert hashlib.sha256((tmp_path / "got.mp4").read_bytes()).hexdigest() == report["output"]["sha256"]
    with pytest.raises(OutputExists):
        run("download", "1", "-o", "got.mp4")
    assert 0 == run("download", "1", "-o", "got.mp4", "--force").exit_code
    with database.read_transaction() as connection:
        entries = [(entry.actor, entry.action) for _, entry in read(connection) if entry.purpose == "request 12"]
    assert [
        (current_user(), "export_requested"),
        ("account:operator", "export_completed"),
        *[(current_user(), "export_downloaded")] * 3,
    ] == entries
