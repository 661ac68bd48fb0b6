"""Sums of counts as the pages get them, and as files."""

import csv
import io

import pytest
from arro3.io import read_parquet

from passerby.fleet.store.validations import MAX_LISTED
from passerby.store.audit.log import read

QUERY = {"start": "2027-01-10", "end": "2027-01-12"}


@pytest.fixture(scope="module")
def operator(served_fleet):
    return served_fleet.as_("operator")


def test_sums_have_their_coverage_beside_them(operator):
    found = operator.get("/api/fleet/counts", params={**QUERY, "every": "day"}).json()
    assert 86400 == found["step_s"]
    expected = [("north", "North school"), ("south", "South school")]
    assert expected == [(series["site"], series["display_name"]) for series in found["series"]]
    point = found["series"][0]["points"][0]
    assert point["possible_seconds"] >= point["observed_seconds"] > 0
    assert point["entries"] is None


def test_gaps_are_missing_and_not_zero(operator):
    found = operator.get("/api/fleet/counts", params={**QUERY, "every": "hour", "site": "north"}).json()
    [series] = found["series"]
    assert len(series["points"]) < 48
    assert 0 not in {point["forward"] for point in series["points"]}


def test_the_same_as_a_file(operator, served_fleet):
    query = {**QUERY, "every": "day", "by_site": False}
    series = operator.get("/api/fleet/counts", params=query).json()["series"][0]["points"]
    text = operator.get("/api/fleet/counts/table.csv", params=query)
    rows = list(csv.DictReader(io.StringIO(text.text)))
    assert [str(point["forward"]) for point in series] == [row["forward"] for row in rows]
    assert ("", "2027-01-10") == (rows[0]["site"], rows[0]["start"])
    file = operator.get("/api/fleet/counts/table.parquet", params=query)
    table = read_parquet(io.BytesIO(file.content)).read_all()
    assert [point["forward"] for point in series] == table["forward"].to_pylist()
    with served_fleet.context.database.read_transaction() as connection:
        subjects = [entry.details.get("subject") for _, entry in read(connection)]
    assert subjects.count("fleet counts") >= 2
    assert 422 == operator.get("/api/fleet/counts/table.exe", params=query).status_code


def test_what_there_is(operator):
    found = operator.get("/api/fleet/counts/counted", params={"site": "north"}).json()
    shown = [{"name": name, "display_name": f"{name.title()} school"} for name in ("north", "south")]
    assert {"sites": shown, "classes": ["person"], "cameras": ["gate", "yard"], "locations": ["door"]} == found


def test_a_camera_of_two_sites(operator):
    query = {**QUERY, "site": ["north", "south"], "by_site": False}
    [everything] = operator.get("/api/fleet/counts", params=query).json()["series"]
    [part] = operator.get("/api/fleet/counts", params={**query, "camera": "gate"}).json()["series"]
    assert (None, None) == (part["site"], part["display_name"])
    assert everything["points"][0]["possible_seconds"] == 2 * part["points"][0]["possible_seconds"]
    answer = operator.get("/api/fleet/counts", params={**QUERY, "camera": "gate"})
    assert (422, True) == (answer.status_code, "choose its site first" in answer.json()["detail"])


@pytest.mark.parametrize(
    "query", [{"start": "2027-01-12", "end": "2027-01-10"}, {**QUERY, "site": "a/b"}, {**QUERY, "every": "minute"}]
)
def test_what_makes_no_sense_is_told(operator, query):
    assert 422 == operator.get("/api/fleet/counts", params=query).status_code


def test_how_far_lines_are_off_is_told_beside_their_numbers(operator, served_fleet):
    [line] = operator.get("/api/fleet/counts/bias", params={"site": "north", "location": "door"}).json()
    assert ("North school", "gate", "line", "person") == (
        line["display_name"], line["camera"], line["location_type"], line["class"],
    )  # fmt: skip
    assert {"bias": -0.041, "low": -0.07, "high": -0.01} == line["both"]
    assert (30, 29, None, 1) == (line["minutes"], line["counted"], line["backward"], line["keys"])
    assert [] == operator.get("/api/fleet/counts/bias", params={"site": "south"}).json()
    listed = served_fleet.client.app.openapi()["paths"]["/api/fleet/counts/bias"]["get"]["description"]
    assert f"at most {MAX_LISTED}" in listed
    assert 422 == operator.get("/api/fleet/counts/bias", params={"class": "dog"}).status_code
    assert 401 == served_fleet.other().get("/api/fleet/counts/bias").status_code


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_how_far_lines_are_off_is_a_file_too(operator, served_fleet, form):
    [shown] = operator.get("/api/fleet/counts/bias", params={"site": "north"}).json()
    answer = operator.get(f"/api/fleet/counts/bias.{form}", params={"site": "north"})
    assert f'attachment; filename="fleet-count-bias.{form}"' == answer.headers["content-disposition"]
    if form == "csv":
        [row] = csv.DictReader(io.StringIO(answer.text))
        unknown, number = "", str
    else:
        [row] = read_parquet(io.BytesIO(answer.content)).read_all().to_struct_array().to_pylist()
        unknown, number = None, float
    assert ("north", "gate", "door", "line", "person") == tuple(
        row[name] for name in ("site", "camera", "location", "location_type", "class")
    )
    assert [number(shown["both"][name]) for name in ("bias", "low", "high")] == [
        row[name] for name in ("bias", "low", "high")
    ]
    assert unknown == row["backward_bias"] != row["forward_bias"]
    assert row["public_key"] == shown["public_key"]
    with served_fleet.context.database.read_transaction() as connection:
        assert "fleet count bias" in [entry.details.get("subject") for _, entry in read(connection)]
    assert 403 == served_fleet.as_("viewer").get(f"/api/fleet/counts/bias.{form}").status_code
