"""Open sessions, listed and ended."""


def test_administrators_list_and_end_sessions(served):
    viewer, administrator = served.as_("viewer"), served.as_("administrator")
    found = administrator.get("/api/sessions").json()
    (one,) = [session for session in found if session["name"] == "viewer"]
    assert ("account:viewer", "password", "case 7", False) == tuple(
        one[n] for n in ("actor", "method", "purpose", "current")
    )
    assert 204 == administrator.delete(f"/api/sessions/{one['id']}").status_code
    assert 401 == viewer.get("/api/session").status_code
    assert 404 == administrator.delete(f"/api/sessions/{one['id']}").status_code


def test_an_administrator_alone_does_not_end_the_session_of_an_auditor(served):
    auditor, administrator = served.as_("auditor"), served.as_("administrator")
    found = administrator.get("/api/sessions").json()
    (one,) = [session for session in found if session["name"] == "auditor"]
    answer = administrator.delete(f"/api/sessions/{one['id']}")
    assert (403, True) == (answer.status_code, "another auditor" in answer.text)
    assert 200 == auditor.get("/api/session").status_code
