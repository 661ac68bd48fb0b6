from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from passerby.cli.app import app

FILES = SimpleNamespace(sample=Path("a"), redacted=Path("b"), report=Path("c"), comparison=Path("d"))


@pytest.mark.parametrize(("needs_review", "code"), [(False, 0), (True, 3)])
def test_the_command_prints_the_files_and_ends_like_redact(needs_review, code, monkeypatch, tmp_path):
    folders = []

    def run_demo(folder):
        folders.append(folder)
        return FILES, SimpleNamespace(needs_review=needs_review)

    monkeypatch.setattr("passerby.detect.fetch.fetch", lambda registry: [SimpleNamespace(id="model", fresh=True)])
    monkeypatch.setattr("passerby.demo.run.run_demo", run_demo)
    ended = CliRunner().invoke(app, ["demo", "--out-dir", str(tmp_path)])
    assert (code, [tmp_path]) == (ended.exit_code, folders)
    assert ["model: downloaded", "sample            a"] == ended.output.splitlines()[:2]
