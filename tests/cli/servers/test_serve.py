"""`passerby serve`: keys on the command line, and its options."""

from types import SimpleNamespace

import pytest

from passerby.cli.app import main
from passerby.cli.common import job_service
from passerby.service.database import ServiceDatabase
from passerby.service.keys import Keys, KeyScope


@pytest.fixture
def run(capsys):
    """Runs the program; its exit code and what it printed."""

    def go(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return SimpleNamespace(exit_code=end.value.code or 0, stdout=captured.out, stderr=captured.err)

    return go


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "service"


def keys_of(folder):
    with ServiceDatabase(folder) as database:
        return {key.name: key for key in Keys(database).all()}


def test_a_key_is_printed_once_alone_on_standard_output(run, folder):
    made = run("serve", "--data", folder, "keys", "add", "desk", "--callback-host", "Example.org")
    assert 0 == made.exit_code
    [token] = made.stdout.split()
    assert "whsec_" in made.stderr
    with ServiceDatabase(folder) as database:
        assert "desk" == Keys(database).find(token).name
    assert ("example.org",) == keys_of(folder)["desk"].settings.callback_hosts


def test_options_become_settings(run, folder):
    run(
        "serve", "--data", folder, "keys", "add", "few", "--scope", "read,all", "--scope", "read", "--storage",
        "s3://bucket/in/", "--max-unfinished", "3", "--max-gb", "0.5", "--jobs-a-day", "4", "--requests-a-minute", "5",
    )  # fmt: skip
    settings = keys_of(folder)["few"].settings
    assert (KeyScope.READ, KeyScope.ALL) == settings.scopes
    assert ("s3://bucket/in",) == settings.storage
    assert (3, 500_000_000, 4, 5) == (
        settings.max_unfinished,
        settings.max_bytes,
        settings.jobs_a_day,
        settings.requests_a_minute,
    )


def test_keys_are_listed_and_revoked(run, folder):
    assert "No keys yet" in run("serve", "--data", folder, "keys", "list").stdout
    run("serve", "--data", folder, "keys", "add", "desk")
    assert 0 == run("serve", "--data", folder, "keys", "revoke", "desk").exit_code
    listed = run("serve", "--data", folder, "keys", "list").stdout
    assert "desk" in listed
    assert "revoked" in listed
    assert 2 == run("serve", "--data", folder, "keys", "revoke", "desk").exit_code


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--scope", "everything"), "submit, read, cancel, all"),
        (("--storage", "/srv/films"), "s3://bucket/folder"),
    ],
)
def test_what_is_wrong_is_said(run, folder, options, says):
    refused = run("serve", "--data", folder, "keys", "add", "desk", *options)
    assert 2 == refused.exit_code
    assert says in refused.stderr


def test_the_folder_can_be_set_by_the_environment(run, folder, monkeypatch):
    monkeypatch.setenv("PASSERBY_SERVICE", str(folder))
    run("serve", "keys", "add", "desk")
    assert ["desk"] == list(keys_of(folder))


def test_options_reach_the_service(run, folder, monkeypatch):
    seen = []
    monkeypatch.setattr(job_service, "run_service", seen.append)
    run("serve", "--data", folder, "--port", "0", "--jobs", "3", "--keep-hours", "2", "--max-upload-gb", "1.5")
    [options] = seen
    assert (folder, 0, 3, 7200, 1_500_000_000, None) == (
        options.folder,
        options.port,
        options.jobs,
        options.keep_s,
        options.max_upload_bytes,
        options.on,
    )
