"""Playing recordings, and thumbnails of them."""

import io

import av

from passerby.store.audit.log import read
from tests.store.footage import WALL


def audit_rows(served):
    """What was written down: what and on what."""
    with served.context.database.read_transaction() as connection:
        rows = [(entry.action, dict(entry.details), entry.purpose) for _, entry in read(connection)]
    return [row for row in rows if row[0] != "login"]


def played(served, start, end):
    """What a player makes of a playlist."""
    base = "/api/recordings/yard/"
    listed = served.get(base + "play.m3u8", params={"start": start, "end": end})
    assert 200 == listed.status_code, listed.text
    data = b""
    for line in listed.text.splitlines():
        if line.startswith("#EXT-X-MAP"):
            data += served.get(base + line.split('"')[1]).content
        elif not line.startswith("#"):
            data += served.get(base + line).content
    with av.open(io.BytesIO(data)) as container:
        return sum(1 for _ in container.decode(video=0)), listed.text


def test_recordings_play(served):
    frames, listed = played(served, WALL, WALL + 6)
    assert 60 == frames
    assert "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.000Z" in listed
    frames, _ = played(served, WALL + 2.5, WALL + 3.5)
    assert 16 == frames  # whole parts, from the key frame before the beginning on
    hour = round(WALL * 1e6)
    assert [
        ("viewed", {"camera": "yard", "kind": "recording", "start": hour, "end": hour + 3_600_000_000}, "case 7")
    ] == audit_rows(served)


def test_a_thumbnail_of_a_time(served):
    first = served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 0.5})
    later = served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 5.5})
    assert [200, 200] == [first.status_code, later.status_code]
    assert first.content != later.content
    assert 404 == served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 600}).status_code
