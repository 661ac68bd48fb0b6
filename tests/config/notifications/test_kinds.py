"""Every kind of event has a kind of notification, and every one of these a right."""

from passerby.config.counting_config import EventKind
from passerby.config.notifications.kinds import KIND_OF_EVENT, REQUIRED_RIGHTS, NotificationKind
from passerby.config.roles import RIGHTS, Role


def test_nothing_is_left_out():
    assert set(EventKind) == set(KIND_OF_EVENT)
    assert set(NotificationKind) == set(REQUIRED_RIGHTS)


def test_an_auditor_is_told_of_no_picture_and_no_clip():
    """What needs the right to pictures or to clips is not told to whoever sees none."""
    of_auditor = {kind for kind, right in REQUIRED_RIGHTS.items() if right in RIGHTS[Role.AUDITOR]}
    assert not of_auditor & {NotificationKind.EVENT, NotificationKind.TAMPER, NotificationKind.CLIP_WAITS}
    assert NotificationKind.ACCOUNT_WAITS in of_auditor
