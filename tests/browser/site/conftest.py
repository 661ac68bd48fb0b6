"""A site that is watched: `passerby watch` as a process of its own, a real RTSP server, a camera that is not there."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from passerby.server.page import is_built
from passerby.store.folder import DataFolder
from tests.cameras.served import free_port, need_server, rtsp_server, write_units
from tests.cameras.watching import Watching, walking

SITE = """\
# Our hall.
name: North hall
status: {{port: {port}}}
pages: {{two_persons: true}}
cameras:
  # by the door
  gate:
    url: {url}
    hide: [face]
    frames_a_second: 5
  yard:
    url: rtsp://127.0.0.1:{nowhere}/0
"""


@dataclass
class Site:
    """`address` holds the token; `top` is where the pages are; `file` is its site.yaml."""

    watching: Watching
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
    need_server()
    if not is_built("site.html"):
        pytest.skip("the page is not built: scripts/web needs npm")
    folder = tmp_path_factory.mktemp("site")
    DataFolder.make(folder / "data").close()
    with rtsp_server(write_units(list(walking()), folder / "units")) as server:
        file = folder / "site.yaml"
        file.write_text(SITE.format(port=free_port(), url=server.url(), nowhere=free_port()))
        watching = Watching(file)
        try:
            watching.until(lambda status: status.get("frames", 0) > 0)
            address = watching.address()
            yield Site(watching, address, file)
        finally:
            code = watching.stop()
    assert 0 == code


@pytest.fixture
def inside(page, site):
    """A page of whoever started the program, who has said what for."""
    page.goto(site.address)
    page.fill("#purpose", "a test of the pages")
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame nav")
    assert not re.search("token", page.url)
    return page
