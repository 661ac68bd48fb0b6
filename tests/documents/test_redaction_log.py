"""One line of the redaction log."""

import pytest

from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry


@pytest.mark.parametrize("action", list(LogAction))
def test_all_but_what_is_shown_is_withheld(action):
    entry = LogEntry(number=1, action=action, start=0, end=1, decided_by=DecidedBy.PROGRAM)
    assert (action not in (LogAction.SHOWN, LogAction.VOICES_KEPT)) is entry.withheld
