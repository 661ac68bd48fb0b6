"""What there is to tell of a site: its configuration, what its store holds, and how its cameras are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from passerby.config.notice import Language, NoticeSettings
from passerby.config.site import Polygon, Site
from passerby.core.clock import Moment
from passerby.core.errors import UsageError
from passerby.core.kinds import Kind
from passerby.documents.status import SiteStatus, State
from passerby.notice.access_counts import OVER, Tally, tallies
from passerby.notice.catalogue import Words
from passerby.notice.view_outline import Outline
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import micros

#: Seconds since the end of the newest recording up to which a camera is recording: parts are a second long.
FRESH = 60.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store says, by camera: where the newest recording ends (microseconds of Unix time), and the tally."""

    newest: Mapping[str, int] = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """One camera. `on`: does it give pictures now; None where nobody knows."""

    name: str
    title: str
    hide: tuple[Kind, ...]
    always: tuple[Polygon, ...]
    never: tuple[Polygon, ...]
    counts: bool
    on: bool | None
    recording: bool
    newest: int | None
    tally: Tally
    outline: Outline | None


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """All of a site, as of `made` (microseconds of Unix time). `known` is false where the store could not be asked."""

    site: Site
    notice: NoticeSettings
    made: int
    known: bool
    cameras: tuple[CameraFacts, ...]

    @property
    def tally(self) -> Tally:
        return sum((camera.tally for camera in self.cameras), Tally())

    def words(self, language: Language | None = None) -> Words:
        """The texts in a language, by default the first one of the site."""
        return Words(language or self.notice.languages[0], ZoneInfo(self.site.timezone))


def noticed(site: Site) -> NoticeSettings:
    """What the site says of itself. Raises UsageError when it says nothing."""
    if site.notice is None:
        raise UsageError(
            "The site says nothing of itself yet. Add a part `notice` to the file: controller, contact, purposes and "
            "basis at least; docs/guide/notice.md has one to begin with."
        )
    return site.notice


def stored(recordings: Recordings, now: Moment) -> Stored:
    """What the store says. Raises StoreError, FolderGone."""
    newest = {camera.camera: camera.newest for camera in recordings.cameras()}
    with recordings.database.reading() as connection:
        return Stored(newest, tallies(connection, micros(now.wall - OVER)))


def facts(
    site: Site,
    now: Moment,
    store: Stored | None,
    status: SiteStatus | None,
    outlines: Mapping[str, Outline | None] | None = None,
) -> SiteFacts:
    """Put together. `store` and `status` are None where nobody answers. Raises UsageError as `noticed` does."""
    notice, made = noticed(site), micros(now.wall)
    cameras = []
    for name, settings in site.cameras.items():
        newest = None if store is None else store.newest.get(name)
        health = None if status is None else status.cameras.get(name)
        recording = newest is not None and abs(made - newest) <= FRESH * 1e6
        cameras.append(
            CameraFacts(
                name=name,
                title=notice.views.get(name, name),
                hide=settings.hide,
                always=settings.hide_regions,
                never=settings.keep_regions,
                counts=bool(settings.counting.all_zones or settings.counting.lines),
                # What is being recorded is on, whether or not the program answers.
                on=True if recording else None if health is None else health.state is State.LIVE,
                recording=recording,
                newest=newest,
                tally=(store or Stored()).tallies.get(name, Tally()),
                outline=(outlines or {}).get(name),
            )
        )
    return SiteFacts(site, notice, made, store is not None, tuple(cameras))
