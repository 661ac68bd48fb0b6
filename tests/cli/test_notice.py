"""`passerby notice`: files are written, nothing is overwritten without --force, and retention has an exit code."""

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


def test_a_page_without_recordings_is_still_written(config, tmp_path):
    done = run("page", config, "--out", str(tmp_path / "out"))
    assert (0, True) == (done.exit_code, "Continuing without the facts" in done.stderr)
    assert "not available at the moment" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_the_sign_needs_only_the_site_file(config, tmp_path):
    assert 0 == run("sign", config, "--out", str(tmp_path / "out")).exit_code
    assert (tmp_path / "out" / "sign.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "out" / "sign.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_pack(config, data, tmp_path):
    done = run("pack", config, "--out", str(tmp_path / "out"))
    assert (0, 9) == (done.exit_code, len(done.stdout.splitlines()))
    assert "compliant" == json.loads((tmp_path / "out" / "retention.json").read_text())["verdict"]


def test_retention_has_an_exit_code(config, data):
    done = run("retention", config)
    assert (0, "No recording is older than its retention period.") == (done.exit_code, done.stdout.strip())
    with Recordings(Database.open(data), boot="long ago") as recordings:
        clock = Clock(wall=1_000_000_000.0)
        record(recordings, clock)
    done = run("retention", config)
    assert 3 == done.exit_code
    assert "older" in done.stdout
    statement = json.loads(run("retention", config, "--json").stdout)
    assert statement["verdict"] in ("violated", "undetermined")  # as far as the clock of this machine is trusted
    assert statement["cameras"][0]["overdue"] + statement["cameras"][0]["possibly_overdue"] == 1


def test_a_site_without_notice_settings_is_an_error_with_advice(config):
    config.write_text("cameras: {yard: {url: yard.mp4}}", encoding="utf-8")
    for command in ("page", "sign", "pack"):
        with pytest.raises(UsageError, match="no `notice` section"):
            run(command, config, "--out", str(Path(config).parent / "out"))
