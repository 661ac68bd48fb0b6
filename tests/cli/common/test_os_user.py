"""Who is at the terminal: who logged in, whatever they became since."""

import os
import pwd

import pytest

from passerby.cli.common import os_user


@pytest.mark.parametrize("told", [None, "", "4294967295"], ids=["no such file", "empty", "nobody logged in"])
def test_without_a_login_it_is_the_user(tmp_path, monkeypatch, told):
    if told is not None:
        (tmp_path / "loginuid").write_text(told)
    monkeypatch.setattr(os_user, "_LOGIN_UID", tmp_path / "loginuid")
    assert f"system:{pwd.getpwuid(os.getuid()).pw_name}" == os_user.current_user()


@pytest.mark.parametrize(("number", "name"), [(1, pwd.getpwuid(1).pw_name), (3_999_999_999, "3999999999")])
def test_who_logged_in_stays_who_they_are(tmp_path, monkeypatch, number, name):
    (tmp_path / "loginuid").write_text(str(number))
    monkeypatch.setattr(os_user, "_LOGIN_UID", tmp_path / "loginuid")
    assert f"system:{name}" == os_user.current_user()


def test_a_user_without_a_name_is_the_reviewer(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "j.doe")
    assert "j.doe" == os_user.user_name()

    def nobody():
        raise KeyError("uid 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert "reviewer" == os_user.user_name()
