"""The programs that are compared: passerby itself, deface, and a plain transcode."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from passerby.config.settings import Profile
from passerby.core.errors import PasserbyError

#: passerby as it runs here, whatever the shell would find under its name.
PASSERBY = (sys.executable, "-m", "passerby")
#: The version that is compared with, from the package index.
DEFACE = "deface==1.5.0"


class Against(StrEnum):
    """What passerby can be compared with."""

    DEFACE = "deface"
    TRANSCODE = "transcode"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that makes one video of another. `command` lacks the name of its output, which comes last.

    `masks` says whether it is meant to change anything: fidelity then leaves out what visibly changed.
    """

    name: str
    command: Sequence[str]
    masks: bool = True

    def writing(self, output: Path) -> list[str]:
        return [*self.command, str(output)]


def passerby(clip: Path, profile: Profile = Profile.BALANCED) -> Tool:
    """`passerby redact` with default settings, its check included."""
    words = ["redact", str(clip), "--profile", profile.value, "--json", "--force", "-o"]
    return Tool("passerby", [*PASSERBY, *words])


def transcode(clip: Path) -> Tool:
    """What any program has to do that writes a video anew, and nothing else. Raises PasserbyError without ffmpeg."""
    words = ["-y", "-v", "error", "-i", str(clip), "-map", "0:v:0", "-c:v", "libx264", "-preset", "veryfast", "-an"]
    return Tool("transcode", [ffmpeg(), *words], masks=False)


def deface(clip: Path, program: Path) -> Tool:
    """deface as it is installed, with its own defaults: a blur."""
    return Tool("deface", [str(program), str(clip), "-o"])


def ffmpeg() -> str:
    """The program's path. Raises PasserbyError when it is not installed."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise PasserbyError("ffmpeg is not installed, and is compared with. On Debian: sudo apt-get install ffmpeg")
    return program


def deface_program(cache: Path) -> Path:
    """deface, in an environment of its own below `cache`: it brings another OpenCV along. Installed when it is not
    there.

    Raises PasserbyError when it cannot be had.
    """
    folder = cache / DEFACE.replace("==", "-")
    program, done = folder / "bin" / "deface", folder / "installed"
    if not done.exists():
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", DEFACE]
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], pip):
            made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if made.returncode:
                raise PasserbyError(
                    f"{DEFACE} cannot be installed into {folder}: {made.stderr.strip()[-500:]}\n"
                    "Make sure that pip reaches a package index, or leave out --against deface."
                )
        done.touch()
    return program
