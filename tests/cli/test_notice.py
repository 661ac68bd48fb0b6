"""`passerby notice`: the files are there, nothing is replaced unasked, and retention has an exit code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from passerby.cli.notice import app
from passerby.core.errors import OutputExists, UsageError
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.cameras.servers import free_port
from tests.notice.conftest import SITE
from tests.notice.scenes import record
from tests.store.footage import Clock


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(f"status: {{port: {free_port()}}}\n{SITE}", encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    Database.open(folder, create=True).close()
    return folder


def run(command, config, *arguments):
    return CliRunner().invoke(app, [command, "-c", str(config), *arguments], catch_exceptions=False)


def test_the_page_in_every_language(config, data, tmp_path):
    done = run("page", config, "--out", str(tmp_path / "out" / "page"))
    assert 0 == done.exit_code
    assert {"index.html", "de.html"} == {path.name for path in (tmp_path / "out" / "page").iterdir()}
    assert 'href="index.html"' in (tmp_path / "out" / "page" / "de.html").read_text(encoding="utf-8")
    with pytest.raises(OutputExists):
        run("page", config, "--out", str(tmp_path / "out" / "page"))
    assert 0 == run("page", config, "--out", str(tmp_path / "out" / "page"), "--force").exit_code


def test_a_page_without_recordings_says_so(config, tmp_path):
    done = run("page", config, "--out", str(tmp_path / "out"))
    assert (0, True) == (done.exit_code, "Without what is recorded" in done.stderr)
    assert "cannot be told at the moment" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_the_sign_needs_nothing_but_the_file(config, tmp_path):
    assert 0 == run("sign", config, "--out", str(tmp_path / "out")).exit_code
    assert (tmp_path / "out" / "sign.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "out" / "sign.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_pack(config, data, tmp_path):
    done = run("pack", config, "--out", str(tmp_path / "out"))
    assert (0, 9) == (done.exit_code, len(done.stdout.splitlines()))
    assert "kept" == json.loads((tmp_path / "out" / "retention.json").read_text())["verdict"]


def test_retention_is_judged(config, data):
    done = run("retention", config)
    assert (0, "Nothing is older than it may be.") == (done.exit_code, done.stdout.strip())
    with Recordings(Database.open(data), boot="long ago") as recordings:
        clock = Clock(wall=1_000_000_000.0)
        record(recordings, clock)
    done = run("retention", config)
    assert 3 == done.exit_code
    assert "older" in done.stdout
    told = json.loads(run("retention", config, "--json").stdout)
    assert told["verdict"] in ("broken", "unsure")  # as far as the clock of this machine is trusted
    assert told["cameras"][0]["older"] + told["cameras"][0]["perhaps"] == 1


def test_a_site_that_says_nothing_is_told_what_to_do(config):
    config.write_text("cameras: {yard: {url: yard.mp4}}", encoding="utf-8")
    for command in ("page", "sign", "pack"):
        with pytest.raises(UsageError, match="Add a part `notice`"):
            run(command, config, "--out", str(Path(config).parent / "out"))
