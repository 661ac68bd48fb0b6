import shutil
import socket
from collections import namedtuple

import pytest

from passerby.cli.common import diagnosis as doctor
from passerby.cli.common.diagnosis import CHECKS, Diagnosis, Level, codec_lines, diagnose


def found(*checks):
    return [(diagnosis.name, diagnosis.level) for diagnosis in diagnose(checks)]


def test_missing_models_are_a_problem_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PASSERBY_CACHE", str(tmp_path))
    (models,) = diagnose([doctor._models])
    assert (Level.PROBLEM, True) == (models.level, "passerby models fetch" in models.remedy)
    assert "centerface" in models.found
    (speed,) = diagnose([doctor._speed])
    assert (Level.PROBLEM, True) == (speed.level, "not measured" in speed.found)


def test_models_that_are_there_are_measured(models):
    assert [("models", Level.OK)] == found(doctor._models)
    (speed,) = diagnose([doctor._speed])
    assert speed.level in (Level.OK, Level.NOTE)
    assert " ms for 1280 by 736" in speed.found


def test_a_full_disk_a_small_machine_and_a_taken_port_are_told(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1, 1, 1 << 20))
    assert {("disk", Level.NOTE)} == set(found(doctor._disk))
    monkeypatch.setattr(doctor.os, "sysconf", lambda name: 1 << 15)
    assert [("memory", Level.PROBLEM)] == found(doctor._memory)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(doctor, "PORTS", {taken.getsockname()[1]: "something"})
        assert [("port", Level.NOTE)] == found(doctor._ports)
    monkeypatch.setattr(doctor, "find_spec", lambda name: None if name == "ray" else object())
    assert ("extra cluster", Level.NOTE) in found(doctor._extras)


def test_a_check_that_fails_stops_none_of_the_others():
    def broken():
        raise ZeroDivisionError

    assert [("broken", Level.PROBLEM), ("x", Level.OK)] == found(broken, lambda: [Diagnosis("x", Level.OK, "y")])


def test_every_problem_and_note_says_what_to_do(models):
    for diagnosis in diagnose(CHECKS):
        assert (diagnosis.level is Level.OK) == (diagnosis.remedy is None), diagnosis


def test_the_version_names_codecs_and_processors():
    text = "\n".join(codec_lines())
    for word in ("libx264", "PyAV", "OpenVINO", "CPU", "processors"):
        assert word in text


@pytest.mark.parametrize("level", Level)
def test_levels_are_shown(level):
    from passerby.cli.doctor import MARKS

    assert MARKS[level]
