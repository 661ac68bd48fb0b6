"""How often recordings were viewed and exported, from the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from passerby.store.audit.log import AuditAction

#: Seconds that the counts cover: 30 days.
ACCESS_WINDOW_S = 30 * 86_400

#: Rows that are no longer valid JSON are reported by `passerby audit check`; here they are skipped. Rows from before
#: database revision 0007 have other names (store.audit.legacy).
_ACCESS_QUERY = text(
    """
    SELECT coalesce(json_extract(body, '$.action'), json_extract(body, '$.what')) AS action,
           coalesce(json_extract(body, '$.details.kind'), json_extract(body, '$.on.kind')) AS kind,
           coalesce(json_extract(body, '$.details.camera'), json_extract(body, '$.on.camera')) AS camera,
           count(*) AS times
    FROM audit
    WHERE json_valid(body) AND json_extract(body, '$.wall') >= :since
      AND coalesce(json_extract(body, '$.action'), json_extract(body, '$.what'))
          IN ('viewed', 'export_completed', 'exported')
    GROUP BY 1, 2, 3
    """
)


@dataclass(frozen=True, slots=True)
class AccessCounts:
    """Number of viewings of a camera's recordings (one per hour of recording), of its live picture, and of exports."""

    viewed: int = 0
    live: int = 0
    exported: int = 0

    def __add__(self, other: AccessCounts) -> AccessCounts:
        return AccessCounts(self.viewed + other.viewed, self.live + other.live, self.exported + other.exported)


def access_counts(connection: Connection, since_us: int) -> Mapping[str, AccessCounts]:
    """Counts by camera since `since_us` (microseconds of Unix time)."""
    counts: dict[str, AccessCounts] = {}
    for action, kind, camera, times in connection.execute(_ACCESS_QUERY, {"since": since_us}):
        if not isinstance(camera, str) or kind == "counts":  # counts show nobody
            continue
        if action != AuditAction.VIEWED:
            added = AccessCounts(exported=times)
        else:
            added = AccessCounts(live=times) if kind == "live" else AccessCounts(viewed=times)
        counts[camera] = counts.get(camera, AccessCounts()) + added
    return counts
