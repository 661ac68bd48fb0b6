"""`passerby counts export` and `passerby events`: what comes out is what was counted, and gaps are gaps."""

import csv
import json
import random

import pytest
from arro3.io import read_parquet
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.core.clock import Moment
from passerby.core.errors import OutputExists, StoreError, UsageError
from passerby.store.counts import dp_release as publishing
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from tests.uplink.program import BEGIN, event, minute

MINUTES = (0, 1, 2, 5, 6)  # two are missing


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    with Database.open(folder, make=True) as database:
        counts = Counts(database, "school")
        for number in MINUTES:
            counts.add([minute("gate", number)], [event(number)] if number < 2 else [], Moment(1.0, BEGIN, True))
    return folder


def run(*arguments, fails=None):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if fails is not None:
        assert fails is type(result.exception)
        return str(result.exception)
    assert 0 == result.exit_code, result.output
    return result.output


def table(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_row_for_every_minute(data, tmp_path):
    run("counts", "export", tmp_path / "c.csv", "--data", data)
    rows = table(tmp_path / "c.csv")
    zone = [row for row in rows if row["what"] == "zone"]
    assert [f"2027-01-15T08:0{n}:00Z" for n in range(7)] == [row["start"] for row in zone]
    assert ["60.0"] * 3 + ["0.0"] * 2 + ["60.0"] * 2 == [row["covered"] for row in zone]
    assert [4, 1, 3, None, None, 4, 1] == [int(row["came"]) if row["came"] else None for row in zone]
    assert "" == zone[3]["mean"] == zone[3]["trusted"]
    assert "true" == zone[0]["trusted"]
    line = [row for row in rows if row["what"] == "line"]
    assert [4, 1, 3, None, None, 4, 1] == [int(row["forward"]) if row["forward"] else None for row in line]
    assert {""} == {row["mean"] for row in line}


def test_parquet_holds_the_same(data, tmp_path):
    run("counts", "export", tmp_path / "c.csv", "--data", data)
    run("counts", "export", tmp_path / "c.parquet", "--data", data)
    found = read_parquet(tmp_path / "c.parquet").read_all()
    came = found.column("came").to_pylist()
    assert [int(row["came"]) if row["came"] else None for row in table(tmp_path / "c.csv")] == came
    assert [True, None] == [found.column("trusted").to_pylist()[n] for n in (0, 3)]


def test_longer_stretches_add_up_and_say_how_much_was_watched(data, tmp_path):
    run("counts", "export", tmp_path / "c.csv", "--data", data, "--every", "hour")
    zone, line = sorted(table(tmp_path / "c.csv"), key=lambda row: row["what"], reverse=True)
    assert ("300.0", "13", "13", "4") == (zone["covered"], zone["came"], zone["dwell_0_5"], zone["most"])
    assert 13 / 2 / 5 == float(zone["mean"])
    assert ("13", str(sum(n % 3 for n in MINUTES))) == (line["forward"], line["back"])


def test_from_and_to(data, tmp_path):
    run("counts", "export", tmp_path / "c.csv", "2027-01-15T08:02Z", "2027-01-15T08:04+00:00", "--data", data)
    assert ["08:02", "08:03"] == [row["start"][11:16] for row in table(tmp_path / "c.csv") if row["what"] == "zone"]


def test_what_is_published_has_noise_and_nothing_small(data, tmp_path):
    run("counts", "export", tmp_path / "p.csv", "--data", data, "--publish", "--epsilon", "0.5", "--smallest", "3")
    rows = table(tmp_path / "p.csv")
    assert set(publishing.COLUMNS) == set(rows[0])
    assert {("0.5", "3", publishing.PROTECTS)} == {(row["epsilon"], row["smallest"], row["protects"]) for row in rows}
    shown = [int(row[name]) for row in rows for name in publishing.COUNTS if row[name]]
    assert all(count >= 3 for count in shown)
    assert "true" in {row["suppressed"] for row in rows}
    assert all(row["came"] == "" and row["suppressed"] == "false" for row in rows if row["covered"] == "0.0")
    run("counts", "export", tmp_path / "p.parquet", "--data", data, "--publish", "--epsilon", "0.5")
    assert 0.5 == read_parquet(tmp_path / "p.parquet").read_all().column("epsilon").to_pylist()[0]


def test_the_noise_is_what_the_budget_says():
    """Of the discrete Laplace distribution with scale 2, the mean distance from 0 is 1 / sinh(1/2)."""
    noise = publishing.discrete_laplace(0.5)([0] * 20000)
    assert 1.92 == pytest.approx(sum(map(abs, noise)) / len(noise), rel=0.06)
    assert 0 == pytest.approx(sum(noise) / len(noise), abs=0.1)


def test_small_numbers_are_left_out_after_the_noise():
    """Or a number that is there would say that the true one was not small."""
    rows = [
        dict.fromkeys(publishing.COUNTS) | dict.fromkeys(("start", "camera", "covered", "place", "what", "sort"))
    ] * 2
    rows = [dict(rows[0], forward=9), dict(rows[1], forward=1)]
    shown = publishing.published(
        rows, 1.0, 5, lambda counts: [count - 6 if count == 9 else count + 6 for count in counts]
    )
    assert [(None, True), (7, False)] == [(row["forward"], row["suppressed"]) for row in shown]


@pytest.mark.parametrize("epsilon", ["0", "-1", "11", "nan"])
def test_a_budget_that_makes_no_sense_is_refused(data, tmp_path, epsilon):
    said = run(
        "counts", "export", tmp_path / "p.csv", "--data", data, "--publish", f"--epsilon={epsilon}", fails=UsageError
    )
    assert "--epsilon must be" in said
    assert not (tmp_path / "p.csv").exists()


def test_errors_say_what_to_do(data, tmp_path):
    assert ".csv or .parquet" in run("counts", "export", tmp_path / "c.xlsx", "--data", data, fails=UsageError)
    (tmp_path / "c.csv").write_text("mine")
    assert "--force" in run("counts", "export", tmp_path / "c.csv", "--data", data, fails=OutputExists)
    assert "mine" == (tmp_path / "c.csv").read_text()
    said = run("counts", "export", tmp_path / "d.csv", "--data", data, "--camera", "attic", fails=StoreError)
    assert "by camera attic" in said
    assert "There are counts from" in said
    with Database.open(tmp_path / "empty", make=True):
        pass
    said = run("counts", "export", tmp_path / "d.csv", "--data", tmp_path / "empty", fails=StoreError)
    assert "passerby watch" in said


def test_events_are_listed_seen_and_closed(data):
    told = [json.loads(line) for line in run("events", "list", "--data", data, "--json").splitlines()]
    assert [event(1).id, event(0).id] == [one["id"] for one in told]
    assert {"new"} == {one["state"] for one in told}
    run("events", "seen", event(0).id, "--data", data)
    run("events", "close", event(1).id, "--data", data)
    told = [json.loads(line) for line in run("events", "list", "--data", data, "--json").splitlines()]
    assert ["closed", "seen"] == [one["state"] for one in told]
    (line,) = run("events", "list", "--data", data, "--state", "seen", "--json").splitlines()
    assert event(0).id == json.loads(line)["id"]
    assert "crowd" in run("events", "list", "--data", data)
    assert "passerby events list" in run("events", "seen", "gate/none/1", "--data", data, fails=UsageError)


def test_the_dwell_of_all_is_the_sum_of_the_minutes():
    from passerby.store.counts import count_table as sheet

    rng = random.Random(1)
    bins = [minute("gate", rng.randrange(600)) for _ in range(50)]
    for every in sheet.Every:
        rows = list(sheet.rows(bins, BEGIN, BEGIN + 36000, every))
        assert sum(b.zones[0].came for b in bins) == sum(row["dwell_0_5"] or 0 for row in rows)
