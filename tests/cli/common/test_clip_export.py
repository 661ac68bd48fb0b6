"""Exports with dual approval at the command line: requested, approved on the web pages, downloaded."""

import json

import pytest
from typer.testing import CliRunner

from passerby.cli.common import clip_export
from passerby.cli.common.os_user import current_user
from passerby.cli.common.site_server import serve_pages
from passerby.cli.events import app as events
from passerby.cli.recordings import app
from passerby.config.counting_config import EventKind
from passerby.config.site_file import load_site
from passerby.core.clock import SystemClock, boot_id
from passerby.core.errors import StoreError, UsageError
from passerby.documents.count_records import Event
from passerby.documents.status import SiteStatus
from passerby.store.accounts.approvals import ApprovalKind, Approvals, ApprovalStage
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.recordings.approval_clips import needs_dual_approval, set_dual_approval
from tests.cli.conftest import FROM, TO, log, run
from tests.store.footage import WALL, Clock

SITE = "data: data\nstatus:\n  port: 0\nweb:\n  dual_approval: {}\ncameras:\n  gate:\n    url: rtsp://192.0.2.1/\n"


@pytest.fixture
def dual(data):
    with Database.open(data) as database:
        set_dual_approval(database, True, SystemClock().now(), boot_id())
    return data


def requested(dual, **how):
    return run(dual, "export", "yard", FROM, TO, "-o", "got.mp4", "--purpose", "request 12", **how)


def decided(dual, number, state, result=None):
    with Database.open(dual) as database:
        Approvals(database).decide(number, state, "account:olga", 0.0)
        Approvals(database).set_result(number, state, result or {})


def test_the_setting_reaches_the_command_line_and_each_change_is_audited(tmp_path):
    Database.open(tmp_path / "data", create=True).close()
    status = SiteStatus(name="site", started=0, now=0, clock_trusted=True, cameras={})
    for holds in (False, True, True, False):
        (tmp_path / "site.yaml").write_text(SITE.format(str(holds).lower()))
        site = load_site(tmp_path / "site.yaml")
        with (
            serve_pages(
                tmp_path / "site.yaml", lambda site=site: site, lambda: status, {}, "t" * 32, lambda _: None, print
            ),
            Database.open(tmp_path / "data") as database,
        ):
            assert holds is needs_dual_approval(database)
    assert [True, False] == [entry.details["required"] for entry in log(tmp_path / "data") if entry.action == "changed"]


def test_nothing_is_exported_without_approval(dual, tmp_path):
    done = requested(dual)
    assert (3, True) == (done.exit_code, "passerby recordings download 1" in done.stdout)
    assert "dual_approval" in done.stdout
    assert [] == list((tmp_path / "here").iterdir())
    _, entry = log(dual)
    assert ("export_requested", current_user(), "request 12", True) == (
        entry.action,
        entry.actor,
        entry.purpose,
        entry.details["needs_approval"],
    )
    printed = json.loads(run(dual, "export", "yard", FROM, TO, "--json").stdout)
    assert {"request": 2, "state": "pending"} == printed


def test_the_clip_of_an_event_needs_approval_too(dual, tmp_path):
    event = Event(
        id="yard/visit/1",
        camera="yard",
        rule="visit",
        kind=EventKind.PRESENCE,
        time=WALL + 1,
        trusted=True,
        start=WALL,
        end=WALL + 2,
    )
    with Database.open(dual) as database:
        CountStore(database, "site").add([], [event], Clock().now())
    arguments = ["clip", event.id, "-o", "got.mp4", "--purpose", "request 12", "--data", str(dual)]
    done = CliRunner().invoke(events, arguments, catch_exceptions=False)
    assert (3, True) == (done.exit_code, "passerby recordings download 1" in done.stdout)
    assert [] == list((tmp_path / "here").iterdir())


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ApprovalStage.APPROVED, "is being written"),
        (ApprovalStage.REJECTED, "account:olga has rejected"),
        (ApprovalStage.FAILED, "could not be written: no room"),
        (ApprovalStage.EXPIRED, "has expired"),
    ],
)
def test_what_cannot_be_downloaded_is_an_error(dual, state, said):
    requested(dual)
    decided(dual, 1, state, {"problem": "no room"})
    with pytest.raises(StoreError, match=said):
        run(dual, "download", "1")


def test_only_the_requester_may_download(dual, monkeypatch):
    requested(dual)
    decided(dual, 1, ApprovalStage.DONE, {"files": []})
    monkeypatch.setattr(clip_export, "current_user", lambda: "system:somebody-else")
    with pytest.raises(StoreError, match=r"only they may download it\. You are system:somebody-else"):
        run(dual, "download", "1")


def test_a_clip_that_was_not_requested_cannot_be_downloaded(dual):
    with Database.open(dual) as database:
        Approvals(database).request(ApprovalKind.ACCOUNT, current_user(), "an account", {}, 0.0)
    for number in ("1", "2"):
        with pytest.raises(StoreError, match="There is no export request"):
            run(dual, "download", number)


def test_missing_files_and_names_other_than_mp4(dual, tmp_path):
    requested(dual)
    file = {"name": "yard.mp4", "seconds": 1.0, "frames": 10, "sha256": "0" * 64}
    decided(dual, 1, ApprovalStage.DONE, {"files": [file]})
    with pytest.raises(StoreError, match="has expired"):
        run(dual, "download", "1", "-o", "got.mp4")
    with pytest.raises(UsageError, match=r"ends in \.mp4"):
        run(dual, "download", "1", "-o", "got.mkv")
    assert [] == list((tmp_path / "here").iterdir())


def test_without_dual_approval_it_is_exported_at_once(data):
    assert 0 == run(data, "export", "yard", FROM, TO, "-o", "got.mp4").exit_code
    assert CliRunner().invoke(app, ["download", "--help"]).exit_code == 0
