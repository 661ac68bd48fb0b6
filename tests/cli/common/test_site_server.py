"""The pages, served beside the cameras: on this machine, and elsewhere by TLS alone."""

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

TEXT = "data: data\nstatus:\n  port: 0\ncameras:\n  gate:\n    url: rtsp://192.0.2.1/\n"
ELSEWHERE = TEXT + "web:\n  host: 0.0.0.0\n  port: 0\n"


@pytest.fixture
def place(tmp_path):
    Database.open(tmp_path / "data", create=True).close()
    return tmp_path / "site.yaml"


def served(place, text, said):
    place.write_text(text)
    site = load_site(place)
    status = SiteStatus(name="site", started=0, now=0, clock_trusted=True, cameras={})
    return serve_pages(place, lambda: site, lambda: status, {}, "t" * 32, lambda _: None, said.append)


def account(place, role):
    with Database.open(place.parent / "data") as database:
        Accounts(database).add(role.value, role, 0.0, oidc_subject=role.value)


def asked(port, path, scheme="http", verify=True):
    with httpx2.Client(trust_env=False, verify=verify) as client:
        return client.get(f"{scheme}://127.0.0.1:{port}{path}", timeout=30).status_code


def test_on_this_machine(place):
    said = []
    with served(place, TEXT, said) as port:
        assert (200, 401, 200) == tuple(asked(port, path) for path in ("/api/status", "/api/cameras", "/api/login"))
    assert [] == said


def test_nothing_is_served_elsewhere_without_an_account(place):
    with pytest.raises(UsageError, match="passerby accounts add"), served(place, ELSEWHERE, []):
        pass


def test_elsewhere_by_tls_alone(place):
    account(place, Role.ADMINISTRATOR)
    said = []
    with served(place, ELSEWHERE, said):
        port = int(said[0].rpartition(":")[2].rstrip("/"))
        assert said[0].startswith("pages at https://0.0.0.0:")
        assert "SHA-256" in said[1]
        trusting = ssl.create_default_context(cafile=str(place.parent / "data" / "tls" / "certificate.pem"))
        trusting.check_hostname = False
        assert (401, 404) == tuple(asked(port, path, "https", trusting) for path in ("/api/status", "/metrics"))
        with pytest.raises(httpx2.TransportError):
            asked(port, "/api/login")


def test_the_ceiling_begins_with_the_first_auditor(place):
    with served(place, TEXT, []), Database.open(place.parent / "data") as database:
        assert RetentionLimit() == read_retention_limit(database)
    account(place, Role.AUDITOR)
    with served(place, TEXT, []), Database.open(place.parent / "data") as database:
        assert (14.0, "passerby") == (read_retention_limit(database).days, read_retention_limit(database).set_by)
    with served(place, TEXT + "retention:\n  days: 100\n", []), Database.open(place.parent / "data") as database:
        assert 14.0 == read_retention_limit(database).days
