import json
import resource
import subprocess
import sys

import pytest

from passerby.cli import app as module
from passerby.cli.app import main
from passerby.core.errors import OutputExists, UsageError


def run(*arguments):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code or 0


@pytest.fixture
def failing(monkeypatch):
    """Replaces the commands by one that raises."""

    def put(error):
        def raising(arguments, prog_name, obj, standalone_mode=True):
            raise error

        monkeypatch.setattr(module, "app", raising)

    return put


def test_version(capsys):
    assert 0 == run("--version")
    assert capsys.readouterr().out.startswith("passerby ")


def test_help_names_every_command(capsys):
    assert 0 == run("--help")
    assert set() == {"redact", "models", "demo"} - set(capsys.readouterr().out.split())


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["no-such-command"], ["demo", "--no-such-option"]])
def test_a_malformed_command_line_is_a_usage_error(arguments):
    assert 2 == run(*arguments)


@pytest.mark.parametrize(("error", "code"), [(UsageError("Say what."), 2), (OutputExists("It is there. Use -o."), 1)])
def test_an_error_ends_with_its_code_and_its_message_alone(error, code, failing, capsys):
    failing(error)
    assert code == run("redact")
    assert f"passerby: {error}\n" == capsys.readouterr().err


def test_debug_shows_where(failing, capsys):
    failing(OutputExists("It is there."))
    assert 1 == run("redact", "x.mp4", "--debug")
    assert "Traceback" in (text := capsys.readouterr().err)
    assert text.endswith("passerby: It is there.\n")


def test_a_bug_is_reported_without_a_traceback(failing, capsys):
    failing(ZeroDivisionError("division by zero"))
    assert 1 == run("redact")
    text = capsys.readouterr().err
    assert "bug in passerby" in text
    assert "--debug" in text
    assert "Traceback" not in text


def test_ctrl_c_is_not_an_error(failing, capsys):
    failing(KeyboardInterrupt())
    assert 130 == run("redact")
    assert "passerby: Stopped.\n" == capsys.readouterr().err


def test_memory_is_never_dumped(monkeypatch):
    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda *limit: limits.append(limit))
    run("--version")
    assert (resource.RLIMIT_CORE, (0, 0)) == limits[0]
    assert [resource.RLIMIT_CORE, resource.RLIMIT_DATA] == [limit for limit, _ in limits]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["redact", "a"], (["redact", "a"], False)),
        (["--debug", "redact", "a"], (["redact", "a"], True)),
        (["redact", "a", "--debug"], (["redact", "a"], True)),
        (["redact", "--", "--debug"], (["redact", "--", "--debug"], False)),
    ],
)
def test_debug_is_accepted_anywhere_but_among_file_names(arguments, expected):
    assert expected == module._split_debug(arguments)


def test_redacting_a_video_does_not_import_what_cameras_and_databases_need():
    program = (
        "import sys; from passerby.cli.app import Commands\nCommands().get_command(None, 'redact'); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "passerby.cli.redact" in loaded
    assert set() == {"av", "cv2", "openvino", "sqlalchemy", "fastapi", "aiomqtt", "zeep"} & set(loaded)


@pytest.mark.parametrize(
    ("command", "library", "extra"),
    [
        (["review", "film.mp4"], "argon2", "review"),
        (["watch", "-c", "site.yaml"], "aiomqtt", "watch"),
        (["counts", "export", "counts.csv"], "sqlalchemy", "watch"),
    ],
)
def test_a_command_whose_extra_is_missing_says_which(command, library, extra):
    """As on a machine with the base package alone: importing the library fails."""
    code = f"import sys; sys.modules[{library!r}] = None; from passerby.cli.app import main; main({command!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (1, True) == (done.returncode, f"pip install 'passerby[{extra}]'" in done.stderr), done.stderr


def events(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("Say what."), 2),
        (ZeroDivisionError("x"), 1),
        (MemoryError(), 1),
        (ModuleNotFoundError(name="ray"), 1),
    ],
)
def test_a_program_that_asked_for_json_gets_errors_as_json(error, code, failing, capsys):
    failing(error)
    assert code == run("redact", "--json")
    (event,) = events(capsys)
    assert ("error", None, code, 1) == (event["event"], event["file"], event["exit_code"], event["schema_version"])
    assert event["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["redact", "--no-such-option", "--json"], 2, "no-such-option"),
        (["redact", "--json"], 2, "INPUT"),
        (["redact", "none.mp4", "--json"], 1, "no file none.mp4"),
        (["redact", "none.mp4", "--hide", "tree", "--json"], 2, "choose from face, plate"),
    ],
)
def test_a_malformed_command_line_too(arguments, code, says, capsys):
    assert code == run(*arguments)
    (event,) = events(capsys)
    assert ("error", code, True) == (event["event"], event["exit_code"], says in event["message"])


def test_memory_that_ran_out_is_no_bug(failing, capsys):
    failing(MemoryError())
    assert 1 == run("redact")
    text = capsys.readouterr().err
    assert ("Memory ran out" in text, "bug" in text) == (True, False)


def test_ctrl_c_is_an_event(failing, capsys):
    failing(KeyboardInterrupt())
    assert 130 == run("redact", "--json")
    assert ["interrupted"] == [event["event"] for event in events(capsys)]
