"""The systemd unit and the Dockerfile match the program."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML

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


def run_action(folder, files, verdict=0):
    """The step of deploy/action.yml, with programs that note what they were called with."""
    (step,) = YAML().load((FOLDER / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    programs = folder / "programs"
    programs.mkdir()
    for name in ("pip", "passerby"):
        program = programs / name
        note = f'echo {name} "$@" >> "{folder}/called"'
        program.write_text(f'#!/bin/sh\n{note}\n[ "$1" != verify ] || {{ echo "$2"; exit {verdict}; }}\n')
        program.chmod(0o755)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "FILES": files,
        "FAIL_ON": "suspect",
        "GITHUB_ACTION_PATH": "/checkout/deploy",
    }
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(bash, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    called = (folder / "called").read_text().splitlines() if (folder / "called").exists() else []
    return done, called


@pytest.mark.parametrize("files", ["", "  ", "released/*.mp4", "a/one.mp4 released/*.mp4"])
def test_the_action_fails_where_there_is_nothing_to_check(tmp_path, files):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.mp4").touch()
    done, called = run_action(tmp_path, files)
    assert (1, []) == (done.returncode, called)
    assert "::error::There is no file" in done.stdout


@pytest.mark.parametrize("verdict", [0, 1])
def test_the_action_installs_its_own_revision_and_keeps_every_result(tmp_path, verdict):
    for name in ("a/one.mp4", "b/one.mp4", "b/with space.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    done, called = run_action(tmp_path, "a/*.mp4 b/*.mp4", verdict)
    assert (verdict, "pip install /checkout/deploy/..") == (done.returncode, called[0]), done.stderr
    assert {
        "passerby-a%2Fone.mp4.sarif": "a/one.mp4\n",
        "passerby-b%2Fone.mp4.sarif": "b/one.mp4\n",
        "passerby-b%2Fwith space.mp4.sarif": "b/with space.mp4\n",
    } == {file.name: file.read_text() for file in tmp_path.glob("passerby-*.sarif")}
