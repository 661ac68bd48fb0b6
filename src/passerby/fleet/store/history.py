"""The health of one site over time, and its cameras and weights now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Table, cast, func, select

from passerby.documents.status import CoverReason
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.sums import HOUR_S
from passerby.fleet.store.tables import COVER_COLUMNS, cameras, health, health_hours, weights

#: Points of a chart: a step is the shortest with which it has no more.
MAX_POINTS = 400
STEPS_S = (300, 900, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400)


@dataclass(frozen=True, slots=True)
class HealthPoint:
    """A step. Without messages in it there is no point: a gap is a gap. `covered`: mean shares, by reason."""

    start: int
    messages: int
    cameras: int
    min_cameras_up: int
    covered: dict[CoverReason, float]
    disk_days: float | None
    max_backlog: int
    clock_trusted: bool


def step_of(start: int, end: int) -> int:
    """Seconds of a step: one of STEPS_S."""
    return next((step for step in STEPS_S if end - start <= step * MAX_POINTS), STEPS_S[-1])


def health_history(database: FleetDatabase, site: int, start: int, end: int) -> list[HealthPoint]:
    """Points of the steps from that of `start` to before `end` (Unix seconds): one query. Steps of an hour or more are
    read from the sums by hour."""
    step = step_of(start, end)
    first = start - start % step
    table, at = (health_hours, health_hours.c.start) if step >= HOUR_S else (health, health.c.at)
    messages: ColumnElement[int] = func.sum(table.c.messages) if table is health_hours else func.count()
    doubtful = func.sum(table.c.doubtful if table is health_hours else 1 - cast(health.c.clock_trusted, Integer))
    bucket = (at - at % step).label("start")
    query = (
        select(
            bucket,
            messages.label("messages"),
            func.max(table.c.cameras).label("cameras"),
            func.min(table.c.cameras_up).label("up"),
            *(_mean(table, name).label(name) for name in COVER_COLUMNS.values()),
            func.min(table.c.disk_days).label("disk"),
            func.max(table.c.backlog).label("backlog"),
            doubtful.label("doubtful"),
        )
        .where(table.c.site == site, at >= first, at < end)
        .group_by(bucket)
        .order_by(bucket)
    )
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return [
        HealthPoint(
            start=row.start,
            messages=int(row.messages),
            cameras=row.cameras,
            min_cameras_up=row.up,
            covered={reason: float(getattr(row, name)) for reason, name in COVER_COLUMNS.items()},
            disk_days=row.disk,
            max_backlog=row.backlog,
            clock_trusted=not row.doubtful,
        )
        for row in rows
    ]


def _mean(table: Table, name: str) -> ColumnElement[Any]:
    """Of all messages, which the sums by hour have counted."""
    if table is health:
        return func.avg(table.c[name])
    return func.sum(table.c[name]) / func.sum(table.c.messages)


@dataclass(frozen=True, slots=True)
class CameraNow:
    """A camera as its site reported it last."""

    camera: str
    up: bool
    covered: dict[CoverReason, float]


def cameras_now(database: FleetDatabase, site: int) -> list[CameraNow]:
    """The cameras of a site, by name."""
    with database.reading() as connection:
        rows = connection.execute(select(cameras).where(cameras.c.site == site).order_by(cameras.c.camera)).all()
    return [
        CameraNow(row.camera, row.up, {reason: getattr(row, name) for reason, name in COVER_COLUMNS.items()})
        for row in rows
    ]


def weights_now(database: FleetDatabase, site: int) -> dict[str, str]:
    """The hash of each model that a site uses."""
    with database.reading() as connection:
        rows = connection.execute(select(weights).where(weights.c.site == site).order_by(weights.c.model)).all()
    return {row.model: row.sha256 for row in rows}
