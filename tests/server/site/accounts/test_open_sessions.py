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
