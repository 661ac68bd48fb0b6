"""Two hundred hostile messages: each is refused, counted and told, and nothing of it is stored.

Once through the receiver, as both transports hand messages to it, and once from outside: over HTTPS, and over MQTT
through a real broker, where certificates of others and topics of others are refused before."""

import base64
import json
import random
import struct
import time
import zlib
from collections import Counter

import httpx2
import pytest
from sqlalchemy import func, select

from passerby.documents.fleet_messages import MAX_MESSAGE_BYTES, is_media
from passerby.fleet.certificates import Authority
from passerby.fleet.receiver import Received, Receiver
from passerby.fleet.store import tables
from tests.fleet.conftest import address, database, fleet, postgres  # noqa: F401
from tests.fleet.messages import NOW, body, counts, health
from tests.fleet.running import TlsBroker, make_fleet
from tests.fleet.test_mqtt_receiver import Client
from tests.server.fleet.test_ingest import client
from tests.uplink.broker import needs_broker, until

YEAR = 365 * 86400


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(b"IEND", b"")


def changed(message, **values):
    return json.dumps(json.loads(body(message)) | values).encode()


def hostile(rng, now=NOW):
    """One message, the kind that it is sent as, and by which site."""
    hour = now // 3600 * 3600
    kind = rng.choice(("health", "counts"))
    honest = health(number=rng.randrange(1, 99), sent=now) if kind == "health" else counts(start=hour - 3600)
    foreign = health("south", sent=now) if kind == "health" else counts("south", start=hour - 3600)
    picture = base64.b64encode(png() * 20).decode()
    return rng.choice(
        [
            lambda: ("north", kind, body(foreign)),
            lambda: ("nobody", kind, body(honest)),
            lambda: ("north", kind, changed(honest, **{rng.choice(("face", "clip", "track", "note")): picture})),
            lambda: ("north", kind, b"\xff\xd8\xff\xe0" + rng.randbytes(5000)),
            lambda: ("north", kind, png()),
            lambda: ("north", kind, b"\x00\x00\x00\x18ftypmp42" + rng.randbytes(500)),
            lambda: ("north", kind, b"RIFF" + rng.randbytes(500)),
            lambda: ("north", kind, bytes(10_000_000)),
            lambda: ("north", "health", body(health(sent=rng.uniform(0, 1e6)))),
            lambda: ("north", "health", body(health(sent=now + 73 * YEAR))),
            lambda: ("north", "counts", body(counts(start=3600 * rng.randrange(100)))),
            lambda: ("north", "counts", body(counts(start=hour + 73 * 8760 * 3600))),
            lambda: ("north", kind, changed(honest, site=rng.choice(("../x", "north\n", "a" * 50, "")))),
            lambda: ("north", kind, changed(honest, timezone=picture)),
            lambda: ("north", kind, changed(honest, id=f"north/{kind}/other")),
            lambda: ("north", kind, rng.randbytes(200)),
            lambda: ("north", kind, b"[" * 100_000),
            lambda: ("north", kind, b"null"),
            lambda: ("north", "health", changed(health(sent=now), backlog=float("nan"))),
            lambda: ("north", "health", changed(health(sent=now), version=picture[:60])),
            lambda: ("north", "health", changed(health(sent=now), cameras=[{"camera": picture[:41], "up": True}])),
            lambda: ("north", "counts", changed(counts(start=hour - 3600), cells=[])),
            lambda: ("north", "counts", changed(counts(start=hour - 3600), min_count=500)),
        ]
    )()


def stored(opened):
    held = [table for table in tables.metadata.sorted_tables if table.name not in ("sites", "refusals")]
    with opened.reading() as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in held}


def test_two_hundred_hostile_messages(fleet, caplog):  # noqa: F811
    rng, receiver = random.Random(5), Receiver(fleet, lambda: NOW + 1.0)
    honest = Received("north", "health", body(health()))
    assert receiver.take([honest])["north"].received
    before = stored(fleet)
    messages = [Received(*hostile(rng)) for _ in range(199)]
    for start in range(0, len(messages), 50):
        for answer in receiver.take(messages[start : start + 50]).values():
            assert () == answer.received
    # The two hundredth is a replay: it is acknowledged, and not stored again.
    assert receiver.take([honest])["north"].received
    assert before == stored(fleet)
    assert (199, 1) == (sum(receiver.stats.refused.values()), receiver.stats.repeated)
    with fleet.reading() as connection:
        assert 199 == connection.execute(select(func.sum(tables.refusals.c.messages))).scalar_one()
    assert 199 == sum("refused a message of" in record.message for record in caplog.records)
    assert all(len(record.message) < 400 and record.message.isprintable() for record in caplog.records)


def is_refused_by_tls(fleet, certificate):  # noqa: F811
    """By both servers."""
    with pytest.raises(OSError, match="."):
        Client(fleet, certificate)
    with client(fleet, certificate) as other, pytest.raises(httpx2.HTTPError, match="."):
        other.post("/health", content=b"")
    return True


@needs_broker
def test_two_hundred_from_outside(tmp_path):
    """In any order, by both ways. Told: by TLS, by the broker's code, by the status, or by the fleet's answer."""
    rng, now = random.Random(8), int(time.time())
    running = make_fleet(tmp_path)
    forged = tmp_path / "forged.pem"
    issued = Authority.create(tmp_path / "other", "other").issue_client("north")
    forged.write_text(issued.certificate + issued.key)
    broker = TlsBroker(running.folder, running.broker_port)
    broker.start()
    told, to_receiver, repeated = Counter(), 0, 0
    honest = health(sent=now)
    try:
        with running.receiving() as receiving, client(running, running.credentials("north")) as https:
            until(lambda: receiving.mqtt.problem is None)
            stats = receiving.intake.receiver.stats
            assert [honest.id] == https.post("/health", content=body(honest)).json()["received"]
            before = stored(receiving.database)
            mqtt = Client(running, running.credentials("north"))
            for _ in range(200):
                what = rng.choice(("certificate", "topic", "replay", *["message"] * 9))
                if what == "certificate":
                    told["tls"] += is_refused_by_tls(running, forged)
                elif what == "topic":
                    topic = f"passerby-fleet/{rng.choice(('south/health', 'south/counts', 'north/received', 'x'))}"
                    told["broker"] += mqtt.publish(topic, body(honest)) == 135
                elif what == "replay":
                    told["repeat"] += https.post("/health", content=body(honest)).json()["received"] == [honest.id]
                    repeated += 1
                else:
                    # Whoever is nobody gets a certificate from nobody: that is the case of TLS.
                    found = (hostile(rng, now) for _ in range(99))
                    kind, content = next((kind, content) for site, kind, content in found if site == "north")
                    if len(content) > 1_000_000:
                        told["size"] += https.post(f"/{kind}", content=content).status_code == 413
                        continue
                    lines = [line for line in content.split(b"\n") if line.strip()]
                    whole = is_media(content) or len(lines) == 1
                    if whole and rng.random() < 0.5:
                        answer = https.post(f"/{kind}", content=content)
                        told["answer"] += (200, None) == (answer.status_code, answer.json().get("received"))
                    elif len(content) > MAX_MESSAGE_BYTES:
                        told["size"] += 1
                        assert https.post(f"/{kind}", content=content).json().get("received") is None
                    else:
                        told["log"] += mqtt.publish(f"passerby-fleet/north/{kind}", content) == 0
                    to_receiver += 1
            until(lambda: sum(stats.refused.values()) == to_receiver, 60)
            mqtt.close()
            assert 200 == sum(told.values()), told
            assert {"tls", "broker", "repeat", "size", "answer", "log"} == set(told)
            assert (before, repeated) == (stored(receiving.database), stats.repeated)
    finally:
        broker.kill()
