"""The retention limit."""


def test_only_an_auditor_raises_the_retention_limit(served):
    administrator, auditor = served.as_("administrator"), served.as_("auditor")
    body = administrator.get("/api/retention").json()
    assert (14.0, None, 14.0) == tuple(body[name] for name in ("configured", "limit", "effective"))
    assert 10.0 == administrator.put("/api/retention/limit", {"days": 10}).json()["effective"]
    for days in (11, None):
        assert 403 == administrator.put("/api/retention/limit", {"days": days}).status_code
    body = auditor.put("/api/retention/limit", {"days": 20}).json()
    assert (14.0, 20.0, 14.0, "account:auditor") == tuple(
        body[name] for name in ("configured", "limit", "effective", "set_by")
    )
    revision = administrator.get("/api/settings").json()["revision"]
    answer = administrator.put("/api/settings", {"revision": revision, "retention": {"days": 30}})
    assert (403, "Recordings may be kept for 20 days at most. Ask an auditor to raise the retention limit.") == (
        answer.status_code,
        answer.json()["detail"],
    )
