from pathlib import Path

import pytest

from passerby.bench import tools
from passerby.config.settings import Profile
from passerby.core.errors import PasserbyError


def test_the_output_comes_last():
    for tool in (tools.passerby(Path("a.mp4")), tools.transcode(Path("a.mp4")), tools.deface(Path("a.mp4"), Path("d"))):
        assert "b.mp4" == tool.command_for(Path("b.mp4"))[-1]
        assert "a.mp4" in tool.command


def test_passerby_runs_with_its_self_check_and_profile():
    command = tools.passerby(Path("a.mp4"), Profile.FAST).command
    assert "--no-verify" not in command
    assert "fast" == command[command.index("--profile") + 1]


def test_only_the_transcode_is_to_leave_all_as_it_was():
    assert not tools.transcode(Path("a.mp4")).is_redaction
    assert tools.passerby(Path("a.mp4")).is_redaction


def test_a_missing_ffmpeg_is_an_error_with_advice(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PasserbyError, match="apt-get install ffmpeg"):
        tools.transcode(Path("a.mp4"))


def test_a_missing_deface_is_an_error_with_advice(tmp_path, monkeypatch):
    monkeypatch.setattr(tools.sys, "executable", "false")
    with pytest.raises(PasserbyError, match="leave out --against deface"):
        tools.deface_program(tmp_path)


def test_a_deface_that_is_installed_is_not_installed_again(tmp_path):
    folder = tmp_path / "deface-1.5.0"
    folder.mkdir()
    (folder / "installed").touch()
    assert folder / "bin" / "deface" == tools.deface_program(tmp_path)
