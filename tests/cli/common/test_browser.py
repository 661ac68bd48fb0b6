import os

import pytest

from passerby.cli.common.browser import open_in_browser, redirect_file

URL = "http://127.0.0.1:8765/?token=a&b=\"'<"


@pytest.mark.parametrize("runtime", [True, False])
def test_only_its_own_user_can_read_the_file_and_it_goes_with_the_context(runtime, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path if runtime else tmp_path / "none"))
    mask = os.umask(0)
    try:
        with redirect_file(URL) as path:
            assert 0o600 == path.stat().st_mode & 0o777
            assert runtime is (tmp_path == path.parent)
            assert "token=a&amp;b=&quot;&#x27;&lt;" in path.read_text()
    finally:
        os.umask(mask)
    assert not path.exists()


def test_a_machine_without_a_browser_is_no_error(tmp_path, monkeypatch):
    def fail(address):
        raise OSError(address)

    monkeypatch.setattr("webbrowser.open", fail)
    assert not open_in_browser(tmp_path / "x.html")
