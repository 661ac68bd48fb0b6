"""The wheel and the source distribution: what somebody installs who has neither Node nor this checkout."""

import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def uv():
    return run(ROOT / "scripts/uv", check=True).stdout.strip()


@pytest.fixture(scope="module")
def dist(uv, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    done = run(uv, "build", "--quiet", "--out-dir", folder, cwd=ROOT)
    if done.returncode and "fetch" in done.stderr:
        pytest.skip(f"it cannot be fetched here: {done.stderr[-300:]}")
    assert not done.returncode, done.stderr
    return folder


@pytest.fixture(scope="module")
def program(uv, dist, tmp_path_factory):
    """passerby from the wheel with the extra `review`, in an environment of its own, with the versions of uv.lock."""
    folder = tmp_path_factory.mktemp("installed")
    exported = run(uv, "export", "--quiet", "--locked", "--no-emit-project", "--no-hashes", "--extra", "all", cwd=ROOT)
    (folder / "versions.txt").write_text(exported.stdout)
    (wheel,) = dist.glob("*.whl")
    assert not run(uv, "venv", "--quiet", folder / "env").returncode
    python = folder / "env/bin/python"
    constraints = ("--constraint", folder / "versions.txt")
    done = run(uv, "pip", "install", "--quiet", "--python", python, *constraints, f"{wheel}[review]")
    if done.returncode and "fetch" in done.stderr:
        pytest.skip(f"it cannot be fetched here: {done.stderr[-300:]}")
    assert not done.returncode, done.stderr
    return folder / "env/bin/passerby"


def test_the_wheel_holds_the_pages_and_what_is_read_at_run_time(dist):
    (wheel,) = dist.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {"py.typed", "detect/weights.toml", "notice/evidence.toml", "notice/locales/de.toml"}
    assert set() == {f"passerby/{name}" for name in expected} - names
    if shutil.which("npm") is not None:
        assert {"passerby/server/static/index.html", "passerby/server/static/site.html"} <= names


def test_the_source_distribution_holds_what_the_wheel_is_built_from(dist):
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert set() == {"pyproject.toml", "uv.lock", "web/package-lock.json", "src/passerby/__init__.py"} - names


def test_it_redacts_and_verifies_without_node(program, sample, models, tmp_path):
    """PATH holds nothing but the system's own programs, and no checkout is in reach."""
    release = tmp_path / "release.mp4"
    done = run(program, "redact", sample, "-o", release, cwd=tmp_path, env={"PATH": str(tmp_path), **home()})
    assert not done.returncode, done.stderr
    done = run(program, "verify", release, cwd=tmp_path, env={"PATH": str(tmp_path), **home()})
    assert not done.returncode, done.stdout + done.stderr


def test_its_editor_starts(program, sample, tmp_path):
    options = ("review", sample, "--port", "0", "--no-browser")
    with subprocess.Popen(
        [str(program), *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        env={"PATH": str(tmp_path), "PYTHONUNBUFFERED": "1", **home()},
    ) as editor:
        assert editor.stdout is not None
        first = editor.stdout.readline()
        editor.terminate()
    assert "http://127.0.0.1:" in first


def test_a_command_of_another_extra_says_what_to_install(program, tmp_path):
    done = run(program, "watch", "-c", "site.yaml", cwd=tmp_path, env={"PATH": str(tmp_path), **home()})
    assert (1, True) == (done.returncode, "passerby[watch]" in done.stderr), done.stderr


def home():
    """Where the models are cached, which tests need not fetch twice."""
    return {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in os.environ}
