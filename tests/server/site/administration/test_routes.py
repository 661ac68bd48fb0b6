"""The page Administration: for administrators alone, with their password where secrets are concerned."""

import base64
import io
import zipfile
from dataclasses import replace

import pytest

from passerby.config.roles import Role
from passerby.core.version import __version__
from passerby.server.site.administration.backup_file import decrypt_backup, encrypt_backup
from passerby.store.accounts.accounts import Accounts
from passerby.store.administration.disk_history import DiskHistory
from passerby.store.audit.log import read
from passerby.store.recordings.retention_limit import set_retention_limit
from tests.server.site.fixtures import FILE, password_of, serving
from tests.store.footage import WALL

TOP = "/api/administration"
PASSPHRASE = "correct horse battery"
OWN = {"passphrase": PASSPHRASE, "password": password_of("administrator")}


@pytest.fixture
def administrator(served):
    return served.as_("administrator")


def log(served):
    with served.context.database.read_transaction() as connection:
        return [entry.details for _, entry in read(connection)]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.AUDITOR])
def test_only_administrators(served, role):
    browser = served.as_(role)
    assert {403} == {
        browser.get(f"{TOP}/disk", params={"start": 0, "end": 1}).status_code,
        browser.get(f"{TOP}/version").status_code,
        browser.get(f"{TOP}/support.zip").status_code,
        browser.put(f"{TOP}/version", {"version": "9"}).status_code,
        browser.post(f"{TOP}/cameras/yard/restart").status_code,
        browser.post(f"{TOP}/backup", OWN).status_code,
        browser.post(f"{TOP}/restore", {}).status_code,
    }


def test_the_disk_over_time(served, administrator):
    DiskHistory(served.context.database).sample(WALL, 700)
    (sample,) = administrator.get(f"{TOP}/disk", params={"start": WALL - 7200, "end": WALL + 1}).json()
    assert (int(WALL // 3600) * 3600, 700) == (sample["time"], sample["recordings"])
    assert [] == administrator.get(f"{TOP}/disk", params={"start": 0, "end": 1000}).json()


def test_a_camera_is_started_again_and_that_is_logged(served):
    asked = []
    served.client.app.state.services = replace(
        served.client.app.state.services, context=replace(served.context, restart_camera=asked.append)
    )
    administrator = served.as_("administrator")
    assert 204 == administrator.post(f"{TOP}/cameras/yard/restart").status_code
    assert 404 == administrator.post(f"{TOP}/cameras/attic/restart").status_code
    assert ["yard"] == asked
    assert {"subject": "camera", "camera": "yard", "operation": "restart"} in log(served)


def test_where_no_cameras_run_that_is_said(administrator):
    assert 409 == administrator.post(f"{TOP}/cameras/yard/restart").status_code


def test_a_newer_version_is_what_somebody_names(administrator):
    assert {"current": __version__, "newest": None, "newer": False} == {
        key: administrator.get(f"{TOP}/version").json()[key] for key in ("current", "newest", "newer")
    }
    found = administrator.put(f"{TOP}/version", {"version": "999.1"}).json()
    assert ("999.1", True, "account:administrator") == (found["newest"], found["newer"], found["named_by"])
    assert 422 == administrator.put(f"{TOP}/version", {"version": "the latest"}).status_code
    assert not administrator.put(f"{TOP}/version", {"version": None}).json()["newer"]


def test_the_support_bundle_is_logged(served, administrator):
    answer = administrator.get(f"{TOP}/support.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert "status.json" in file.namelist()
    assert {"subject": "support bundle", "operation": "made"} in log(served)


def test_a_backup_needs_ones_own_password(served, administrator):
    assert 403 == administrator.post(f"{TOP}/backup", OWN | {"password": "wrong"}).status_code
    assert 422 == administrator.post(f"{TOP}/backup", OWN | {"passphrase": "short"}).status_code
    assert {"subject": "backup", "operation": "made"} not in log(served)


def test_from_one_site_to_another(site_data, tmp_path):
    """Configuration, passwords of cameras, and accounts are on another machine what they were; recordings are not."""
    with serving(site_data, tmp_path / "one", FILE) as one:
        administrator = one.as_("administrator")
        revision = administrator.get("/api/settings").json()["revision"]
        changed = {"revision": revision, "defaults": {"hide": ["face", "plate", "text"]}}
        assert 200 == administrator.put("/api/settings", changed).status_code
        Accounts(one.context.database).add("newcomer", Role.OPERATOR, 1.0)
        answer = administrator.post(f"{TOP}/backup", OWN)
        assert 'filename="north-hall-2027-01-15.passerby-backup"' in answer.headers["content-disposition"]
        backup = answer.text
        assert {"subject": "backup", "operation": "made"} in log(one)
    assert "not in any file" not in backup
    assert b"argon2" not in base64.b64decode(backup.split('"content": "')[1].split('"')[0])
    other = "name: Another\ndata: data\ncameras:\n  yard: {url: 'rtsp://192.0.2.9/1'}\n"
    with serving(site_data, tmp_path / "two", other) as two:
        administrator = two.as_("administrator")
        wanted = {
            "backup": backup, **OWN, "revision": administrator.get("/api/settings").json()["revision"],
            "configuration": True, "accounts": True,
        }  # fmt: skip
        assert 422 == administrator.post(f"{TOP}/restore", wanted | {"passphrase": "another horse"}).status_code
        assert 409 == administrator.post(f"{TOP}/restore", wanted | {"revision": "old"}).status_code
        found = administrator.post(f"{TOP}/restore", wanted)
        assert 200 == found.status_code, found.text
        assert ("North hall", [], ["newcomer"], 4) == (
            found.json()["site"],
            found.json()["left_out"],
            found.json()["accounts_added"],
            len(found.json()["accounts_existing"]),
        )
        site = two.context.site
        assert (["yard", "gate"], "not in any file") == (
            list(site.cameras),
            site.cameras["gate"].password.get_secret_value(),
        )
        assert "text" in site.defaults.hide
        assert "${" not in (tmp_path / "two" / "site.yaml").read_text()
        assert "not in any file" not in (tmp_path / "two" / "site.yaml").read_text()
        assert "# By the door." in (tmp_path / "two" / "site.yaml").read_text()


def test_a_restore_does_not_keep_recordings_longer_than_an_auditor_allows(served, administrator):
    backup = administrator.post(f"{TOP}/backup", OWN).text  # with 14 days
    set_retention_limit(served.context.database, 10, "account:auditor", WALL)
    revision = administrator.get("/api/settings").json()["revision"]
    assert 200 == administrator.put("/api/settings", {"revision": revision, "retention": {"days": 9}}).status_code
    wanted = {"backup": backup, **OWN, "configuration": True, "accounts": False}
    wanted["revision"] = administrator.get("/api/settings").json()["revision"]
    answer = administrator.post(f"{TOP}/restore", wanted)
    assert (403, "limit_exceeded") == (answer.status_code, answer.json()["code"])
    assert 9 == served.context.site.retention.days


def backup_of(administrator, change):
    """A backup of the site, changed by whoever knows its passphrase."""
    found = decrypt_backup(administrator.post(f"{TOP}/backup", OWN).content, PASSPHRASE)
    change(found)
    return encrypt_backup(found, PASSPHRASE).decode()


def wish(administrator, backup, **more):
    revision = administrator.get("/api/settings").json()["revision"]
    return {"backup": backup, **OWN, "revision": revision, "configuration": True, "accounts": True} | more


def test_a_restore_reads_no_file_of_the_machine_as_a_camera(served, administrator, tmp_path):
    def change(found):
        found["site_yaml"] = f"cameras: {{gate: {{url: '{tmp_path}/film.mp4'}}}}\n"

    before = dict(served.context.site.cameras)
    wanted = wish(administrator, backup_of(administrator, change))
    answer = administrator.post(f"{TOP}/restore", wanted)
    assert (422, before) == (answer.status_code, dict(served.context.site.cameras)), answer.text
    assert "rtsp://" in answer.json()["detail"]
    assert wanted["revision"] == administrator.get("/api/settings").json()["revision"]


def test_a_backup_with_one_wrong_account_changes_nothing(served, administrator):
    def change(found):
        found["site_yaml"] = "name: Another\ncameras: {gate: {url: 'rtsp://192.0.2.9/1'}}\n"
        found["accounts"] += [found["accounts"][0] | {"name": "newcomer", "oidc_subject": None}, {"name": "broken"}]

    wanted = wish(administrator, backup_of(administrator, change))
    answer = administrator.post(f"{TOP}/restore", wanted)
    assert (422, "backup_incomplete") == (answer.status_code, answer.json()["code"])
    assert wanted["revision"] == administrator.get("/api/settings").json()["revision"]
    assert None is Accounts(served.context.database).find("newcomer")


def test_each_account_that_is_restored_is_in_the_log(served, administrator):
    def change(found):
        other = {"name": "newcomer", "role": "viewer", "oidc_subject": "n@idp", "initial_password": True}
        found["accounts"].append(found["accounts"][0] | other)

    wanted = wish(administrator, backup_of(administrator, change), configuration=False)
    assert ["newcomer"] == administrator.post(f"{TOP}/restore", wanted).json()["accounts_added"]
    details = {"subject": "account", "operation": "add", "name": "newcomer", "role": "viewer", "from_backup": True}
    assert 1 == log(served).count(details)
    assert Accounts(served.context.database).get("newcomer").initial_password
