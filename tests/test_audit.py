"""Known vulnerabilities: what is accepted says why, and nothing that was not checked passes for checked."""

import importlib.util
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 6, 1)
ENTRY = 'id = "GHSA-1"\npackage = "x 1"\nwhy = "not used"\nwho = "J. Doe"\nuntil = 2027-01-01\n'


@pytest.fixture
def audit():
    spec = importlib.util.spec_from_file_location("passerby_audit", ROOT / "scripts" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_the_list_of_the_project_is_valid(audit):
    audit.accepted(audit.ACCEPTED.read_text(), TODAY)


def test_what_was_accepted_is_reported_again_after_its_day(audit):
    text = f"[[accepted]]\n{ENTRY}"
    assert {"GHSA-1"} == audit.accepted(text, TODAY)
    assert set() == audit.accepted(text, date(2027, 1, 2))


@pytest.mark.parametrize("key", ["id", "package", "why", "who", "until"])
def test_an_entry_says_who_accepted_it_why_and_until_when(audit, key):
    lines = [line for line in ENTRY.splitlines() if not line.startswith(key)]
    with pytest.raises(ValueError, match=key):
        audit.accepted("[[accepted]]\n" + "\n".join(lines), TODAY)


UV = {"vulnerabilities": [{"id": "GHSA-1", "aliases": ["CVE-1"], "dependency": {"name": "x", "version": "1"}}]}
NPM = {"vulnerabilities": {"y": {"range": "<2", "via": ["z", {"url": "https://x/GHSA-2", "title": "bad"}]}}}


def test_findings_of_both_programs_are_read(audit):
    assert [(("GHSA-1", "CVE-1"), "x 1")] == [(one.ids, one.package) for one in audit._of_uv(UV)]
    assert [(("GHSA-2",), "y <2", "bad")] == [(one.ids, one.package, one.summary) for one in audit._of_npm(NPM)]


@pytest.mark.parametrize(("known", "code"), [(set(), 1), ({"CVE-1"}, 0)])
def test_what_is_not_accepted_fails(audit, monkeypatch, capsys, known, code):
    monkeypatch.setattr(audit, "python_vulnerabilities", lambda: [*audit._of_uv(UV)])
    monkeypatch.setattr(audit, "web_vulnerabilities", list)
    monkeypatch.setattr(audit, "accepted", lambda text, today: frozenset(known))
    assert code == audit.main()
    assert (code == 1) is ("GHSA-1, CVE-1: x 1" in capsys.readouterr().out)


def ran(stdout="", stderr="", code=2):
    return lambda *_, **__: SimpleNamespace(stdout=stdout, stderr=stderr, returncode=code)


def test_a_service_that_cannot_be_reached_is_said_and_does_not_fail(audit, monkeypatch, capsys):
    def unreachable():
        return audit._json(["x"], ROOT)

    monkeypatch.setattr(subprocess, "run", ran(stderr="error: Request failed after 3 retries\n  cause: dns error"))
    for name in ("python_vulnerabilities", "web_vulnerabilities"):
        monkeypatch.setattr(audit, name, unreachable)
    assert 0 == audit.main()
    assert 2 == capsys.readouterr().out.count("NOT CHECKED")


def test_a_program_that_is_called_wrongly_does_not_pass_for_a_network(audit, monkeypatch):
    monkeypatch.setattr(subprocess, "run", ran(stderr="error: unexpected argument"))
    with pytest.raises(RuntimeError, match="unexpected argument"):
        audit._json(["x"], ROOT)
    with pytest.raises(audit.Unreachable, match="405"):
        [*audit._of_npm({"message": "405 Method Not Allowed"})]
