"""The manual page: complete, well-formed, and in the wheel. tests/test_docs.py holds it up to date."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "ref" / "passerby.1"


needs_mandoc = pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")


@needs_mandoc
def test_nothing_in_it_is_malformed():
    checked = subprocess.run(["mandoc", "-Tlint", "-Wwarning", PAGE], capture_output=True, text=True)
    assert "" == checked.stdout
    styles = subprocess.run(["mandoc", "-Tlint", "-Wstyle", PAGE], capture_output=True, text=True).stdout.splitlines()
    assert [] == [line for line in styles if "longer than 80" in line]


@needs_mandoc
def test_every_option_of_the_reference_is_in_it():
    shown = subprocess.run(["mandoc", "-Tascii", PAGE], capture_output=True, text=True, check=True).stdout
    plain = re.sub(r".\x08", "", shown)  # bold is a letter over itself
    options = set(re.findall(r"`(--[a-z-]+)`", (ROOT / "docs" / "ref" / "cli.md").read_text(encoding="utf-8")))
    assert options
    assert set() == {option for option in options if option not in plain}


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_man_shows_it():
    shown = subprocess.run(
        ["man", "--warnings", "-l", PAGE],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80"},
    )
    assert (0, "") == (shown.returncode, shown.stderr)
    assert "NAME" in shown.stdout


def test_the_wheel_installs_it():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    targets = config["tool"]["hatch"]["build"]["targets"]
    assert {"docs/ref/passerby.1": "share/man/man1/passerby.1"} == targets["wheel"]["shared-data"]
    assert "docs" in targets["sdist"]["include"]  # the wheel is built from it, too
