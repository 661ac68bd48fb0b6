"""A site that is watched: `passerby watch` as a process of its own, a real RTSP server, a camera that is not there."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from passerby.config.roles import Role
from passerby.server.spa import is_built
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.passwords import hash_password
from passerby.store.data_folder import DataFolder
from passerby.store.database import Database
from tests.browser.site.steps import PATIENCE, password_of
from tests.cameras.servers import RtspServer, free_port, require_rtsp_server, rtsp_server, write_units
from tests.cameras.watch_process import WatchProcess, walking_person

SITE = """\
# Our hall.
name: North hall
status: {{port: {port}}}
web: {{dual_approval: true}}
notice:
  controller: City of Northby, 1 Market Square
  contact: privacy@northby.example
  purposes: [The hall is not too full]
  basis: public_task
  grounds: Law on public halls
cameras:
  # by the door
  gate:
    url: {url}
    hide: [face]
    max_fps: 3
  yard:
    url: rtsp://127.0.0.1:{nowhere}/0
"""
#: Those who have an account from the beginning.
PEOPLE = {"vera": Role.VIEWER, "oscar": Role.OPERATOR, "audra": Role.AUDITOR}


@dataclass
class Site:
    """`address` holds the token; `top` is where the pages are; `file` is its site.yaml; `server` the camera."""

    watching: WatchProcess
    server: RtspServer
    address: str
    file: Path

    @property
    def top(self):
        return self.address.partition("/?")[0]

    @property
    def data(self):
        return self.file.parent / "data"


@pytest.fixture(scope="module")
def site(models, tmp_path_factory):
    require_rtsp_server()
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/build-web needs npm")
    folder = tmp_path_factory.mktemp("site")
    DataFolder.create(folder / "data").close()
    with Database.open(folder / "data") as database:
        for name, role in PEOPLE.items():
            Accounts(database).add(name, role, time.time(), password_hash=hash_password(password_of(name)))
    with rtsp_server(write_units(list(walking_person()), folder / "units")) as server:
        file = folder / "site.yaml"
        file.write_text(SITE.format(port=free_port(), url=server.url(), nowhere=free_port()))
        watching = WatchProcess(file)
        try:
            watching.wait_until(lambda status: status.get("frames", 0) > 0)
            yield Site(watching, server, watching.address(), file)
        finally:
            code = watching.stop()
    assert 0 == code


@pytest.fixture(autouse=True)
def patient():
    expect.set_options(timeout=PATIENCE * 1000)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def inside(page, site):
    """A page of whoever started the program, who has said what for."""
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(site.address)
    page.fill("#purpose", "a test of the pages")
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame nav")
    assert not re.search("token", page.url)
    return page
