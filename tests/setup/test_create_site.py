from pathlib import Path

import pytest

from passerby.config.roles import Role
from passerby.config.secrets.site_secrets import camera_secret, secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site_file import HOST_VARIABLE, load_site
from passerby.core.errors import OutputError, StoreError, UsageError
from passerby.setup.create_site import certificate_folder, create_site, move_passwords
from passerby.setup.draft import DraftAccount, DraftFile
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.passwords import hash_password
from passerby.store.audit.log import read
from passerby.store.data_folder import DataFolder
from passerby.store.database import Database
from tests.setup.factories import PASSWORD, whole_draft


def create(config, draft, **environment):
    return create_site(config, draft, actor="system:jo", status_port=8770, web_port=8443, environment=environment)


@pytest.fixture
def config(tmp_path):
    return tmp_path / "box" / "site.yaml"


@pytest.fixture
def draft(tmp_path):
    return whole_draft(tmp_path / "disk" / "data")


def test_a_site_is_made_that_can_be_run_and_logged_in_to(config, draft):
    DraftFile(config).write(draft)
    create(config, draft)
    site = load_site(config, {})
    assert ["gate", "yard"] == list(site.cameras)
    with Database.open(Path(draft.data)) as database:
        account = Accounts(database).authenticate("kim", PASSWORD)
        assert (Role.ADMINISTRATOR, False, ()) == (account.role, account.initial_password, account.credentials_by)
        with database.read_transaction() as connection:
            logged = [entry for _, entry in read(connection)]
    assert {("system:jo", "first run")} == {(entry.actor, entry.purpose) for entry in logged}
    assert [".site.yaml.setup"] != [path.name for path in config.parent.iterdir()]
    assert ["site.yaml"] == [path.name for path in config.parent.iterdir()]


def test_an_open_question_makes_nothing(config, draft, tmp_path):
    with pytest.raises(UsageError, match="retention"):
        create(config, draft.model_copy(update={"retention": None}))
    assert [] == list(tmp_path.iterdir())


def test_a_site_that_is_there_is_left_alone(config, draft):
    config.parent.mkdir()
    config.write_text("name: mine\n")
    with pytest.raises(UsageError, match="was set up before"):
        create(config, draft)
    assert "name: mine\n" == config.read_text()


def test_interrupted_before_the_file_is_written_it_is_made_again(config, draft, monkeypatch):
    config.parent.mkdir()
    config.with_name(".site.yaml.part").mkdir()  # so that the file cannot be written
    with pytest.raises(OutputError, match="Check the folder"):
        create(config, draft)
    assert not config.exists()
    config.with_name(".site.yaml.part").rmdir()
    again = DraftAccount(name="kim", password_hash=hash_password("quite another lantern song"))
    create(config, draft.model_copy(update={"account": again}))
    with Database.open(Path(draft.data)) as database:
        assert Accounts(database).authenticate("kim", "quite another lantern song") is not None
        assert Accounts(database).authenticate("kim", PASSWORD) is None


def test_an_account_of_another_role_is_not_taken_over(config, draft):
    DataFolder.create(config.parent / "data").close()
    draft = draft.model_copy(update={"data": str(config.parent / "data")})
    with Database.open(Path(draft.data)) as database:
        Accounts(database).add("kim", Role.AUDITOR, 0.0)
    with pytest.raises(UsageError, match="auditor"):
        create(config, draft)
    assert not config.exists()


def test_a_folder_with_something_else_in_it(config, draft, tmp_path):
    (tmp_path / "disk" / "data").mkdir(parents=True)
    (tmp_path / "disk" / "data" / "holiday.jpg").write_text("")
    with pytest.raises(StoreError, match=r"holiday\.jpg"):
        create(config, draft)
    assert not config.exists()


@pytest.mark.parametrize(
    ("network", "environment", "host"),
    [
        (False, {}, "127.0.0.1"),
        (True, {}, "0.0.0.0"),
        (True, {HOST_VARIABLE: "0.0.0.0"}, "0.0.0.0"),
        (False, {HOST_VARIABLE: "0.0.0.0"}, "127.0.0.1"),
        (True, {HOST_VARIABLE: "127.0.0.1"}, "0.0.0.0"),
    ],
)
def test_who_reaches_the_pages(config, draft, network, environment, host):
    create(config, draft.model_copy(update={"network": network}), **environment)
    assert host == load_site(config, environment).web.host


def test_the_certificate_of_the_first_run_stays(config, draft):
    certificate_folder(config).mkdir(parents=True)
    (certificate_folder(config) / "certificate.pem").write_text("known")
    create(config, draft)
    assert "known" == (config.parent.parent / "disk" / "data" / "tls" / "certificate.pem").read_text()
    assert not certificate_folder(config).exists()


def test_passwords_go_along_to_another_folder(draft, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    name, host = camera_secret("gate"), secret_host(draft.cameras[0].url)
    StoredSecrets(old).put(name, "secret word", host)
    move_passwords(draft, old, old)
    move_passwords(draft, None, new)
    assert "secret word" == StoredSecrets(old).get(name, host)
    move_passwords(draft, old, new)
    assert ("secret word", None) == (StoredSecrets(new).get(name, host), StoredSecrets(old).get(name, host))
