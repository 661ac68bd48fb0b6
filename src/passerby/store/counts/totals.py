"""What remains of a camera's counts when they are deleted: ids that are never reused, and totals that never fall.

A minute is sent under a key, by which a receiver detects repeats. After the clock was set back the same minute comes
again; as long as the first one is stored, the second is its next piece. When the first one was deleted, its number of
pieces is not known any more: then the id of the row, which only grows, is the piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from passerby.documents.count_records import CountBin
from passerby.store.counts.tables import camera_counters, counts, line_totals

#: Crossings by camera, line, object class and direction.
LineTotals = dict[str, dict[str, dict[str, dict[str, int]]]]


@dataclass(frozen=True, slots=True)
class BinSlot:
    """Row id and piece of a new bin."""

    id: int
    piece: int


def allocate(connection: Connection, bin: CountBin) -> BinSlot:
    """Allocate the slot of a new bin and add its crossings to the totals, within the current transaction."""
    last = connection.execute(select(func.max(camera_counters.c.last_count_id))).scalar()
    id = 1 if last is None else last + 1
    slot = BinSlot(id, _piece(connection, bin, id))
    row = insert(camera_counters).values(camera=bin.camera, last_count_id=id)
    connection.execute(row.on_conflict_do_update(index_elements=["camera"], set_={"last_count_id": id}))
    for line in bin.lines:
        new = insert(line_totals).values(
            camera=bin.camera,
            line=line.line,
            object_class=line.object_class.value,
            forward=line.forward,
            backward=line.backward,
        )
        sums = {"forward": line_totals.c.forward + line.forward, "backward": line_totals.c.backward + line.backward}
        connection.execute(new.on_conflict_do_update(index_elements=list(line_totals.primary_key), set_=sums))
    return slot


def _piece(connection: Connection, bin: CountBin, id: int) -> int:
    same = counts.c.camera == bin.camera, counts.c.start == bin.start
    last = connection.execute(select(func.max(counts.c.piece)).where(*same)).scalar()
    if last is not None:
        return int(last) + 1
    deleted_until = connection.execute(
        select(camera_counters.c.deleted_until).where(camera_counters.c.camera == bin.camera)
    ).scalar()
    return id if deleted_until is not None and bin.start <= deleted_until else 0


def mark_deleted(connection: Connection, latest: Mapping[str, int]) -> None:
    """Record that the minutes of these cameras up to these starts are being deleted."""
    for camera, start in latest.items():
        row = insert(camera_counters).values(camera=camera, last_count_id=0, deleted_until=start)
        latest_start = func.max(func.coalesce(camera_counters.c.deleted_until, start), start)
        connection.execute(row.on_conflict_do_update(index_elements=["camera"], set_={"deleted_until": latest_start}))


def line_totals_by_camera(connection: Connection) -> LineTotals:
    """Crossings since counting began."""
    found: LineTotals = {}
    for row in connection.execute(select(line_totals)):
        classes = found.setdefault(row.camera, {}).setdefault(row.line, {})
        classes[row.object_class] = {"forward": row.forward, "backward": row.backward}
    return found


def newest_ids(connection: Connection) -> Sequence[int]:
    """The row id of each camera's newest bin, where it is still stored."""
    query = (
        select(counts.c.id).join(camera_counters, camera_counters.c.last_count_id == counts.c.id).order_by(counts.c.id)
    )
    return list(connection.execute(query).scalars())
