"""Clips that wait for download: names, and the dual approval setting."""

from passerby.core.clock import Moment
from passerby.store.accounts.approvals import Approval, ApprovalKind, ApprovalStage
from passerby.store.audit.log import read
from passerby.store.recordings.approval_clips import (
    clip_folder,
    clip_name,
    export_details,
    needs_dual_approval,
    set_dual_approval,
)

NOW = Moment(1.0, 1_800_000_000.0, True)
APPROVAL = Approval(
    id=7,
    kind=ApprovalKind.EXPORT,
    requested_by="account:jo",
    requested_at=0.0,
    purpose="case 7",
    request={"camera": "gate", "start": 1_800_000_000.0, "end": 1_800_000_010.0, "row": 1},
    state=ApprovalStage.DONE,
    decided_by=None,
    decided_at=None,
    result={},
)


def test_files_are_named_after_camera_and_start():
    assert "gate-20270115T080000Z.mp4" == clip_name(APPROVAL, 0, ".mp4")
    assert "gate-20270115T080000Z-2.recording.json" == clip_name(APPROVAL, 1, ".recording.json")


def test_each_clip_has_a_folder(recordings):
    assert recordings.database.folder.path / "exports" / "7" == clip_folder(recordings.database, APPROVAL)


def test_details_are_in_microseconds():
    expected = {"camera": "gate", "start": 1_500_000, "end": 2_000_000, "needs_approval": True}
    assert expected == export_details("gate", 1.5, 2.0, needs_approval=True)


def test_only_changes_of_the_setting_are_audited(recordings):
    database = recordings.database
    assert not needs_dual_approval(database)
    for required in (False, True, True, False):
        set_dual_approval(database, required, NOW, "first")
        assert required is needs_dual_approval(database)
    with database.read_transaction() as connection:
        assert [True, False] == [entry.details["required"] for _, entry in read(connection)]
