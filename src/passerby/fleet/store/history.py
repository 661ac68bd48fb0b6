"""The health of one site over time, and its cameras and weights now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Integer, cast, func, select

from passerby.documents.status import CoverReason
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.tables import COVER_COLUMNS, cameras, health, weights

#: Points of a chart: a step is as long as it takes to have no more.
MAX_POINTS = 400
MIN_STEP_S = 300


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
    """Seconds of a step: a whole number of MIN_STEP_S."""
    return -(-(end - start) // (MAX_POINTS * MIN_STEP_S)) * MIN_STEP_S or MIN_STEP_S


def health_history(database: FleetDatabase, site: int, start: int, end: int) -> list[HealthPoint]:
    """Points from `start` to before `end` (Unix seconds): one query."""
    step = step_of(start, end)
    bucket = (health.c.at - health.c.at % step).label("start")
    shares = [func.avg(health.c[name]).label(name) for name in COVER_COLUMNS.values()]
    query = (
        select(
            bucket,
            func.count().label("messages"),
            func.max(health.c.cameras).label("cameras"),
            func.min(health.c.cameras_up).label("up"),
            *shares,
            func.min(health.c.disk_days).label("disk"),
            func.max(health.c.backlog).label("backlog"),
            func.min(cast(health.c.clock_trusted, Integer)).label("trusted"),
        )
        .where(health.c.site == site, health.c.at >= start, health.c.at < end)
        .group_by(bucket)
        .order_by(bucket)
    )
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return [
        HealthPoint(
            start=row.start,
            messages=row.messages,
            cameras=row.cameras,
            min_cameras_up=row.up,
            covered={reason: float(getattr(row, name)) for reason, name in COVER_COLUMNS.items()},
            disk_days=row.disk,
            max_backlog=row.backlog,
            clock_trusted=bool(row.trusted),
        )
        for row in rows
    ]


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
