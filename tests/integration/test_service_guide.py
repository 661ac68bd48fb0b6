"""The commands of docs/guide/service.md, as they stand there."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from passerby.documents.report import Report
from passerby.server.service.problems import PROBLEMS
from tests.clips import cfr
from tests.integration.service_client import RunningService, make_key

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guide" / "service.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_of_the_guide_work(tmp_path):
    [commands] = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    cfr(tmp_path / "clip.mp4")
    (tmp_path / "desk.key").write_text(make_key(tmp_path / "service", "desk").token)
    service = RunningService(tmp_path / "service").start()
    try:
        commands = commands.replace("http://127.0.0.1:8790", service.address)
        script = "set -eu\n" + commands
        done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert 0 == done.returncode, done.stderr
    finally:
        service.stop()
    events = [line for line in (tmp_path / "events.txt").read_text().splitlines() if line.startswith("data: ")]
    assert json.loads(events[-1].removeprefix("data: "))["state"] in ("done", "needs_review")
    report = Report.model_validate_json((tmp_path / "clip.report.json").read_bytes())
    assert report.output.size == (tmp_path / "clip.redacted.mp4").stat().st_size
    assert report.source.sha256 == json.loads((tmp_path / "clip.plan.json").read_text())["source"]["sha256"]
    assert not list((tmp_path / "service" / "jobs").iterdir())


def test_every_problem_is_in_the_reference():
    text = (ROOT / "docs" / "ref" / "service.md").read_text(encoding="utf-8")
    rows = {name: int(status) for name, status in re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", text, re.M)}
    assert rows == {name: status for name, (status, _) in PROBLEMS.items()}


def test_every_request_is_in_the_reference():
    text = (ROOT / "docs" / "ref" / "service.md").read_text(encoding="utf-8")
    named = {(method, path.partition("?")[0]) for method, path in re.findall(r"^\| `([A-Z]+) (\S+)` \|", text, re.M)}
    paths = json.loads((ROOT / "docs" / "ref" / "service.openapi.json").read_text(encoding="utf-8"))["paths"]
    assert named == {(method.upper(), path) for path, methods in paths.items() for method in methods}
