"""The commands of a fleet."""

import time

import pytest
from typer.testing import CliRunner

from passerby.cli.fleet import app
from passerby.config.fleet.settings import database_address
from passerby.core.errors import OutputExists, UsageError
from passerby.documents.fleet_messages import LogRow
from passerby.fleet.setup import FleetFolder
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.intake import Intake, site_ids_of
from passerby.fleet.store.sites import FleetSites
from tests.fleet.messages import hash_of, health
from tests.fleet.store.test_anchors import ATTESTED


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path):
    run("init", "--name", "Lakeside", "--folder", tmp_path / "fleet")
    return tmp_path / "fleet"


@pytest.fixture
def database(folder):
    with FleetDatabase(database_address(folder, FleetFolder(folder).settings())) as database:
        yield database


def test_one_command_makes_a_fleet_and_one_each_site(folder, database):
    found = run("add", "north", "--display-name", "North school", "--position", "0.5,0.25", "--folder", folder)
    assert "credentials: north.pem" in found.stdout
    assert "by: https" in found.stdout
    site = FleetSites(database).find("north")
    assert ("North school", 0.5, 0.25) == (site.display_name, site.x, site.y)
    with pytest.raises(OutputExists):
        run("init", "--folder", folder)


def test_renewed_credentials_replace_the_old_ones(folder, database):
    run("add", "north", "--folder", folder)
    before = FleetSites(database).find("north").certificate
    run("add", "north", "--renew", "--folder", folder)
    assert before != FleetSites(database).find("north").certificate
    with pytest.raises(UsageError, match="already a site"):
        run("add", "north", "--folder", folder)
    with pytest.raises(UsageError, match="no site south"):
        run("add", "south", "--renew", "--folder", folder)


def test_a_site_that_is_removed_sends_no_more(folder, database):
    run("add", "north", "--folder", folder)
    run("remove", "north", "--folder", folder)
    assert FleetSites(database).find("north").certificate is None
    assert not FleetFolder(folder).credentials("north").exists()
    with pytest.raises(UsageError, match="no site south"):
        run("remove", "south", "--folder", folder)


@pytest.mark.parametrize("position", ["x", "1", "1,2,3"])
def test_a_position_that_is_none_is_told(folder, position):
    with pytest.raises(UsageError, match="0.25,0.5"):
        run("add", "north", "--position", position, "--folder", folder)


def test_the_audit_tells_what_is_wrong_and_ends_with_3(folder, database, tmp_path):
    run("add", "north", "--folder", folder)
    with database.reading() as connection:
        ids = site_ids_of(connection)
    now = int(time.time())
    Intake(database).store([health(number=1, log=LogRow(number=10, hash=hash_of(10)), retention=ATTESTED)], ids, now)
    found = run("audit", "--folder", folder)
    assert (0, True) == (found.exit_code, "Nothing is wrong" in found.stdout)
    changed = LogRow(number=10, hash=hash_of(11))
    Intake(database).store([health(number=2, log=changed, retention=ATTESTED)], ids, now)
    found = run("audit", "--folder", folder)
    assert 3 == found.exit_code
    assert "north: its audit log was rewritten: row 10" in found.stdout
    (tmp_path / "log").write_text("")
    assert "the copy lacks row 10" in run("audit", "--log", f"north={tmp_path}/log", "--folder", folder).stdout
    for wrong, says in (("x", "SITE=FILE"), ("north=/gone", "cannot be read"), (f"south={tmp_path}/log", "no site")):
        with pytest.raises(UsageError, match=says):
            run("audit", "--log", wrong, "--folder", folder)
