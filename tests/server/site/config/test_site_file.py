"""site.yaml is never left half written."""


def text(served):
    return served.context.config.read_text()


def test_a_failed_write_leaves_the_file_unchanged(served, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    administrator, before = served.as_("administrator"), text(served)
    revision = administrator.get("/api/settings").json()["revision"]
    monkeypatch.setattr("os.fsync", full)
    answer = administrator.put("/api/settings", {"revision": revision, "name": "South hall"})
    monkeypatch.undo()
    assert 422 == answer.status_code
    assert before == text(served)
    assert [] == list(served.context.config.parent.glob(".*.part"))
