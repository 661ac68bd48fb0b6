"""What stays of a camera's counts when they are deleted: numbers that never come twice, and totals that never fall.

A minute is told under an id, by which whoever receives it knows what they have. A clock that was set back gives the
same minute anew; as long as the first one is there, the second is its next piece. When the first one is gone, nobody
knows how many pieces it had: then the number of the row, which only grows, takes the place of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from passerby.documents.count_records import Bin
from passerby.store.counts.tables import counters, counts, tallies

#: Crossings: camera, line, sort, way.
Totals = dict[str, dict[str, dict[str, dict[str, int]]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new bin goes: its row and its piece of the minute."""

    number: int
    piece: int


def take(connection: Connection, one: Bin) -> Place:
    """The place of a new bin, which is put down as taken, with its crossings, in the transaction that is under way."""
    newest = connection.execute(select(func.max(counters.c.newest))).scalar()
    number = 1 if newest is None else newest + 1
    place = Place(number, _piece(connection, one, number))
    row = insert(counters).values(camera=one.camera, newest=number)
    connection.execute(row.on_conflict_do_update(index_elements=["camera"], set_={"newest": number}))
    for line in one.lines:
        new = insert(tallies).values(
            camera=one.camera, line=line.line, sort=line.sort.value, forward=line.forward, back=line.back
        )
        more = {"forward": tallies.c.forward + line.forward, "back": tallies.c.back + line.back}
        connection.execute(new.on_conflict_do_update(index_elements=["camera", "line", "sort"], set_=more))
    return place


def _piece(connection: Connection, one: Bin, number: int) -> int:
    same = counts.c.camera == one.camera, counts.c.start == one.start
    last = connection.execute(select(func.max(counts.c.piece)).where(*same)).scalar()
    if last is not None:
        return int(last) + 1
    gone = connection.execute(select(counters.c.gone).where(counters.c.camera == one.camera)).scalar()
    return number if gone is not None and one.start <= gone else 0


def gone(connection: Connection, latest: Mapping[str, int]) -> None:
    """Of these cameras, minutes up to these (their starts) are being deleted."""
    for camera, start in latest.items():
        row = insert(counters).values(camera=camera, newest=0, gone=start)
        further = func.max(func.coalesce(counters.c.gone, start), start)
        connection.execute(row.on_conflict_do_update(index_elements=["camera"], set_={"gone": further}))


def totals(connection: Connection) -> Totals:
    """Crossings since counting began."""
    found: Totals = {}
    for row in connection.execute(select(tallies)):
        sorts = found.setdefault(row.camera, {}).setdefault(row.line, {})
        sorts[row.sort] = {"forward": row.forward, "back": row.back}
    return found


def newest(connection: Connection) -> Sequence[int]:
    """The row of each camera's newest bin, as far as it is still there."""
    wanted = select(counts.c.id).join(counters, counters.c.newest == counts.c.id).order_by(counts.c.id)
    return list(connection.execute(wanted).scalars())
