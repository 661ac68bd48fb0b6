"""A long film over a Ray of this machine, while a process that paints it is killed."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from passerby import analyse
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.track.segments import SEGMENT_VARIABLE
from tests import recorder_files
from tests.jobs.test_cluster_run import children


@pytest.mark.soak
def test_a_long_film_in_pieces_gives_the_same_plan_as_one_machine(models, sample, tmp_path, monkeypatch):
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install 'passerby[cluster]'")
    monkeypatch.setenv(SEGMENT_VARIABLE, "1")
    killed = []
    command = Path(sys.executable).with_name("passerby")
    words = [command, "redact", sample, "--out-dir", tmp_path, "--save-plan", "--on", "ray"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as run:
        while run.poll() is None:
            # What was looked at is not looked at again: only a piece is begun anew.
            if not killed and list(tmp_path.glob("*.piece.part")):
                for pid in children()[:1]:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            time.sleep(0.02)
        log = run.communicate()[1]
    assert 0 == run.returncode, log
    assert 1 == len(killed)
    plan = analyse(sample)
    assert plan == Plan.load(tmp_path / "yard.plan.json")
    assert plan.videos[0].tracks
    report = Report.model_validate_json((tmp_path / "yard.report.json").read_bytes())
    assert report.source.frames == report.output.frames == report.check.frames_compared
    assert set() == {path.suffix for path in tmp_path.iterdir()} & {".part", ".piece"}


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["h264", "h265", "mjpeg"])
def test_a_stream_without_a_container_in_pieces_gives_the_same_plan_as_one_machine(models, tmp_path, kind, monkeypatch):
    """It has no times of its own: each piece counts them from where it begins."""
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install 'passerby[cluster]'")
    monkeypatch.setenv(SEGMENT_VARIABLE, "4")
    source = recorder_files.stream(tmp_path / f"stream.{kind}", kind, frames=300, size=(320, 240))
    command = Path(sys.executable).with_name("passerby")
    words = [command, "redact", source, "--out-dir", tmp_path / "out", "--save-plan", "--on", "ray"]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert 0 == run.returncode, run.stderr
    assert analyse(source) == Plan.load(tmp_path / "out" / "stream.plan.json")
    report = Report.model_validate_json((tmp_path / "out" / "stream.report.json").read_bytes())
    assert 300 == report.source.frames == report.output.frames == report.check.frames_compared
