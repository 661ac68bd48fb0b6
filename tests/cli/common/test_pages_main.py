"""The process of the pages, as `passerby watch` starts it."""

import re
from pathlib import Path

import httpx2
import pytest

from passerby.cli.common.pages_main import COMMAND, MAX_MEMORY
from passerby.cli.common.site_server import PageSockets
from passerby.config.site_file import load_site
from passerby.core.errors import UsageError
from passerby.documents.status import SiteStatus
from passerby.server.pages.link import PagesSpec
from passerby.server.pages.process import PagesProcess
from passerby.store.database import Database
from tests.watch.child import wait_until

TEXT = "data: data\nstatus:\n  port: 0\ncameras:\n  gate:\n    url: rtsp://192.0.2.1/\n"


def status():
    return SiteStatus(name="site", started=0, now=7, clock_trusted=True, cameras={})


@pytest.fixture
def pages(tmp_path):
    Database.open(tmp_path / "data", create=True).close()
    config = tmp_path / "site.yaml"
    made = []

    def make(text):
        config.write_text(text)
        site = load_site(config)
        sockets = PageSockets.open(site)
        public = None if sockets.public is None else sockets.public.fileno()
        spec = PagesSpec(config, site, status(), "t" * 32, sockets.local.fileno(), public)
        made.append((PagesProcess(COMMAND, spec, status, lambda: site, print), sockets))
        return made[-1]

    yield make
    for process, sockets in made:
        process.stop()
        sockets.close()


def answered(port):
    with httpx2.Client(trust_env=False) as client:
        return client.get(f"http://127.0.0.1:{port}/api/status", timeout=60).json()["now"]


def test_a_restart_keeps_the_address(pages):
    process, sockets = pages(TEXT)
    process.start()
    assert 7 == answered(sockets.local_port)
    limits = Path(f"/proc/{process._process.pid}/limits").read_text()
    most = re.search(r"Max data size +(\d+) ", limits)
    assert most
    assert int(most[1]) <= MAX_MEMORY
    process._process.kill()
    wait_until(lambda: (process.poll(), process.restarts)[1])
    assert 7 == answered(sockets.local_port)  # who connects meanwhile waits


def test_what_is_missing_is_told_at_the_start(pages):
    process, _ = pages(TEXT + "web: {host: 0.0.0.0, port: 0}\n")
    with pytest.raises(UsageError, match="passerby accounts add"):
        process.start()
