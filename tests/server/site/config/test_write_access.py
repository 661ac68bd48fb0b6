"""Before anybody fills in a form, the pages say that site.yaml cannot be written; and under the unit it can be."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.server.site.config.write_access import write_error, write_problem

UNIT = Path(__file__).parents[4] / "deploy" / "passerby.service"
#: In a mount namespace: all read-only but what the unit lets be written; then one change, as a page makes it.
SANDBOX = """\
set -e
mount --make-rprivate /
mkdir -p {state}
mount --bind {work}/state {state}
mount -o remount,bind,ro /
mount -o remount,bind,rw {state}
exec {python} -c "$CHANGE" {file}
"""
CHANGE = """\
import json, sys
from pathlib import Path
from passerby.core.errors import UsageError
from passerby.server.site.config.site_file import SiteFile
file = SiteFile(Path(sys.argv[1]), dict)
problem = file.write_problem
try:
    revision = file.read()[2]
    file.change(revision, lambda text, _: text.put(("name",), "South hall"), lambda _: None)
    failed = None
except UsageError as error:
    failed = str(error)
print(json.dumps([problem, failed]))
"""


def test_a_file_that_can_be_written_has_no_problem(tmp_path):
    (tmp_path / "site.yaml").write_text("cameras: {}")
    assert None is write_problem(tmp_path / "site.yaml")


def test_a_file_that_is_mounted_by_itself_is_told(tmp_path):
    file = tmp_path / "site one.yaml"
    file.write_text("cameras: {}")
    mounts = tmp_path / "mountinfo"
    escaped = str(file).replace(" ", "\\040")
    mounts.write_text(f"36 35 98:0 / / rw - ext4 /dev/sda1 rw\n37 36 98:0 /x {escaped} rw - ext4 /dev/sda1 rw\n")
    assert "Mount its folder instead" in (write_problem(file, mounts) or "")


def test_a_full_disk_is_not_told_as_missing_permission(tmp_path):
    (tmp_path / "site.yaml").write_text("cameras: {}")
    error = write_error(tmp_path / "site.yaml", OSError(errno.ENOSPC, "No space left on device"))
    assert "the disk is full" in str(error)


def test_the_pages_tell_who_may_change_it_and_nobody_else(served, monkeypatch):
    monkeypatch.setattr("passerby.server.site.config.site_file.write_problem", lambda path: "it is read-only")
    administrator, viewer = served.as_("administrator"), served.as_("viewer")
    assert "it is read-only" == administrator.get("/api/settings").json()["write_problem"]
    assert "it is read-only" == administrator.get("/api/cameras/yard/counting").json()["write_problem"]
    assert None is viewer.get("/api/cameras/yard/counting").json()["write_problem"]


def unit_values(key):
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def sandboxed(tmp_path, file):
    """[problem, error of a change] of `file` where only what the unit says can be written."""
    (tmp_path / "state").mkdir()
    (state,) = unit_values("ReadWritePaths")
    (tmp_path / "state" / "site.yaml").write_text("cameras: {gate: {url: 'rtsp://192.0.2.1/s'}}\n")
    script = SANDBOX.format(work=tmp_path, state=state, python=sys.executable, file=file)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        env=os.environ | {"CHANGE": CHANGE, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def namespaces(tmp_path):
    if os.geteuid() or shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"]).returncode:
        pytest.skip("no mount namespaces for this user here")
    (state,) = map(Path, unit_values("ReadWritePaths"))
    existed = state.exists()
    yield tmp_path
    if not existed and state.exists():  # a mount point, empty
        state.rmdir()


def test_under_the_units_restrictions_the_pages_can_save(namespaces):
    """In a mount namespace with exactly what the unit lets be written, at exactly the path that it starts."""
    (start,) = unit_values("ExecStart")
    assert [None, None] == sandboxed(namespaces, start.split(" -c ")[1])
    assert "South hall" in (namespaces / "state" / "site.yaml").read_text()


def test_where_the_unit_lets_nothing_be_written_it_is_told_beforehand(namespaces):
    (namespaces / "site.yaml").write_text("cameras: {gate: {url: 'rtsp://192.0.2.1/s'}}\n")
    problem, failed = sandboxed(namespaces, namespaces / "site.yaml")
    assert "Move the file to a folder that it can write" in problem
    assert problem == failed
