"""A browser, and `passerby review` as a process of its own, as a person starts it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from passerby.core.box import Box
from passerby.server.spa import is_built
from tests import stills
from tests.browser.case_steps import NUMBER, film
from tests.browser.footage import MOVING, demo_footage, real_footage
from tests.clips import everything
from tests.plans import permanent_track, plan_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass
class Server:
    """One process. `kill` ends it as a power cut would. `cookies` are those of the browser that used the token."""

    process: subprocess.Popen
    address: str
    cookies: list = field(default_factory=list)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


@dataclass
class Servers:
    running: list[Server] = field(default_factory=list)

    def start(self, *files: Path | str) -> Server:
        """With these files and options."""
        program = [sys.executable, "-m", "passerby"]
        process = subprocess.Popen(
            [*program, "review", *map(str, files), "--port", "0", "--no-browser", "--reviewer", "J. Doe"],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = process.stdout.readline()
        found = re.search(r"https?://\S+", line)
        assert found, line
        server = Server(process, found.group(0))
        self.running.append(server)
        return server


@contextmanager
def started():
    """Servers that end with the block."""
    all_of_them = Servers()
    yield all_of_them
    for server in all_of_them.running:
        if server.process.poll() is None:
            server.process.terminate()
            server.process.wait(30)
        server.process.stdout.close()


@pytest.fixture
def servers():
    with started() as all_of_them:
        yield all_of_them


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: scripts/test installs it where it may")
    if not is_built():
        pytest.skip("the page is not built: scripts/build-web needs npm")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page that fails the test when it raises, or asks for anything outside."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(180_000)
    page: Page = context.new_page()
    wrong, asked = [], []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert [] == wrong
    assert [] == [url for url in asked if not re.match(r"(http://127\.0\.0\.1:\d+/|blob:|data:)", url)]


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("footage")
    return real_footage(folder) if MOVING.exists() else demo_footage(folder)


@pytest.fixture
def case(footage, tmp_path):
    """A folder of its own with the clip and its plan."""
    clip = tmp_path / footage.clip.name
    shutil.copy(footage.clip, clip)
    plan = tmp_path / f"{clip.stem}.plan.json"
    plan.write_text(footage.plan.to_json())
    return clip, plan


@pytest.fixture(scope="module")
def eleven(tmp_path_factory):
    """Five films, one of them with sound, five photos, and a file that is broken."""
    folder = tmp_path_factory.mktemp("request") / "films"
    folder.mkdir()
    for number in range(4):
        film(folder / f"film-{number}.mp4", number)
    everything(folder / "sound.mp4")
    (folder / "sound.plan.json").write_text(
        plan_for(folder / "sound.mp4", permanent_track(1, Box(4, 4, 28, 20))).to_json()
    )
    for number in range(5):
        stills.image(seed=number).save(folder / f"photo-{number}.jpg", quality=90)
    (folder / "broken.mp4").write_bytes((folder / "film-0.mp4").read_bytes()[:600])
    return folder


@pytest.fixture(scope="module")
def office(eleven, tmp_path_factory, models):
    """A server with a case of two films, in which tests only look."""
    root = tmp_path_factory.mktemp("office")
    for name in ("film-0.mp4", "film-1.mp4"):
        (root / "cases" / NUMBER).mkdir(parents=True, exist_ok=True)
        shutil.copy(eleven / name, root / "cases" / NUMBER / name)
        plan = name.replace(".mp4", ".plan.json")
        shutil.copy(eleven / plan, root / "cases" / NUMBER / plan)
    (root / "cases" / NUMBER / "passerby-case.json").write_text(
        json.dumps({"details": {"number": NUMBER, "requestor": "J. Roe"}, "created": "2026-03-01T10:30:00+00:00"})
    )
    with started() as servers:
        yield servers.start("--cases", root / "cases", "--root", root)
