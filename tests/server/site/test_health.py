"""Health of the site."""


def test_health(served):
    found = served.get("/api/health").json()
    assert "refused" == found["status"]["cameras"]["gate"]["problem"]
