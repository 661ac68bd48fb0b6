"""Timetables are entered on the pages, and written to site.yaml with its comments kept."""

from datetime import date

OPEN = {
    "name": "open",
    "display_name": "Opening hours",
    "hours": [{"days": ["mon", "tue"], "start": "08:00:00", "end": "18:00:00"}],
    "holidays": "DE-BE",
    "extra_holidays": ["2026-12-24"],
}
DOOR = {"name": "door", "polygon": [[0.1, 0.1], [0.6, 0.1], [0.6, 0.7]]}


def text(served):
    return served.context.config.read_text()


def put(browser, *tables):
    revision = browser.get("/api/timetables").json()["revision"]
    return browser.put("/api/timetables", {"revision": revision, "timetables": list(tables)})


def test_one_is_added_used_by_a_rule_and_then_stays(served):
    administrator, comments = served.as_("administrator"), text(served).count("#")
    assert [] == administrator.get("/api/timetables").json()["timetables"]
    after = put(administrator, OPEN)
    assert 200 == after.status_code, after.text
    assert [{"timetable": OPEN, "used_by": []}] == after.json()["timetables"]
    assert comments == text(served).count("#")
    assert [date(2026, 12, 24)] == list(served.context.site.timetables[0].extra_holidays)  # it runs
    body = administrator.get("/api/cameras/yard/counting").json()
    assert [{"name": "open", "display_name": "Opening hours"}] == body["timetables"]
    rule = {"name": "in", "kind": "presence", "zone": "door", "outside": "open"}
    counting = {**body["counting"], "zones": [DOOR], "rules": [rule]}
    wish = {"revision": body["revision"], "counting": counting}
    assert 200 == administrator.put("/api/cameras/yard/counting", wish).status_code
    [found] = administrator.get("/api/timetables").json()["timetables"]
    assert 1 == len(found["used_by"])
    before = text(served)
    assert 422 == put(administrator).status_code  # the rule refers to it
    assert before == text(served)
    old = {"revision": "0" * 16, "timetables": []}
    assert 409 == administrator.put("/api/timetables", old).status_code
    body = administrator.get("/api/cameras/yard/counting").json()
    wish = {"revision": body["revision"], "counting": {**body["counting"], "rules": []}}
    assert 200 == administrator.put("/api/cameras/yard/counting", wish).status_code
    assert [] == put(administrator).json()["timetables"]
    assert "timetables" not in text(served)


def test_what_cannot_be_is_refused(served):
    administrator, before = served.as_("administrator"), text(served)
    for wrong in (
        {**OPEN, "holidays": "XX"},
        {**OPEN, "hours": []},
        {**OPEN, "hours": [{"days": []}]},
        {**OPEN, "extra_holidays": ["2026-02-30"]},
        {**OPEN, "extra_holidays": ["2026-12-24"] * 501},
        {**OPEN, "name": "Not a name"},
    ):
        assert 422 == put(administrator, wrong).status_code, wrong
    assert 422 == put(administrator, OPEN, OPEN).status_code
    assert before == text(served)


def test_holidays_of_a_region(served):
    administrator = served.as_("administrator")
    [germany] = [one for one in administrator.get("/api/timetables/regions").json() if one["code"] == "DE"]
    assert "Berlin" == germany["parts"]["BE"]
    query = {"region": "DE-BE", "year": 2026, "language": "de"}
    found = administrator.get("/api/timetables/holidays", params=query).json()
    assert {"day": "2026-04-03", "name": "Karfreitag"} in found
    for region in ("XX", "../etc", "de"):
        answer = administrator.get("/api/timetables/holidays", params={**query, "region": region})
        assert 422 == answer.status_code, region


def test_only_administrators_see_and_change_them(served):
    for role in ("operator", "viewer", "auditor"):
        assert 403 == served.as_(role).get("/api/timetables").status_code
        answer = served.as_(role).put("/api/timetables", {"revision": "0" * 16, "timetables": []})
        assert 403 == answer.status_code
