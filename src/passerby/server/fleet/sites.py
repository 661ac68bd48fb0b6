"""The sites of a fleet: all in one table, and each over time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import Field

from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.fleet_messages import SITE_PATTERN
from passerby.documents.status import CoverReason
from passerby.fleet.problems import ProblemKind
from passerby.fleet.store.anchors import AnchorFlaw, site_anchors
from passerby.fleet.store.history import cameras_now, health_history, step_of, weights_now
from passerby.fleet.store.overview import overview
from passerby.fleet.store.sites import FleetSite, FleetSites
from passerby.server.fleet.services import Fleet, FleetServices
from passerby.server.site.auth.rights import ERROR_RESPONSES, requires
from passerby.server.site.parameters import UnixTime, check_range

#: Seconds of health that can be requested at once.
MAX_HISTORY_S = 366 * 86400.0
SiteInPath = Annotated[str, Path(pattern=rf"^{SITE_PATTERN}$")]


class FleetSiteResponse(FrozenModel):
    """A site. All but the first fields are null where it has not sent anything yet. Times are Unix seconds."""

    name: str
    display_name: str
    x: float | None = Field(description="Where it is on the plan, 0 to 1 from the left; null: on none.")
    y: float | None
    problems: tuple[ProblemKind, ...] = Field(description="In order of urgency.")
    received: int | None = Field(description="When its newest message arrived.")
    timezone: str | None
    version: str | None
    clock_trusted: bool | None
    cameras: int | None
    cameras_up: int | None
    covered: float | None = Field(description="Share of frames covered whole: mean of its cameras.")
    disk_days: float | None = Field(description="Days until the disk is full.")
    backlog: int | None = Field(description="Messages that wait there to be sent.")
    newest_minute: float | None = Field(description="When the newest minute that was counted began.")
    verdict: str | None = Field(description="Of its newest retention attestation.")


class FleetSitesResponse(FrozenModel):
    """All sites, those first that need a person."""

    name: str = Field(description="Name of the fleet.")
    current_version: str
    sites: tuple[FleetSiteResponse, ...]


class FleetCameraResponse(FrozenModel):
    """A camera, as its site reported it last."""

    camera: str
    up: bool
    covered: dict[CoverReason, float]


class AnchorFindingResponse(FrozenModel):
    """A flaw of the site's audit log or retention, and the row of the log that it is at; 0: at none."""

    flaw: AnchorFlaw
    row: int


class FleetSiteDetailResponse(FrozenModel):
    """A site in detail."""

    name: str
    display_name: str
    cameras: tuple[FleetCameraResponse, ...]
    weights: dict[str, str] = Field(description="SHA-256 of each model in use.")
    heads_kept: int = Field(description="Heads of its audit log that were kept.")
    newest_head: str | None = Field(description="NUMBER:HASH")
    findings: tuple[AnchorFindingResponse, ...]


class HealthPointResponse(FrozenModel):
    """A step of the history. Without messages in it there is none: a gap is a gap."""

    start: int
    messages: int
    cameras: int
    min_cameras_up: int
    covered: dict[CoverReason, float] = Field(description="Mean shares of frames covered whole, by reason.")
    disk_days: float | None
    max_backlog: int
    clock_trusted: bool


class HealthHistoryResponse(FrozenModel):
    """The health of a site over time, in steps of `step_s` seconds."""

    step_s: int
    points: tuple[HealthPointResponse, ...]


router = APIRouter(
    prefix="/api/fleet/sites",
    tags=["fleet sites"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.VIEW_FLEET_HEALTH)],
)


@router.get("")
def fleet_sites(fleet: Fleet) -> FleetSitesResponse:
    """All sites with what each said last, those first that need a person."""
    found = overview(fleet.database, fleet.now(), fleet.current_version)
    return FleetSitesResponse(
        name=fleet.settings.name,
        current_version=fleet.current_version,
        sites=tuple(
            FleetSiteResponse(
                name=site.name,
                display_name=site.display_name,
                x=site.x,
                y=site.y,
                problems=site.problems,
                received=site.state.received,
                timezone=site.timezone,
                version=site.state.version,
                clock_trusted=site.state.clock_trusted,
                cameras=site.state.cameras,
                cameras_up=site.state.cameras_up,
                covered=site.state.covered,
                disk_days=site.state.disk_days,
                backlog=site.state.backlog,
                newest_minute=site.newest_minute,
                verdict=site.state.verdict,
            )
            for site in found
        ),
    )


@router.get("/{site}")
def fleet_site(fleet: Fleet, site: SiteInPath) -> FleetSiteDetailResponse:
    """A site in detail."""
    found = _site(fleet, site)
    anchors = site_anchors(fleet.database, found, fleet.now())
    return FleetSiteDetailResponse(
        name=found.name,
        display_name=found.display_name,
        cameras=tuple(
            FleetCameraResponse(camera=camera.camera, up=camera.up, covered=camera.covered)
            for camera in cameras_now(fleet.database, found.id)
        ),
        weights=weights_now(fleet.database, found.id),
        heads_kept=anchors.kept,
        newest_head=None if anchors.newest is None else f"{anchors.newest[0]}:{anchors.newest[1]}",
        findings=tuple(AnchorFindingResponse(flaw=one.flaw, row=one.row) for one in anchors.findings),
    )


@router.get("/{site}/health")
def fleet_site_health(fleet: Fleet, site: SiteInPath, start: UnixTime, end: UnixTime) -> HealthHistoryResponse:
    """The health of a site over time."""
    check_range(start, end, MAX_HISTORY_S)
    points = health_history(fleet.database, _site(fleet, site).id, int(start), int(end))
    return HealthHistoryResponse(
        step_s=step_of(int(start), int(end)),
        points=tuple(
            HealthPointResponse(
                start=point.start,
                messages=point.messages,
                cameras=point.cameras,
                min_cameras_up=point.min_cameras_up,
                covered=point.covered,
                disk_days=point.disk_days,
                max_backlog=point.max_backlog,
                clock_trusted=point.clock_trusted,
            )
            for point in points
        ),
    )


def _site(fleet: FleetServices, name: str) -> FleetSite:
    found = FleetSites(fleet.database).find(name)
    if found is None:
        raise HTTPException(404, f"There is no site {name} in this fleet.")
    return found
