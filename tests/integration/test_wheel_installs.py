"""The wheel with the newest and with the oldest dependencies that it allows, on every Python that is here."""

import runpy
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "try_wheel.py"
TOOLS = SimpleNamespace(**runpy.run_path(str(SCRIPT)))


@pytest.mark.soak
def test_every_python_redacts_with_newest_and_oldest_dependencies():
    tried = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)
    print(tried.stdout)
    assert 0 == tried.returncode, tried.stdout + tried.stderr
    assert len(tried.stdout.splitlines()) == 2 * len(TOOLS.found_pythons()) >= 2


def test_pythons_are_found_where_pyenv_has_them(tmp_path):
    for version in ("3.10.13", "3.12.1", "3.14.0", "3.15.0", "2.7.18", "3.13-dev"):
        (tmp_path / "versions" / version / "bin").mkdir(parents=True)
        (tmp_path / "versions" / version / "bin" / "python3").touch()
    found = TOOLS.found_pythons(tmp_path)
    names = [Path(path).parts[-3] for path in found if path.startswith(str(tmp_path))]
    assert ["3.12.1", "3.14.0"] == names


def test_only_what_the_base_needs_is_asked_for(tmp_path):
    wheel = tmp_path / "p.whl"
    with zipfile.ZipFile(wheel, "w") as opened:
        metadata = (
            "Name: p\nRequires-Dist: av<19,>=18.1\nRequires-Dist: ray; extra == 'cluster'\n\nRequires-Dist: text\n"
        )
        opened.writestr("p-1.dist-info/METADATA", metadata)
    assert ["av<19,>=18.1"] == TOOLS.requirements(wheel)


def test_what_failed_stands_in_the_row():
    row = TOOLS.line_of(TOOLS.Attempt("3.12.1", "newest", {"av": "19.0"}, 12.4, "passerby redact: exit 1: no frames"))
    assert "| 3.12.1 | newest | av 19.0, numpy ?," in row
    assert row.endswith("| 12 s | FAILS: passerby redact: exit 1: no frames |")


def test_a_result_that_hides_nothing_is_no_success(tmp_path, monkeypatch):
    def run(command, allowed=(0,)):
        if "-c" in command:
            return ""
        for option, where in (("-o", tmp_path / "f"), ("--out-dir", tmp_path / "f" / "out")):
            if option in command:
                where.mkdir(parents=True, exist_ok=True)
                for name in ("film", "still"):
                    (where / f"{name}.report.json").write_text('{"hidden": [{"kind": "face", "tracks": 0}]}')
        return ""

    monkeypatch.setitem(TOOLS.redact.__globals__, "run", run)
    with pytest.raises(TOOLS.WrongResult, match="film"):
        TOOLS.redact(Path("passerby"), Path("python"), tmp_path / "f")
