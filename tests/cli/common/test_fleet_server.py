"""A fleet that runs: what it says, who reaches its pages, and that it stops."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from passerby.cli.common.fleet_server import running_fleet, serve_fleet_pages
from passerby.config.fleet.settings import FleetPages
from passerby.config.roles import Role
from passerby.core.errors import UsageError
from passerby.store.accounts.accounts import Accounts
from passerby.store.database import Database
from tests.fleet.running import make_fleet
from tests.uplink.broker import free_port

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    return make_fleet(tmp_path_factory.mktemp("fleet"), mqtt=False)


def test_the_program_says_where_it_is_and_stops(fleet):
    process = subprocess.Popen(
        [sys.executable, "-m", "passerby", "fleet", "serve", "--folder", str(fleet.folder.path)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        lines = [process.stderr.readline() for _ in range(3)]
        assert f"sites send to https://localhost:{fleet.ingest_port}" in lines[1]
        address = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", lines[2])[0]
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        browser.addheaders = [("x-passerby", "test")]
        browser.open(f"{address}&purpose=test", timeout=30).close()
        with browser.open(f"{address.partition('?')[0]}api/fleet/sites", timeout=30) as answer:
            assert ["north", "south", "west"] == [site["name"] for site in json.load(answer)["sites"]]
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(30)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_other_machines_need_an_account(fleet):
    settings = fleet.folder.settings()
    public = settings.model_copy(update={"pages": FleetPages(host="0.0.0.0", port=free_port()), "ingest": None})
    said = []
    with running_fleet(fleet.folder, public) as running:
        with (
            pytest.raises(UsageError, match="passerby accounts add"),
            serve_fleet_pages(fleet.folder, public, running, said.append),
        ):
            pass
        with Database.open(fleet.folder.data) as database:
            Accounts(database).add("ann", Role.ADMINISTRATOR, time.time(), password_hash="x")
        with serve_fleet_pages(fleet.folder, public, running, said.append) as address:
            assert f"https://0.0.0.0:{public.pages.port}/" == address
    assert "fingerprint" in said[0]
