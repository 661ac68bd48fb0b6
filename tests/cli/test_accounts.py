"""`passerby accounts`, at the command line."""

import json

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.core.errors import PasserbyError
from passerby.store.accounts import passwords
from passerby.store.audit.log import read
from passerby.store.database import Database
from passerby.store.site_name import write_site_name

GOOD = "eleven green bottles hanging"


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(passwords, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    Database.open(tmp_path / "data", create=True).close()
    (tmp_path / "word").write_text(GOOD + "\n")
    (tmp_path / "weak").write_text("password1234\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def run(*arguments):
    """Exit code, what was said, and what was wrong."""
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, PasserbyError):
        return result.exception.exit_code, "", str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, ""


def added(name, role, *rest):
    return run("accounts", "add", name, "--role", role, "--password-file", "word", *rest)


def listed():
    return {one["name"]: one for one in json.loads(run("accounts", "list", "--json")[1])}


def test_accounts_are_made_changed_and_removed(data):
    assert (0, "jo is administrator\n") == added("jo", "administrator")[:2]
    assert 0 == run("accounts", "add", "kim", "--role", "operator", "--oidc", "kim@example.org")[0]
    assert (True, False, None) == tuple(listed()["jo"][name] for name in ("has_password", "has_totp", "oidc_subject"))
    assert 0 == run("accounts", "change", "kim", "--role", "viewer", "--inactive")[0]
    assert ("viewer", False) == (listed()["kim"]["role"], listed()["kim"]["active"])
    assert 0 == run("accounts", "remove", "kim")[0]
    assert ["jo"] == list(listed())
    assert 2 == run("accounts", "remove", "jo")[0]  # the last administrator
    with Database.open(data) as database, database.read_transaction() as connection:
        logged = [(entry.actor.partition(":")[0], entry.details["operation"]) for _, entry in read(connection)]
    assert ("system", "add") == logged[0]
    assert ["add", "add", "change", "remove"] == [do for _, do in logged][:4]


def test_weak_passwords_are_refused(data):
    code, _, err = run("accounts", "add", "jo", "--password-file", "weak")
    assert 2 == code
    assert "easy to guess" in err
    assert {} == listed()


def test_auditors_are_changed_with_an_auditor(data):
    assert 0 == added("ann", "auditor")[0]  # the first one: there is nobody to ask
    code, _, err = added("ben", "auditor")
    assert 2 == code
    assert "An auditor must approve this: ann" in err
    assert 2 == added("ben", "auditor", "--auditor", "ann", "--auditor-password-file", "weak")[0]
    assert 0 == added("ben", "auditor", "--auditor", "ann", "--auditor-password-file", "word")[0]
    assert 2 == run("accounts", "remove", "ben")[0]
    assert 2 == run("accounts", "change", "ann", "--role", "viewer")[0]


def test_the_retention_limit(data):
    assert "There is no retention limit.\n" == run("accounts", "retention-limit")[1]
    assert 0 == added("ann", "auditor")[0]
    assert "Recordings are kept for 10 days at most.\n" == run("accounts", "retention-limit", "10")[1]
    assert 2 == run("accounts", "retention-limit", "20")[0]
    agreed = ("--auditor", "ann", "--auditor-password-file", "word")
    assert "Recordings are kept for 20 days at most.\n" == run("accounts", "retention-limit", "20", *agreed)[1]
    assert 2 == run("accounts", "retention-limit", "soon")[0]


def test_the_name_of_the_site_is_guessed_early(data):
    """Whoever knows the data folder alone judges a password as the pages do."""
    (data.parent / "hall").write_text("northhall1234\n")
    assert 0 == run("accounts", "add", "ann", "--password-file", "hall")[0]
    write_site_name(data, "North hall")
    for words in (("add", "bea"), ("change", "ann")):
        code, _, err = run("accounts", *words, "--password-file", "hall")
        assert (2, True) == (code, "easy to guess" in err)
