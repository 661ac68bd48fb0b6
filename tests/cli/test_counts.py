"""`passerby counts export`: the counts that were stored, and gaps stay gaps."""

import csv

import pytest
from arro3.io import read_parquet
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.core.clock import Moment
from passerby.core.errors import OutputExists, StoreError, UsageError
from passerby.store.counts import dp_release
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from tests.uplink.program import BEGIN, minute

MINUTES = (0, 1, 2, 5, 6)  # two are missing


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    with Database.open(folder, create=True) as database:
        counts = CountStore(database, "school")
        for number in MINUTES:
            counts.add([minute("gate", number)], [], Moment(1.0, BEGIN, True))
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
    zone = [row for row in rows if row["location_type"] == "zone"]
    assert [f"2027-01-15T08:0{n}:00Z" for n in range(7)] == [row["start"] for row in zone]
    assert ["60.0"] * 3 + ["0.0"] * 2 + ["60.0"] * 2 == [row["observed_seconds"] for row in zone]
    assert [4, 1, 3, None, None, 4, 1] == [int(row["entries"]) if row["entries"] else None for row in zone]
    assert "" == zone[3]["mean"] == zone[3]["trusted"]
    assert "true" == zone[0]["trusted"]
    line = [row for row in rows if row["location_type"] == "line"]
    assert [4, 1, 3, None, None, 4, 1] == [int(row["forward"]) if row["forward"] else None for row in line]
    assert {""} == {row["mean"] for row in line}


def test_parquet_holds_the_same(data, tmp_path):
    run("counts", "export", tmp_path / "c.csv", "--data", data)
    run("counts", "export", tmp_path / "c.parquet", "--data", data)
    found = read_parquet(tmp_path / "c.parquet").read_all()
    entries = found.column("entries").to_pylist()
    assert [int(row["entries"]) if row["entries"] else None for row in table(tmp_path / "c.csv")] == entries
    assert [True, None] == [found.column("trusted").to_pylist()[n] for n in (0, 3)]


def test_longer_intervals_add_up_and_state_the_observed_time(data, tmp_path):
    run("counts", "export", tmp_path / "c.csv", "--data", data, "--interval", "hour")
    zone, line = sorted(table(tmp_path / "c.csv"), key=lambda row: row["location_type"], reverse=True)
    assert ("300.0", "13", "13", "4") == (zone["observed_seconds"], zone["entries"], zone["dwell_0_5"], zone["peak"])
    assert 13 / 2 / 5 == float(zone["mean"])
    assert ("13", str(sum(n % 3 for n in MINUTES))) == (line["forward"], line["backward"])


def test_from_and_to(data, tmp_path):
    run("counts", "export", tmp_path / "c.csv", "2027-01-15T08:02Z", "2027-01-15T08:04+00:00", "--data", data)
    assert ["08:02", "08:03"] == [
        row["start"][11:16] for row in table(tmp_path / "c.csv") if row["location_type"] == "zone"
    ]


def test_a_release_has_noise_and_no_small_numbers(data, tmp_path):
    run("counts", "export", tmp_path / "p.csv", "--data", data, "--publish", "--epsilon", "0.5", "--min-count", "3")
    rows = table(tmp_path / "p.csv")
    assert set(dp_release.COLUMNS) == set(rows[0])
    assert {("0.5", "3", dp_release.PRIVACY_UNIT)} == {
        (row["epsilon"], row["min_count"], row["privacy_unit"]) for row in rows
    }
    shown = [int(row[name]) for row in rows for name in dp_release.RELEASED_COUNTS if row[name]]
    assert all(count >= 3 for count in shown)
    assert "true" in {row["suppressed"] for row in rows}
    assert all(
        row["entries"] == "" and row["suppressed"] == "false" for row in rows if row["observed_seconds"] == "0.0"
    )
    run("counts", "export", tmp_path / "p.parquet", "--data", data, "--publish", "--epsilon", "0.5")
    assert 0.5 == read_parquet(tmp_path / "p.parquet").read_all().column("epsilon").to_pylist()[0]


@pytest.mark.parametrize("epsilon", ["0", "-1", "11", "nan"])
def test_an_invalid_budget_is_refused(data, tmp_path, epsilon):
    message = run(
        "counts", "export", tmp_path / "p.csv", "--data", data, "--publish", f"--epsilon={epsilon}", fails=UsageError
    )
    assert "--epsilon must be" in message
    assert not (tmp_path / "p.csv").exists()


def test_errors_say_what_to_do(data, tmp_path):
    assert ".csv or .parquet" in run("counts", "export", tmp_path / "c.xlsx", "--data", data, fails=UsageError)
    (tmp_path / "c.csv").write_text("mine")
    assert "--force" in run("counts", "export", tmp_path / "c.csv", "--data", data, fails=OutputExists)
    assert "mine" == (tmp_path / "c.csv").read_text()
    message = run("counts", "export", tmp_path / "d.csv", "--data", data, "--camera", "attic", fails=StoreError)
    assert "of camera attic" in message
    assert "There are counts from" in message
    with Database.open(tmp_path / "empty", create=True):
        pass
    message = run("counts", "export", tmp_path / "d.csv", "--data", tmp_path / "empty", fails=StoreError)
    assert "passerby watch" in message


def test_what_an_export_spends_is_kept_at_the_site(data, tmp_path, monkeypatch):
    monkeypatch.setattr(dp_release, "discrete_laplace", lambda epsilon: lambda counts: counts)
    first = run("counts", "export", tmp_path / "a.csv", "--publish", "--epsilon", "0.5", "--data", data)
    again = run("counts", "export", tmp_path / "b.csv", "--publish", "--data", data)
    assert "was spent" not in first
    assert "Up to 0.5 was spent on this time before." in again
