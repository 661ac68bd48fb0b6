"""The audit log, as auditors read it."""


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
