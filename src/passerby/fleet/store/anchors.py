"""Heads of audit logs and retention attestations that were kept: what they show about each site, and about a copy of
its log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from passerby.core.errors import UsageError
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.sites import FleetSite
from passerby.fleet.store.tables import attestations, heads, latest
from passerby.store.audit.log import GENESIS_HASH, digest

#: Seconds after which a site should have attested its retention again: it does so once a day.
ATTESTATION_AGE_S = 3 * 86400


class AnchorFlaw(StrEnum):
    """What is wrong with a site."""

    REWRITTEN = "rewritten"  # a row of its log was stated with two hashes
    TRUNCATED = "truncated"  # its log became shorter
    ROW_MISSING = "row_missing"  # the copy of its log lacks a row that was kept
    ROW_CHANGED = "row_changed"  # the copy has another hash there
    BROKEN_CHAIN = "broken_chain"  # the copy itself is not a chain
    RETENTION_VIOLATED = "retention_violated"  # its newest attestation says so
    NOT_ATTESTED = "not_attested"  # it has not attested its retention for days


@dataclass(frozen=True, slots=True)
class AnchorFinding:
    """One flaw, and the row of the log that it is at; 0 where it is at none."""

    flaw: AnchorFlaw
    row: int = 0


@dataclass(frozen=True, slots=True)
class SiteAnchors:
    """What was kept of one site. `newest`: number and hash of the newest head; None where none was kept."""

    site: str
    kept: int
    newest: tuple[int, str] | None
    verdict: str | None
    attested: float | None
    findings: tuple[AnchorFinding, ...]


@dataclass(frozen=True, slots=True)
class LogCopy:
    """Rows of an audit log as `passerby audit follow` prints them: the hash of each by its number, and the first row
    that does not follow from the one before, 0 if all do."""

    hashes: dict[int, str]
    broken_at: int

    @classmethod
    def parse(cls, lines: Iterable[str]) -> LogCopy:
        """Raises UsageError for lines that are not such rows."""
        hashes: dict[int, str] = {}
        before, broken = (0, GENESIS_HASH), 0
        for line in lines:
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                number, previous, body, hash = (row[name] for name in ("number", "previous", "body", "hash"))
                expected = digest(int(number), str(previous).encode(), str(body).encode())
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(
                    f"This is not a copy of an audit log: {error}. Make one at the site: "
                    "passerby audit follow --no-wait > log.jsonl"
                ) from None
            if not broken and (expected != hash or (number, previous) != (before[0] + 1, before[1])):
                broken = int(number)
            hashes[int(number)] = str(hash)
            before = int(number), str(hash)
        return cls(hashes, broken)


def site_anchors(database: FleetDatabase, site: FleetSite, now: float, copy: LogCopy | None = None) -> SiteAnchors:
    """What was kept of a site, and what is wrong. `copy`: every head that was kept must be in it."""
    of_site = heads.c.site == site.id
    before = func.max(heads.c.number).over(order_by=_ORDER, rows=(None, -1)).label("before")
    ordered = select(heads.c.number, heads.c.hash, before).where(of_site).subquery()
    shorter = select(ordered.c.number).where(ordered.c.number < ordered.c.before)
    twice = select(heads.c.number).where(of_site).group_by(heads.c.number).having(func.count() > 1)
    with database.reading() as connection:
        number = connection.execute(select(func.count()).select_from(heads).where(of_site)).scalar_one()
        rewritten = set(connection.execute(twice).scalars())
        truncated = set(connection.execute(shorter).scalars()) - rewritten
        last = connection.execute(
            select(heads.c.number, heads.c.hash).where(of_site).order_by(*(column.desc() for column in _ORDER)).limit(1)
        ).first()
        newest = connection.execute(
            select(attestations).where(attestations.c.site == site.id).order_by(attestations.c.received.desc()).limit(1)
        ).first()
        known = connection.execute(select(latest.c.site).where(latest.c.site == site.id)).first() is not None
        kept = [] if copy is None else connection.execute(select(heads.c.number, heads.c.hash).where(of_site)).all()
    findings = [AnchorFinding(AnchorFlaw.REWRITTEN, row) for row in sorted(rewritten)]
    findings += [AnchorFinding(AnchorFlaw.TRUNCATED, row) for row in sorted(truncated)]
    if copy is not None:
        findings += _compare({row.number: row.hash for row in kept}, copy)
    if newest is not None and newest.verdict == "violated":
        findings.append(AnchorFinding(AnchorFlaw.RETENTION_VIOLATED))
    if known and (newest is None or now - newest.received > ATTESTATION_AGE_S):
        findings.append(AnchorFinding(AnchorFlaw.NOT_ATTESTED))
    return SiteAnchors(
        site=site.name,
        kept=number,
        newest=None if last is None else (last.number, last.hash),
        verdict=None if newest is None else newest.verdict,
        attested=None if newest is None else newest.created,
        findings=tuple(dict.fromkeys(findings)),
    )


#: In which order heads were stated.
_ORDER = (heads.c.received, heads.c.stated, heads.c.number)


def _compare(kept: dict[int, str], copy: LogCopy) -> Iterable[AnchorFinding]:
    if copy.broken_at:
        yield AnchorFinding(AnchorFlaw.BROKEN_CHAIN, copy.broken_at)
    for number, hash in sorted(kept.items()):
        found = copy.hashes.get(number)
        if found is None:
            yield AnchorFinding(AnchorFlaw.ROW_MISSING, number)
        elif found != hash:
            yield AnchorFinding(AnchorFlaw.ROW_CHANGED, number)
