"""The systemd unit and the Dockerfile match the program."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from passerby.cli.app import app
from passerby.config.site_file import HOST_VARIABLE
from passerby.config.web import WebSettings

FOLDER = Path(__file__).parent.parent / "deploy"
UNIT = FOLDER / "passerby.service"


def known_commands():
    commands = typer.main.get_command(app)
    for name in commands.list_commands(None):
        yield name
        for child in getattr(commands.get_command(None, name), "commands", {}):
            yield f"{name} {child}"


def test_memory_is_neither_dumped_nor_swapped():
    lines = set(UNIT.read_text(encoding="utf-8").splitlines())
    assert {"LimitCORE=0", "MemorySwapMax=0", "NoNewPrivileges=yes", "ProtectSystem=strict"} <= lines
    assert "--ulimit core=0" in (FOLDER / "Dockerfile").read_text(encoding="utf-8")


def test_the_clock_state_can_be_queried():
    """The C library uses one of these calls; if it fails, no time is ever trusted."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    calls = [line.removeprefix("SystemCallFilter=").split() for line in lines if line.startswith("SystemCallFilter=")]
    assert {"adjtimex", "clock_adjtime", "clock_adjtime64"} <= set(calls[-1])
    assert not [line for line in lines if line.startswith("ProtectClock=")]


def test_site_yaml_lies_where_the_pages_may_change_it():
    """The unit, the image and the guide name one file, in the folder that may be written."""
    unit, image = UNIT.read_text(encoding="utf-8"), (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    (writable,) = re.findall(r"^ReadWritePaths=(\S+)$", unit, re.MULTILINE)
    (volume,) = re.findall(r"^VOLUME (\S+)$", image, re.MULTILINE)
    started = re.findall(r" site -c (\S+)", unit) + re.findall(r'"site", "-c", "([^"]+)"', image)
    assert [f"{writable}/site.yaml", f"{volume}/site.yaml"] == started
    guide = (FOLDER.parent / "docs" / "guide" / "watch.md").read_text(encoding="utf-8")
    assert started[0] in guide


def test_the_image_serves_its_pages_on_the_port_that_it_publishes():
    image = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    port = WebSettings().port
    assert {f"EXPOSE {port}", f"ENV {HOST_VARIABLE}=0.0.0.0"} <= set(image.splitlines())
    assert f"-p {port}:{port}" in image


@pytest.mark.parametrize("name", ["passerby.service", "Dockerfile"])
def test_the_commands_in_it_exist(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    named = set(re.findall(r"bin/passerby ([a-z]+(?: [a-z]+)?)", text))
    assert named
    known = set(known_commands())
    assert set() == {words for words in named if words not in known and words.split()[0] not in known}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_accepts_the_unit(tmp_path):
    program = tmp_path / "passerby"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    text = UNIT.read_text(encoding="utf-8").replace("/opt/passerby/bin/passerby", str(program))
    unit = tmp_path / "passerby.service"
    unit.write_text(text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert [] == [line for line in done.stderr.splitlines() if unit.name in line and "User" not in line]
    assert 0 == done.returncode
