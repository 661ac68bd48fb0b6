"""The programs that are compared: passerby, deface, and a plain transcode."""

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

#: This installation of passerby, whatever PATH says.
PASSERBY_COMMAND = (sys.executable, "-m", "passerby")
#: The compared version, from the package index.
DEFACE_REQUIREMENT = "deface==1.5.0"


class Baseline(StrEnum):
    """What passerby can be compared with."""

    DEFACE = "deface"
    TRANSCODE = "transcode"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that converts one video into another. `command` lacks the output's name, which comes last.

    `is_redaction`: it is meant to change the picture; fidelity then leaves out what visibly changed.
    """

    name: str
    command: Sequence[str]
    is_redaction: bool = True

    def command_for(self, output: Path) -> list[str]:
        return [*self.command, str(output)]


def passerby(clip: Path, profile: Profile = Profile.BALANCED) -> Tool:
    """`passerby redact` with default settings, its check included."""
    arguments = ["redact", str(clip), "--profile", profile.value, "--json", "--force", "-o"]
    return Tool("passerby", [*PASSERBY_COMMAND, *arguments])


def transcode(clip: Path) -> Tool:
    """What every program does that re-encodes a video, and nothing else. Raises PasserbyError without ffmpeg."""
    arguments = ["-y", "-v", "error", "-i", str(clip), "-map", "0:v:0", "-c:v", "libx264", "-preset", "veryfast", "-an"]
    return Tool("transcode", [ffmpeg_program(), *arguments], is_redaction=False)


def deface(clip: Path, program: Path) -> Tool:
    """deface with its own default settings: a blur."""
    return Tool("deface", [str(program), str(clip), "-o"])


def ffmpeg_program() -> str:
    """The program's path. Raises PasserbyError when it is not installed."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise PasserbyError(
            "ffmpeg is needed for the comparison and is not installed. On Debian: sudo apt-get install ffmpeg"
        )
    return program


def deface_program(cache: Path) -> Path:
    """deface, in a virtual environment of its own below `cache`, since it needs another OpenCV; installed when missing.

    Raises PasserbyError when it cannot be installed.
    """
    folder = cache / DEFACE_REQUIREMENT.replace("==", "-")
    program, marker = folder / "bin" / "deface", folder / "installed"
    if not marker.exists():
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", DEFACE_REQUIREMENT]
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], pip):
            result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if result.returncode:
                raise PasserbyError(
                    f"{DEFACE_REQUIREMENT} cannot be installed into {folder}: {result.stderr.strip()[-500:]}\n"
                    "Make sure that pip reaches a package index, or leave out --against deface."
                )
        marker.touch()
    return program
