"""Two hundred hostile messages: each is refused, counted and told, and nothing of it is stored.

Through the receiver, as both transports hand messages to it; what brokers and TLS refuse before is in
tests/fleet/test_mqtt_receiver.py and tests/server/fleet/test_ingest.py."""

import base64
import json
import random
import struct
import zlib

from sqlalchemy import func, select

from passerby.fleet.receiver import Received, Receiver
from passerby.fleet.store import tables
from tests.fleet.conftest import address, database, fleet, postgres  # noqa: F401
from tests.fleet.messages import HOUR, NOW, body, counts, health

YEAR = 365 * 86400


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(b"IEND", b"")


def changed(message, **values):
    return json.dumps(json.loads(body(message)) | values).encode()


def hostile(rng):
    """One message, the kind that it is sent as, and by which site."""
    kind = rng.choice(("health", "counts"))
    honest = (
        health(number=rng.randrange(1, 99)) if kind == "health" else counts(start=HOUR - 3600 * rng.randrange(1, 99))
    )
    foreign = health("south") if kind == "health" else counts("south")
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
            lambda: ("north", "health", body(health(sent=NOW + 73 * YEAR))),
            lambda: ("north", "counts", body(counts(start=3600 * rng.randrange(100)))),
            lambda: ("north", "counts", body(counts(start=HOUR + 73 * 8760 * 3600))),
            lambda: ("north", kind, changed(honest, site=rng.choice(("../x", "north\n", "a" * 50, "")))),
            lambda: ("north", kind, changed(honest, timezone=picture)),
            lambda: ("north", kind, changed(honest, id=f"north/{kind}/other")),
            lambda: ("north", kind, rng.randbytes(200)),
            lambda: ("north", kind, b"[" * 100_000),
            lambda: ("north", kind, b"null"),
            lambda: ("north", "health", changed(health(), backlog=float("nan"))),
            lambda: ("north", "health", changed(health(), version=picture[:60])),
            lambda: ("north", "health", changed(health(), cameras=[{"camera": picture[:41], "up": True}])),
            lambda: ("north", "counts", changed(counts(), cells=[])),
            lambda: ("north", "counts", changed(counts(), min_count=500)),
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
