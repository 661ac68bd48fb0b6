"""The pages of a running site: on this machine, and to others over TLS only."""

import ssl

import httpx2
import pytest

from passerby.cli.common.site_server import serve_pages
from passerby.config.roles import Role
from passerby.config.site_file import load_site
from passerby.core.errors import UsageError
from passerby.documents.status import SiteStatus
from passerby.store.accounts.accounts import Accounts
from passerby.store.database import Database
from passerby.store.recordings.retention_limit import RetentionLimit, read_retention_limit
from passerby.store.site_name import read_site_name

TEXT = "data: data\nstatus:\n  port: 0\ncameras:\n  gate:\n    url: rtsp://192.0.2.1/\n"
PUBLIC = TEXT + "web:\n  host: 0.0.0.0\n  port: 0\n"


@pytest.fixture
def config(tmp_path):
    Database.open(tmp_path / "data", create=True).close()
    return tmp_path / "site.yaml"


def served(config, text, log):
    config.write_text(text)
    site = load_site(config)
    status = SiteStatus(name="site", started=0, now=0, clock_trusted=True, cameras={})
    return serve_pages(config, lambda: site, lambda: status, {}, "t" * 32, lambda _: None, log.append)


def account(config, role):
    with Database.open(config.parent / "data") as database:
        Accounts(database).add(role.value, role, 0.0, oidc_subject=role.value)


def request(port, path, scheme="http", verify=True):
    with httpx2.Client(trust_env=False, verify=verify) as client:
        return client.get(f"{scheme}://127.0.0.1:{port}{path}", timeout=30).status_code


def test_on_this_machine(config):
    log = []
    with served(config, TEXT, log) as port:
        assert (200, 401, 200) == tuple(request(port, path) for path in ("/api/status", "/api/cameras", "/api/login"))
    assert [] == log


def test_nothing_is_served_to_others_without_an_account(config):
    with pytest.raises(UsageError, match="passerby accounts add"), served(config, PUBLIC, []):
        pass


def test_others_are_served_over_tls_only(config):
    account(config, Role.ADMINISTRATOR)
    log = []
    with served(config, PUBLIC, log):
        port = int(log[0].rpartition(":")[2].rstrip("/"))
        assert log[0].startswith("pages at https://0.0.0.0:")
        assert "SHA-256" in log[1]
        trusting = ssl.create_default_context(cafile=str(config.parent / "data" / "tls" / "certificate.pem"))
        trusting.check_hostname = False
        assert (401, 404) == tuple(request(port, path, "https", trusting) for path in ("/api/status", "/metrics"))
        with pytest.raises(httpx2.TransportError):
            request(port, "/api/login")


def test_the_retention_limit_starts_with_the_first_auditor(config):
    with served(config, TEXT, []), Database.open(config.parent / "data") as database:
        assert RetentionLimit() == read_retention_limit(database)
    account(config, Role.AUDITOR)
    with served(config, TEXT, []), Database.open(config.parent / "data") as database:
        assert (14.0, "passerby") == (read_retention_limit(database).days, read_retention_limit(database).set_by)
    with served(config, TEXT + "retention:\n  days: 100\n", []), Database.open(config.parent / "data") as database:
        assert 14.0 == read_retention_limit(database).days


def test_the_name_of_the_site_is_noted_for_the_command_line(config):
    with served(config, f"name: North hall\n{TEXT}", []):
        assert "North hall" == read_site_name(config.parent / "data")
