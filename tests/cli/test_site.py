"""`passerby site`, by a file of answers. In the browser: tests/browser/site/test_first_run.py."""

import os
import sys

import pytest
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.config.site_file import load_site
from passerby.core.errors import UsageError, WeightsError
from passerby.store.accounts.accounts import Accounts
from passerby.store.database import Database
from tests.setup.test_answers import SECRETS, TEXT


def run(*arguments, **environment):
    result = CliRunner().invoke(app, ["site", *map(str, arguments)], env=environment)
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def execs(monkeypatch):
    """What this program would be replaced by."""
    calls = []
    monkeypatch.setattr(os, "execv", lambda *call: calls.append(call))
    return calls


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(TEXT)
    return path


def test_a_file_of_answers_makes_a_site_that_runs(tmp_path, answers, execs, models):
    config = tmp_path / "box" / "site.yaml"
    result = run("-c", config, "--answers", answers, "--port", 9000, **SECRETS)
    assert "was made" in result.stderr
    site = load_site(config)
    assert (9000, "127.0.0.1", "secret word") == (
        site.status.port,
        site.web.host,
        site.cameras["entrance-left"].password.get_secret_value(),
    )
    with Database.open(tmp_path / "box" / "data") as database:
        account = Accounts(database).get("kim")
    assert account.initial_password  # its owner chooses another
    assert [(sys.executable, [sys.executable, "-m", "passerby", "watch", "-c", str(config)])] == execs


def test_only_the_first_run(tmp_path, answers, execs, models):
    run("-c", tmp_path / "site.yaml", "--answers", answers, "--setup-only", **SECRETS)
    assert (True, []) == ((tmp_path / "site.yaml").exists(), execs)


def test_a_site_that_is_set_up_is_run(tmp_path, answers, execs):
    config = tmp_path / "site.yaml"
    config.write_text("cameras: {}\n")
    run("-c", config)
    assert 1 == len(execs)
    for again in (("--answers", answers), ("--setup-only",)):
        with pytest.raises(UsageError, match="set up before"):
            run("-c", config, *again, **SECRETS)
    assert "cameras: {}\n" == config.read_text()


def test_without_models_there_would_be_no_picture(tmp_path, answers, execs):
    with pytest.raises(WeightsError, match="passerby models fetch"):
        run("-c", tmp_path / "site.yaml", "--answers", answers, PASSERBY_CACHE=str(tmp_path / "empty"), **SECRETS)
    assert not (tmp_path / "site.yaml").exists()
