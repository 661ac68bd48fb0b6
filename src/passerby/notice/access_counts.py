"""How often recordings were viewed and exported, as the log of what was done says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

#: Seconds over which is told.
OVER = 30 * 86_400

#: What is not JSON any more, `passerby audit check` tells of; here it must not be in the way.
_COUNTED = text(
    """
    SELECT json_extract(body, '$.what') AS what, json_extract(body, '$.on.kind') AS kind,
           json_extract(body, '$.on.camera') AS camera, count(*) AS times
    FROM audit
    WHERE json_valid(body) AND json_extract(body, '$.wall') >= :since
      AND json_extract(body, '$.what') IN ('viewed', 'exported')
    GROUP BY 1, 2, 3
    """
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often recordings of a camera were looked at (on the pages, by the hour of recording), its live picture was,
    and recordings left as a file."""

    viewed: int = 0
    live: int = 0
    exported: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.viewed + other.viewed, self.live + other.live, self.exported + other.exported)


def tallies(connection: Connection, since: int) -> Mapping[str, Tally]:
    """By camera, since a moment (microseconds of Unix time)."""
    found: dict[str, Tally] = {}
    for what, kind, camera, times in connection.execute(_COUNTED, {"since": since}):
        if not isinstance(camera, str) or kind == "counts":  # numbers show nobody
            continue
        if what == "exported":
            one = Tally(exported=times)
        else:
            one = Tally(live=times) if kind == "live" else Tally(viewed=times)
        found[camera] = found.get(camera, Tally()) + one
    return found
