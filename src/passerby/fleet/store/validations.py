"""How far the numbers of lines and zones are off, where a person counted them too: stored, and listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from passerby.documents.count_validation import CountBias
from passerby.documents.fleet_messages import PublishedValidation
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.sums import Row
from passerby.fleet.store.tables import BIASED, series, sites, validations

#: Validations that are listed at most.
MAX_LISTED = 500


def validation_row(found: PublishedValidation, series_id: int, now: int) -> Row:
    """A row of `validations`."""
    row: Row = {"series": series_id, "received": now}
    row |= {name: getattr(found, name) for name in ("finished", "minutes", "counted", "first", "last")}
    row |= {"public_key": found.public_key, "signature": found.signature}
    for part in BIASED:
        bias = getattr(found, part)
        row |= {f"{part}_{name}": None if bias is None else getattr(bias, name) for name in ("bias", "low", "high")}
    return row


@dataclass(frozen=True, slots=True)
class LineBias:
    """The newest validation of a line or zone and class. A bias is None where too little was counted. `keys`: with how
    many keys validations of this site were signed; more than one is worth a question."""

    site: str
    display_name: str
    camera: str
    location: str
    location_type: str
    object_class: str
    finished: int
    minutes: int
    counted: int
    both: CountBias | None
    forward: CountBias | None
    backward: CountBias | None
    public_key: str
    keys: int


def line_biases(
    database: FleetDatabase,
    names: Sequence[str] = (),
    camera: str | None = None,
    location: str | None = None,
    object_class: str | None = None,
    max_rows: int | None = MAX_LISTED,
) -> list[LineBias]:
    """Of these sites (all, where none is named), at most so many: one query, by site and line."""
    newest = select(validations.c.series, func.max(validations.c.finished).label("finished"))
    last = newest.group_by(validations.c.series).subquery()
    # The tables are small: a row for each line that somebody has counted.
    signed, owner = validations.alias(), series.alias()
    keys = select(owner.c.site, func.count(signed.c.public_key.distinct()).label("keys"))
    per_site = keys.join_from(signed, owner, owner.c.id == signed.c.series).group_by(owner.c.site).subquery()
    query = (
        select(sites.c.name, sites.c.display_name, series, validations, per_site.c["keys"].label("signed_by"))
        .join_from(validations, last, and_(*(validations.c[k] == last.c[k] for k in ("series", "finished"))))
        .join(series, series.c.id == validations.c.series)
        .join(sites, sites.c.id == series.c.site)
        .join(per_site, per_site.c.site == series.c.site)
        .order_by(sites.c.display_name, series.c.camera, series.c.location, series.c.object_class)
        .limit(max_rows)
    )
    if names:
        query = query.where(sites.c.name.in_(list(names)))
    wanted = {"camera": camera, "location": location, "object_class": object_class}
    query = query.where(*(series.c[name] == value for name, value in wanted.items() if value is not None))
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return [
        LineBias(
            site=row.name,
            display_name=row.display_name,
            camera=row.camera,
            location=row.location,
            location_type=row.location_type,
            object_class=row.object_class,
            finished=row.finished,
            minutes=row.minutes,
            counted=row.counted,
            **{part: _bias(getattr(row, f"{part}_{name}") for name in ("bias", "low", "high")) for part in BIASED},
            public_key=row.public_key,
            keys=row.signed_by,
        )
        for row in rows
    ]


def _bias(values: Iterable[float | None]) -> CountBias | None:
    bias, low, high = values
    return None if bias is None or low is None or high is None else CountBias(bias=bias, low=low, high=high)
