import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from passerby.cli.app import main
from passerby.cli.review import review


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command; the server only says what it would serve."""
    served = []
    monkeypatch.setattr("passerby.server.spa.is_built", lambda: True)

    def serve(app, taken, certificate, ready):
        served.append((app, taken, certificate))
        ready()
        taken.close()

    monkeypatch.setattr("passerby.server.serve.serve", serve)

    def go(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["review", *map(str, arguments)])
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err, served

    return go


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "yard.mp4"
    path.write_bytes(b"no video")
    return path


def test_the_url_holds_a_token(run, clip):
    code, out, _, served = run(clip, "--port", "0", "--no-browser")
    assert 0 == code
    assert "http://127.0.0.1:" in out
    assert "?token=" in out
    assert served[0][2] is None


def test_the_browser_is_opened_by_default(run, clip, monkeypatch):
    opened = []

    def open_browser(address):
        path = Path(unquote(urlsplit(address).path))
        opened.append((address, path.read_text(), path.stat().st_mode & 0o777))
        return True

    monkeypatch.setattr("webbrowser.open", open_browser)
    run(clip, "--port", "0", "--no-browser")
    assert [] == opened
    _, out, _, _ = run(clip, "--port", "0")
    ((address, page, mode),) = opened
    token = re.search(r"token=(\S+)", out)[1]
    assert (True, 0o600) == (token in page, mode)
    assert token not in address  # which stands on the command line of the browser
    assert address.startswith("file:///")
    assert not Path(urlsplit(address).path).exists()


def test_elsewhere_a_password_is_needed(run, clip, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    code, _, err, _ = run(clip, "--host", "0.0.0.0", "--port", "0")
    assert 2 == code
    assert "--password-file" in err
    (tmp_path / "short").write_text("short")
    assert 2 == run(clip, "--host", "0.0.0.0", "--port", "0", "--password-file", tmp_path / "short")[0]
    (tmp_path / "word").write_text("a long enough one\n")
    code, out, _, served = run(clip, "--host", "0.0.0.0", "--port", "0", "--password-file", tmp_path / "word")
    assert 0 == code
    assert "https://" in out
    assert "token" not in out
    assert served[0][2] is not None


def test_certificate_and_key_go_together(run, clip):
    code, _, err, _ = run(clip, "--certificate", clip)
    assert (2, True) == (code, "--key" in err)


def test_a_missing_file_is_an_error(run, tmp_path):
    code, _, err, _ = run(tmp_path / "none.mp4")
    assert (1, True) == (code, "There is no file" in err)


def test_without_the_page_it_says_what_to_do(run, clip, monkeypatch):
    monkeypatch.setattr("passerby.server.spa.is_built", lambda: False)
    code, _, err, _ = run(clip)
    assert (2, True) == (code, "scripts/install" in err)


def test_it_is_a_command():
    assert review.__doc__


def state_of(served):
    return served[0][0].state.review


def test_without_files_the_start_page_lists_the_cases(run, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    code, _, _, served = run("--port", "0", "--no-browser")
    state = state_of(served)
    assert (0, None, tmp_path / "passerby-cases") == (code, state.start_case, state.cases.folder)
    assert tmp_path.resolve() == state.browser.root
    assert not state.cases.folder.exists()  # nothing is made before there is a case


def test_a_folder_is_opened_as_a_case(run, clip, tmp_path):
    options = ("--cases", tmp_path / "cases", "--root", tmp_path, "--port", "0", "--no-browser")
    state = state_of(run(clip.parent, *options)[3])
    assert ["yard.mp4"] == [item.file.paths.source.name for item in state.library.items]
    assert state.start_case == state.cases.summaries()[0].id
    assert (clip.parent / "passerby-case.json").exists()


def test_single_files_are_no_case(run, clip):
    state = state_of(run(clip, "--port", "0", "--no-browser")[3])
    assert (None, 1) == (state.cases, len(state.library.items))
