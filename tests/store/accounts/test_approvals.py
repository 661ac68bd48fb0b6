"""Approvals: decided once, by whoever is first, with a result."""

import pytest

from passerby.store.accounts.approvals import ApprovalKind, Approvals, ApprovalStage
from passerby.store.database import Database


@pytest.fixture
def approvals(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield Approvals(database)


def requested(approvals, kind=ApprovalKind.EXPORT, **more):
    return approvals.request(kind, "account:jo", "case 7", {"camera": "gate"}, 5.0, **more)


def test_a_request_is_pending_until_it_is_decided(approvals):
    approval = requested(approvals)
    assert (ApprovalStage.PENDING, "account:jo", 5.0, {"camera": "gate"}, {}) == (
        approval.state,
        approval.requested_by,
        approval.requested_at,
        approval.request,
        approval.result,
    )
    assert approvals.decide(approval.id, ApprovalStage.APPROVED, "account:al", 6.0)
    assert not approvals.decide(approval.id, ApprovalStage.REJECTED, "account:bo", 7.0)
    decided = approvals.get(approval.id)
    assert (ApprovalStage.APPROVED, "account:al", 6.0) == (decided.state, decided.decided_by, decided.decided_at)


def test_without_dual_approval_it_is_approved_at_once(approvals):
    assert ApprovalStage.APPROVED is requested(approvals, state=ApprovalStage.APPROVED).state


def test_the_result_is_stored(approvals):
    id = requested(approvals).id
    approvals.set_result(id, ApprovalStage.DONE, {"files": [{"name": "a.mp4"}]})
    assert (ApprovalStage.DONE, {"files": [{"name": "a.mp4"}]}) == (approvals.get(id).state, approvals.get(id).result)


def test_the_newest_come_first_by_kind(approvals):
    ids = [requested(approvals, kind).id for kind in (ApprovalKind.EXPORT, ApprovalKind.ACCOUNT, ApprovalKind.EXPORT)]
    assert ids[::-1] == [approval.id for approval in approvals.all()]
    assert [ids[2], ids[0]] == [approval.id for approval in approvals.all(ApprovalKind.EXPORT)]
    assert [ids[2]] == [approval.id for approval in approvals.all(limit=1)]
    assert approvals.get(99) is None
