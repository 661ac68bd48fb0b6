"""HTTPS with a certificate a site: what is taken, what is refused, and that there is nothing to read."""

import ssl
import time

import httpx2
import pytest
from sqlalchemy import func, select

from passerby.core.clock import SystemClock
from passerby.fleet import receiver as receiver_module
from passerby.fleet.certificates import Authority
from passerby.fleet.setup import revoke_credentials
from passerby.fleet.store import tables
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.sites import FleetSites
from tests.fleet.messages import body, counts, health
from tests.fleet.running import Site, make_fleet, status_of
from tests.uplink.broker import until

HOUR = int(time.time()) // 3600 * 3600


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    return make_fleet(tmp_path_factory.mktemp("fleet"), mqtt=False)


@pytest.fixture(scope="module")
def running(fleet):
    with fleet.receiving() as running:
        yield running


def client(fleet, certificate):
    tls = ssl.create_default_context(cafile=str(fleet.folder.authority / "authority.pem"))
    if certificate is not None:
        tls.load_cert_chain(certificate)
    return httpx2.Client(base_url=f"https://localhost:{fleet.ingest_port}", verify=tls, trust_env=False, timeout=20)


@pytest.fixture
def north(fleet, running):
    with client(fleet, fleet.credentials("north")) as north:
        yield north


def stored(fleet):
    with FleetDatabase(fleet.address) as database, database.reading() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.health, tables.counts_messages, tables.counts)
        ]


def test_what_is_stored_is_named_in_the_answer(fleet, north):
    before = stored(fleet)
    messages = [health(number=n, sent=time.time()) for n in (1, 2)]
    answer = north.post("/health", content=b"\n".join(map(body, messages)))
    assert (200, {"received": [message.id for message in messages]}) == (answer.status_code, answer.json())
    hour = counts(start=HOUR - 7200)
    assert [hour.id] == north.post("/counts", content=body(hour)).json()["received"]
    assert [before[0] + 2, before[1] + 1, before[2] + 1] == stored(fleet)


def test_a_site_sends_over_https(fleet, running, tmp_path):
    site = Site(tmp_path / "data", fleet.credentials("west"), by="https").start()
    try:
        site.health.report(status_of(), SystemClock(True).now())
        until(lambda: site.waiting == 0)
        assert [] == site.uplink.problems
    finally:
        site.close()


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/health", b"\xff\xd8\xff\n\n" + bytes(3000), 200),
        ("/counts", body(counts("south", start=HOUR - 7200)), 200),
        ("/health", bytes(10_000_000), 413),
        ("/health", b"x\n" * 501, 413),
        ("/health", b"", 200),
        ("/clips", b"{}", 404),
        ("/", b"{}", 404),
        ("/api/login", b"{}", 404),
    ],
)
def test_what_is_refused_is_not_stored(fleet, north, path, content, status):
    before = stored(fleet)
    answer = north.post(path, content=content)
    assert status == answer.status_code
    assert status != 200 or not answer.json().get("received")
    assert before == stored(fleet)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_there_is_nothing_to_read(north, method):
    for path in ("/health", "/counts", "/north/counts", "/"):
        assert north.request(method, path).status_code in (404, 405)


def test_without_a_certificate_of_the_fleet_nobody_connects(fleet, running, tmp_path):
    issued = Authority.create(tmp_path / "other", "other").issue_client("north")
    forged = tmp_path / "forged.pem"
    forged.write_text(issued.certificate + issued.key)
    for certificate in (None, forged):
        with client(fleet, certificate) as stranger, pytest.raises(httpx2.TransportError):
            stranger.post("/health", content=body(health()))


def test_the_receivers_certificate_is_none_of_a_site(fleet, running):
    with client(fleet, fleet.folder.receiver) as receiver:
        assert 403 == receiver.post("/health", content=body(health("receiver"))).status_code


def test_credentials_that_were_renewed_are_not_valid_any_more(fleet, running, north, monkeypatch):
    monkeypatch.setattr(receiver_module, "SITES_AGE_S", 0.0)
    with FleetDatabase(fleet.address) as database:
        before = FleetSites(database).find("north").certificate
        FleetSites(database).set_certificate("north", "b" * 64)
        answer = north.post("/health", content=body(health(sent=time.time(), number=77)))
        FleetSites(database).set_certificate("north", before)
    assert (403, "new credentials") == (
        answer.status_code,
        "new credentials" if "new credentials" in answer.text else "",
    )
    assert 200 == north.post("/health", content=b"").status_code


def test_a_fleet_that_cannot_store_asks_to_come_again(fleet, running, north, monkeypatch):
    monkeypatch.setattr(running.intake, "take", lambda messages, timeout_s: None)
    answer = north.post("/health", content=body(health(sent=time.time(), number=78)))
    assert (503, "30") == (answer.status_code, answer.headers["retry-after"])


def test_a_revoked_certificate_is_refused_by_tls_while_the_fleet_runs(tmp_path):
    """Not only by the database: the list is the one that the broker reads. Others connect as before."""
    fleet = make_fleet(tmp_path, mqtt=False)
    copies = {}
    for site in ("north", "south"):
        copies[site] = tmp_path / f"{site}.pem"
        copies[site].write_text(fleet.credentials(site).read_text())
    with fleet.receiving():
        for copy in copies.values():
            with client(fleet, copy) as other:
                assert 200 == other.post("/health", content=b"").status_code
        revoke_credentials(fleet.folder, "north")

        def is_refused(copy):
            try:
                with client(fleet, copy) as other:
                    other.post("/health", content=b"")
            except httpx2.HTTPError:
                return True
            return False

        until(lambda: is_refused(copies["north"]), 20)
        assert not is_refused(copies["south"])
