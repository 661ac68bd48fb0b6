"""The audit log, as auditors read it."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_an_auditor_reads_the_log(served):
    served.as_("viewer").get("/api/cameras/yard/still.jpg")
    auditor = served.as_("auditor")
    rows = auditor.get("/api/audit-log").json()["rows"]
    assert ["login", "viewed", "login", "login"] == [row["entry"]["action"] for row in rows]
    assert ("account:viewer", "case 7") == (rows[1]["entry"]["actor"], rows[1]["entry"]["purpose"])
    assert ["viewed"] == [row["entry"]["action"] for row in auditor.get("/api/audit-log?action=viewed").json()["rows"]]
    older = auditor.get("/api/audit-log", params={"before": rows[1]["number"], "limit": 1}).json()
    assert ([1 + 1], True) == ([row["number"] for row in older["rows"]], older["has_more"])
    body = auditor.get("/api/audit-log/check").json()
    assert (5, []) == (body["rows"], body["flaws"])
    assert [] == auditor.get("/api/audit-log/check", params={"head": body["head"]}).json()["flaws"]
    assert 422 == auditor.get("/api/audit-log/check", params={"head": "nonsense"}).status_code


def test_the_pages_have_words_for_every_subject_and_operation_that_is_written():
    """In both languages: what the log holds is read by people, who did not write the program."""
    written = set()
    for room in ("server/site", "store", "cli"):
        for path in (ROOT / "src" / "passerby" / room).rglob("*.py"):
            written |= set(re.findall(r'"(?:subject|operation)": "([a-z_ ]+)"', path.read_text(encoding="utf-8")))
    german = json.loads((ROOT / "web" / "src" / "site" / "languages" / "de.json").read_text(encoding="utf-8"))
    english = (ROOT / "web" / "src" / "site" / "messages_audit.ts").read_text(encoding="utf-8")
    assert len(written) > 15
    keys = {f"value_{word.replace(' ', '_')}" for word in written}
    assert [] == sorted(key for key in keys if key not in german or f"  {key}:" not in english)
