import json

import pytest

from passerby.cli.app import main


def run(*arguments):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code or 0


def test_it_tells_what_is_missing_and_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PASSERBY_CACHE", str(tmp_path))
    assert 1 == run("doctor")
    out = capsys.readouterr().out
    assert "PROBLEM  models" in out
    assert "-> passerby models fetch" in out


def test_json_has_every_check(models, capsys):
    code = run("doctor", "--json")
    found = json.loads(capsys.readouterr().out)
    assert {"program", "models", "speed", "memory"} <= {diagnosis["name"] for diagnosis in found}
    assert (1 if any(diagnosis["level"] == "problem" for diagnosis in found) else 0) == code
