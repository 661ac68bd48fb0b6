"""Validating counts in the page's interface: drawn, counted, stated; nothing of the program's count before the end."""

import json

import pytest

from passerby.config.roles import Role
from passerby.documents.count_validation import DirectionCounts
from passerby.server.site import validations
from passerby.verify.report.signing import load_key, verify_validation
from tests.server.site.test_counts import audit_rows
from tests.store.footage import WALL

START = int(WALL)
MINUTES = {START + 60 * number: DirectionCounts(forward=4, backward=3 + number % 2) for number in range(90)}
SILL = {"camera": "yard", "location": "sill", "kind": "line", "stretches": 21}
ADDRESS = "/api/count-validations"


@pytest.fixture(autouse=True)
def recorded(monkeypatch, tmp_path):
    monkeypatch.setenv("PASSERBY_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr(validations, "find_minutes", lambda recordings, counts, subject: MINUTES)


def test_from_the_draw_to_the_signed_result(served):
    found = served.post(ADDRESS, SILL).json()
    numbers = []
    while (following := found["next"]) is not None:
        assert "program" not in json.dumps(served.get(ADDRESS).json())
        assert (None, 60) == (found["result"], following["end"] - following["start"])
        assert 404 == served.get(f"{ADDRESS}/{found['id']}/document.json").status_code
        numbers.append(following["number"])
        seen = {"forward": 5, "backward": MINUTES[following["start"]].backward} if numbers[1:] else None
        found = served.put(f"{ADDRESS}/{found['id']}/stretches/{following['number']}", {"counts": seen}).json()
    assert list(range(21)) == numbers
    result = found["result"]
    assert (20, pytest.approx(-0.2)) == (result["counted"], result["forward"]["bias"])
    assert result["backward"]["low"] < result["backward"]["bias"] == 0 < result["backward"]["high"]
    assert result["both"]["low"] < result["both"]["bias"] < 0
    signed = served.get(f"{ADDRESS}/{found['id']}/document.json")
    report = verify_validation(signed.content, load_key().fingerprint).report
    assert ("North hall", "sill", 21) == (report.site, report.location, len(report.stretches))
    assert [found] == served.as_(Role.VIEWER).get(ADDRESS).json()
    logged = [(what, details) for what, details, _ in audit_rows(served)]
    begun = {"subject": "count_validation", "camera": "yard", "location": "sill", "stretches": 21}
    assert ("changed", begun) in logged
    assert 21 == sum("stretch" in details for _, details in logged)


def test_who_may_count(served):
    for role, code in ((Role.VIEWER, 403), (Role.AUDITOR, 403), (Role.OPERATOR, 200)):
        assert code == served.as_(role).post(ADDRESS, SILL).status_code
    assert 403 == served.as_(Role.VIEWER).put(f"{ADDRESS}/1/stretches/0", {"counts": None}).status_code
    assert 403 == served.as_(Role.AUDITOR).get(ADDRESS).status_code


def test_what_cannot_be_is_refused(served):
    assert 404 == served.post(ADDRESS, SILL | {"camera": "nowhere"}).status_code
    assert 404 == served.put(f"{ADDRESS}/7/stretches/0", {"counts": None}).status_code
    few = served.post(ADDRESS, SILL | {"stretches": 500})
    assert 400 <= few.status_code < 500
    assert "Only 90 minutes" in few.json()["detail"]
    assert 200 == served.post(ADDRESS, SILL).status_code
    assert "has begun already" in served.post(ADDRESS, SILL).json()["detail"]
    assert 422 == served.put(f"{ADDRESS}/1/stretches/0", {"counts": {"forward": -1, "backward": 0}}).status_code
    assert 200 == served.put(f"{ADDRESS}/1/stretches/0", {"counts": {"forward": 1, "backward": 0}}).status_code
    again = served.put(f"{ADDRESS}/1/stretches/0", {"counts": {"forward": 2, "backward": 0}})
    assert "counted already" in again.json()["detail"]


def test_a_result_that_could_not_be_signed_is_not_begun(served, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PASSERBY_CONFIG", str(tmp_path / "file" / "config"))
    refused = served.post(ADDRESS, SILL)
    assert "PASSERBY_CONFIG" in refused.text
    assert [] == served.get(ADDRESS).json()
