"""Settings are written to site.yaml, with its comments kept, and take effect at once."""

from tests.server.site.fixtures import HEADERS


def text(served):
    return served.context.config.read_text()


def comments(served):
    return [line.partition("#")[2] for line in text(served).splitlines() if "#" in line]


def test_settings_of_the_site(served):
    administrator, before = served.as_("administrator"), comments(served)
    config = administrator.get("/api/settings").json()
    assert ("North hall", False, True) == tuple(config[name] for name in ("name", "dual_approval", "hot_reload"))
    wish = {
        "revision": config["revision"],
        "name": "South hall",
        "retention": {"days": 7},
        "defaults": {"quality": 30},
    }
    after = administrator.put("/api/settings", wish).json()
    assert ("South hall", 7.0, 30) == (after["name"], after["retention"]["days"], after["defaults"]["quality"])
    assert before == comments(served)
    assert 7.0 == served.context.site.retention.days
    back = administrator.put("/api/settings", {"revision": after["revision"], "defaults": {"quality": None}}).json()
    assert 27 == back["defaults"]["quality"]


def test_why_the_file_cannot_be_written_is_told_in_the_language_of_the_page(served, monkeypatch):
    english = "/etc/site.yaml cannot be changed here: the file is mounted by itself. "
    english += "Mount its folder instead, writable, and restart."
    monkeypatch.setattr("passerby.server.site.config.site_file.write_problem", lambda _: english)
    administrator = served.as_("administrator")
    for path in ("/api/settings", "/api/timetables", "/api/cameras/yard/counting"):
        assert english == administrator.get(path).json()["write_problem"]
        german = administrator.client.get(path, headers={**HEADERS, "accept-language": "de"}).json()["write_problem"]
        assert "eingebunden" in german or "eingehängt" in german, german
