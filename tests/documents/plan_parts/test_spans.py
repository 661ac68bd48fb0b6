"""Time ranges of a plan."""

import pytest
from pydantic import ValidationError

from passerby.documents.plan_parts.spans import AudioSpan, TickSpan, TrimSpan, VisibleSpan


@pytest.mark.parametrize("kind", [TickSpan, VisibleSpan])
def test_a_range_cannot_end_before_it_starts(kind):
    with pytest.raises(ValidationError, match="cannot end before it starts"):
        kind(start=2, end=1)


@pytest.mark.parametrize("kind", [AudioSpan, TrimSpan, VisibleSpan])
def test_each_may_say_why_and_by_whom(kind):
    said = kind(start=1, end=2, reason="b(6)", by="J. Doe")
    assert ("b(6)", "J. Doe") == (said.reason, said.by)
    assert (None, None) == (kind(start=1, end=2).reason, kind(start=1, end=2).by)
