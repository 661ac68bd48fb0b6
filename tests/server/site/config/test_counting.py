"""Zones and lines are written to site.yaml, with its comments kept, and take effect at once."""

DOOR = {"name": "door", "polygon": [[0.1, 0.1], [0.6, 0.1], [0.6, 0.7]], "count": ["person"], "anchor": "foot"}


SILL = {"name": "sill", "points": [[0.0, 0.5], [1.0, 0.5]]}


def text(served):
    return served.context.config.read_text()


def comments(served):
    return [line.partition("#")[2] for line in text(served).splitlines() if "#" in line]


def test_a_zone_is_moved_and_a_line_is_drawn(served):
    administrator, before = served.as_("administrator"), comments(served)
    body = administrator.get("/api/cameras/yard/counting").json()
    wish = {"revision": body["revision"], "counting": {**body["counting"], "zones": [DOOR], "lines": [SILL]}}
    after = administrator.put("/api/cameras/yard/counting", wish).json()
    assert body["revision"] != after["revision"]
    assert [0.6, 0.7] == after["counting"]["zones"][0]["polygon"][2]
    assert before == comments(served)
    assert "polygon: [[0.1, 0.1], [0.6, 0.1], [0.6, 0.7]]" in text(served)
    assert ["sill"] == [line.name for line in served.context.site.cameras["yard"].counting.lines]  # it runs
    assert ["door"] == [zone["name"] for zone in administrator.get("/api/cameras/yard").json()["zones"]]
    answer = administrator.put("/api/cameras/yard/counting", wish)
    assert (409, "reload") == (answer.status_code, answer.json()["needs"])


def test_invalid_counting_changes_nothing(served):
    administrator, before = served.as_("administrator"), text(served)
    body = administrator.get("/api/cameras/yard/counting").json()
    crossed = {**DOOR, "polygon": [[0.1, 0.1], [0.6, 0.6], [0.6, 0.1], [0.1, 0.6]]}
    rule = {"name": "in", "kind": "presence", "zone": "door", "during": "no such hours"}
    for counting in ({"zones": [crossed]}, {"zones": [DOOR], "rules": [{**rule, "during": "night"}]}):
        wish = {"revision": body["revision"], "counting": counting}
        assert 422 == administrator.put("/api/cameras/yard/counting", wish).status_code
    assert before == text(served)


def test_zones_and_their_revision(served):
    found = served.get("/api/cameras/yard/counting").json()
    assert ["door"] == [zone["name"] for zone in found["counting"]["zones"]]
    assert 16 == len(found["revision"])


def test_regions_are_drawn_beside_zones(served):
    administrator, before = served.as_("administrator"), comments(served)
    corner = [[0.0, 0.0], [0.2, 0.0], [0.2, 0.2]]
    body = administrator.get("/api/cameras/yard/counting").json()
    assert ([], []) == (body["hide_regions"], body["keep_regions"])

    def change(**regions):
        found = administrator.get("/api/cameras/yard/counting").json()
        wish = {"revision": found["revision"], "counting": found["counting"], **regions}
        return administrator.put("/api/cameras/yard/counting", wish)

    assert [corner] == change(hide_regions=[corner], keep_regions=[]).json()["hide_regions"]
    assert "hide_regions: [[[0.0, 0.0], [0.2, 0.0], [0.2, 0.2]]]" in text(served)
    assert "keep_regions" not in text(served)
    assert (3, 0) == (  # it runs
        len(served.context.site.cameras["yard"].hide_regions[0]),
        len(served.context.site.cameras["yard"].keep_regions),
    )
    assert [corner] == change().json()["hide_regions"]  # who does not name them leaves them
    flat = change(hide_regions=[[[0, 0], [0.5, 0.5], [1, 1]]])
    assert (422, True) == (flat.status_code, "polygon cannot be filled" in flat.json()["detail"])
    assert [] == change(hide_regions=[]).json()["hide_regions"]
    assert before == comments(served)
