"""The facts about a site that the documents state: configuration, contents of the store, and state of the cameras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from passerby.config.notice import Language, NoticeSettings
from passerby.config.site import Polygon, Site
from passerby.core.clock import Moment
from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.documents.status import CameraState, SiteStatus
from passerby.notice.access_counts import ACCESS_WINDOW_S, AccessCounts, access_counts
from passerby.notice.catalogue import Translator
from passerby.notice.view_outline import ViewOutline
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import to_us

#: A camera counts as recording while its newest recording ended at most this many seconds ago. Parts are a second long.
RECORDING_MAX_AGE_S = 60.0


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """From the store, by camera: the end of the newest recording (microseconds of Unix time), and the access counts."""

    newest_us: Mapping[str, int] = field(default_factory=dict)
    access: Mapping[str, AccessCounts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """One camera. `online`: whether it delivers frames now; None where this is not known."""

    name: str
    title: str
    hide: tuple[Kind, ...]
    hide_regions: tuple[Polygon, ...]
    keep_regions: tuple[Polygon, ...]
    counts: bool
    online: bool | None
    recording: bool
    newest_us: int | None
    access: AccessCounts
    outline: ViewOutline | None


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site as of `created_us` (microseconds of Unix time). `store_available`: whether the store could be read."""

    site: Site
    notice: NoticeSettings
    created_us: int
    store_available: bool
    cameras: tuple[CameraFacts, ...]

    @property
    def access(self) -> AccessCounts:
        return sum((camera.access for camera in self.cameras), AccessCounts())

    def translator(self, language: Language | None = None) -> Translator:
        """The texts in a language, by default the first language of the site."""
        return Translator(language or self.notice.languages[0], ZoneInfo(self.site.timezone))


def require_notice(site: Site) -> NoticeSettings:
    """The notice settings of a site. Raises UsageError when there are none."""
    if site.notice is None:
        raise UsageError(
            "The site file has no `notice` section. Add one with at least controller, contact, purposes and basis; "
            "docs/guide/notice.md has an example."
        )
    return site.notice


def read_store_facts(recordings: Recordings, now: Moment) -> StoreFacts:
    """Read the facts from the store. Raises StoreError, DataFolderMissing."""
    newest = {camera.camera: camera.newest for camera in recordings.cameras()}
    with recordings.database.read_transaction() as connection:
        return StoreFacts(newest, access_counts(connection, to_us(now.wall - ACCESS_WINDOW_S)))


def site_facts(
    site: Site,
    now: Moment,
    store: StoreFacts | None,
    status: SiteStatus | None,
    outlines: Mapping[str, ViewOutline | None] | None = None,
) -> SiteFacts:
    """Combine them. `store` and `status` are None where not available. Raises UsageError as `require_notice` does."""
    notice, created_us = require_notice(site), to_us(now.wall)
    cameras = []
    for name, settings in site.cameras.items():
        newest = None if store is None else store.newest_us.get(name)
        health = None if status is None else status.cameras.get(name)
        recording = newest is not None and abs(created_us - newest) <= RECORDING_MAX_AGE_S * 1e6
        cameras.append(
            CameraFacts(
                name=name,
                title=notice.views.get(name, settings.display_name or name),
                hide=settings.hide,
                hide_regions=settings.hide_regions,
                keep_regions=settings.keep_regions,
                counts=bool(settings.counting.all_zones or settings.counting.lines),
                # A camera that is being recorded is online, whether or not the program answers.
                online=True if recording else None if health is None else health.state is CameraState.LIVE,
                recording=recording,
                newest_us=newest,
                access=(store or StoreFacts()).access.get(name, AccessCounts()),
                outline=(outlines or {}).get(name),
            )
        )
    return SiteFacts(site, notice, created_us, store is not None, tuple(cameras))
