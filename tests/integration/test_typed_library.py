"""The library as a program sees it: names, types, and what importing it does."""

import subprocess
import sys
from importlib.metadata import version

import passerby

PROGRAM = """
from pathlib import Path

import passerby
from passerby import AsyncRedactor, Cancellation, PasserbyError, Profile, Redactor, Settings, redact


def on_file(path: Path, report: passerby.Report) -> None:
    clean: bool = report.check.clean
    print(path, clean)


def main() -> None:
    settings = Settings(hide={"face"}, style="mosaic", profile=Profile.FAST, frame_rate=25)
    redact("a.mp4", Path("b.mp4"), settings)
    try:
        with Redactor(Settings(hide=["face", "plate"]), on_file=on_file) as redactor, open("a.mp4", "rb") as source:
            redactor.redact(source, "b.mp4", cancel=Cancellation())
    except PasserbyError as error:
        print(error, error.exit_code, passerby.__version__)


async def waiting() -> None:
    report = await AsyncRedactor(Settings()).redact("a.mp4", "b.mp4")
    print(report.output.frames)
"""


def test_a_program_that_uses_it_passes_strict_checks(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\nfollow_imports = silent\n")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "program.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert 0 == done.returncode, done.stdout
    (tmp_path / "program.py").write_text(PROGRAM.replace('hide={"face"}', "hide=3"))
    assert 1 == subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).returncode


def test_dir_holds_what_is_meant_to_be_used_and_all_of_it_is_there():
    assert sorted(passerby.__all__) == dir(passerby)
    for name in passerby.__all__:
        assert getattr(passerby, name) is not None
    assert version("passerby") == passerby.__version__
