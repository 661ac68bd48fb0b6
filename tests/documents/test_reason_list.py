import pytest
from pydantic import ValidationError

from passerby.core.kinds import Kind
from passerby.documents.reason_list import MAX_RECENT, ReasonList, ReleaseReason

PRIVACY = ReleaseReason(code="b(6)", statute="5 U.S.C. 552(b)(6)", text="Personal privacy", default_for=(Kind.FACE,))
PLATES = ReleaseReason(code="b(7)(C)", default_for=(Kind.PLATE,))


def test_a_kind_has_its_default():
    reasons = ReasonList(reasons=(PRIVACY, PLATES))
    assert ("b(6)", "b(7)(C)", None) == tuple(reasons.defaults.get(kind) for kind in (Kind.FACE, Kind.PLATE, Kind.TEXT))
    assert (PRIVACY, None) == (reasons.find("b(6)"), reasons.find("b(5)"))
    assert reasons == ReasonList.model_validate_json(reasons.to_json())


@pytest.mark.parametrize("other", [PRIVACY, ReleaseReason(code="other", default_for=(Kind.FACE,))])
def test_neither_a_code_nor_a_default_stands_twice(other):
    with pytest.raises(ValidationError, match="two reasons"):
        ReasonList(reasons=(PRIVACY, other))


def test_those_used_last_come_first_and_once():
    reasons = ReasonList()
    for code in "abcdefb":
        reasons = reasons.after_use(code)
    assert ("b", "f", "e", "d", "c") == reasons.recent
    assert len(reasons.recent) == MAX_RECENT
