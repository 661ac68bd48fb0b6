"""Metrics for Prometheus, and the dashboard that shows them."""

import json
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

DASHBOARD = Path(__file__).parents[3] / "deploy" / "grafana" / "fleet.json"


def families(served_fleet):
    answer = served_fleet.other().get("/metrics")
    assert 200 == answer.status_code
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def test_each_site_has_its_values(served_fleet):
    found = families(served_fleet)
    up = {sample.labels["site"]: sample.value for sample in found["passerby_fleet_site_up"].samples}
    assert {"north": 1.0, "south": 1.0, "west": 0.0} == up
    problems = {
        (sample.labels["site"], sample.labels["problem"])
        for sample in found["passerby_fleet_site_problem"].samples
        if sample.value
    }
    assert {("west", "silent"), ("south", "cameras")} == problems


def test_the_dashboard_asks_for_what_there_is(served_fleet):
    """As Grafana imports it: each panel has a place, a type, and queries of metrics that exist."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    found = families(served_fleet)
    names = {sample.name for family in found.values() for sample in family.samples} | set(found)
    names |= {"passerby_fleet_refused_total"}  # has no sample while nothing was refused
    assert dashboard["uid"]
    assert dashboard["schemaVersion"] >= 38
    assert dashboard["templating"]["list"][0]["type"] == "datasource"
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids)) >= 6
    for panel in dashboard["panels"]:
        assert {"type", "title", "gridPos", "targets", "datasource"} <= panel.keys()
        assert panel["datasource"]["uid"] == "${datasource}"
        assert 0 <= panel["gridPos"]["x"] <= panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        for target in panel["targets"]:
            asked = set(re.findall(r"passerby_\w+", target["expr"]))
            assert asked
            assert asked <= names, target["expr"]


def test_no_two_panels_lie_over_each_other():
    cells = [
        (x, y)
        for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
