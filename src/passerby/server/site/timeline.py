"""The timeline of a camera: when it recorded, its events; and playing its recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import Response
from pydantic import Field

from passerby.config.counting_config import EventKind
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.count_records import EventState
from passerby.server.live.routes import MEDIA_TYPE, PLAYLIST_TYPE
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Context, Views
from passerby.server.site.parameters import (
    JPEG,
    THUMBNAIL_CACHING,
    CameraName,
    ImageSize,
    UnixTime,
    check_range,
    content,
)
from passerby.server.site.playback import MAX_GAP_S, recorded_thumbnail, vod_playlist
from passerby.store.recordings.segment import Segment

#: Seconds of a timeline, and of playback, that can be requested at once.
MAX_TIMELINE_S, MAX_PLAYBACK_S = 400 * 86400.0, 6 * 3600.0
SegmentId = Annotated[int, Path(ge=1, le=2**53)]
ByteCount = Annotated[int, Path(ge=0, le=2**40)]


class RecordedSpan(FrozenModel):
    """A continuous recording. Unix seconds."""

    start: float
    end: float
    trusted: bool = Field(description="False while the clock was not synchronised: the times may be wrong.")
    covered_share: float | None = Field(description="Share of frames covered whole; null if unknown.")


class TimelineEvent(FrozenModel):
    """An event on the timeline."""

    id: str
    time: float
    kind: EventKind
    state: EventState
    location: str | None


class TimelineResponse(FrozenModel):
    """Recordings and events of one camera in a time range; `oldest` and `newest` of all its recordings. Unix
    seconds."""

    camera: str
    start: float
    end: float
    oldest: float | None
    newest: float | None
    spans: tuple[RecordedSpan, ...]
    events: tuple[TimelineEvent, ...]


router = APIRouter(
    prefix="/api/recordings/{camera}",
    tags=["recordings"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.VIEW_MEDIA)],
)


@router.get("")
def timeline(context: Context, camera: CameraName, start: UnixTime, end: UnixTime) -> TimelineResponse:
    """Recorded spans and events. It contains no images, so the view is not logged."""
    check_range(start, end, MAX_TIMELINE_S)
    context.require_camera(camera)
    recordings = next(
        (camera_recordings for camera_recordings in context.recordings.cameras() if camera_recordings.camera == camera),
        None,
    )
    stored_events = context.counts.events(start, end)
    return TimelineResponse(
        camera=camera,
        start=start,
        end=end,
        oldest=None if recordings is None else recordings.oldest / 1e6,
        newest=None if recordings is None else recordings.newest / 1e6,
        spans=tuple(_recorded_spans(context.recordings.between(camera, start, end))),
        events=tuple(
            TimelineEvent(
                id=stored.event.id,
                time=stored.event.time,
                kind=stored.event.kind,
                state=stored.state,
                location=stored.event.location,
            )
            for stored in reversed(stored_events)
            if stored.event.camera == camera
        ),
    )


@router.get("/play.m3u8", response_class=Response, responses=content(PLAYLIST_TYPE))
def play(
    context: Context, views: Views, camera: CameraName, principal: CurrentPrincipal, start: UnixTime, end: UnixTime
) -> Response:
    """Playlist of a time range (HLS). It begins at most two seconds before `start`; gaps are skipped, and
    EXT-X-PROGRAM-DATE-TIME gives the time of each media segment."""
    check_range(start, end, MAX_PLAYBACK_S)
    context.require_camera(camera)
    segments = context.recordings.between(camera, start, end)
    if not segments:
        raise HTTPException(404, f"{camera} has no recording of this time.")
    views.recorded(principal, "recording", camera, start, end)
    return Response(vod_playlist(context, segments, start, end), media_type=PLAYLIST_TYPE)


@router.get("/init-{id}.mp4", response_class=Response, responses=content(MEDIA_TYPE))
def init_section(context: Context, camera: CameraName, id: SegmentId) -> Response:
    """Initialisation section of a recorded segment. It contains no images."""
    segment = _segment(context, camera, id)
    return _media(context, segment, 0, segment.init_size)


@router.get("/segment-{id}-{first}-{length}.m4s", response_class=Response, responses=content(MEDIA_TYPE))
def media_segment(
    context: Context,
    views: Views,
    camera: CameraName,
    principal: CurrentPrincipal,
    id: SegmentId,
    first: ByteCount,
    length: ByteCount,
) -> Response:
    """A media segment, as the playlist names it: `length` bytes from byte `first` of a recorded segment."""
    segment = _segment(context, camera, id)
    if first < segment.init_size or first + length > segment.size or length == 0:
        raise HTTPException(404, "There is no such media segment. Load the playlist again.")
    views.recorded(principal, "recording", camera, segment.wall_start / 1e6, segment.wall_end / 1e6)
    return _media(context, segment, first, length)


@router.get("/thumbnail.jpg", response_class=Response, responses=content(JPEG))
def thumbnail(
    context: Context,
    views: Views,
    camera: CameraName,
    principal: CurrentPrincipal,
    at: UnixTime,
    size: ImageSize = 320,
) -> Response:
    """The recording at a time, or up to a second before, masked."""
    context.require_camera(camera)
    image = recorded_thumbnail(context, camera, at, size)
    views.recorded(principal, "thumbnail", camera, at, at)  # after it was found: else nothing is seen
    return Response(image, media_type=JPEG, headers=THUMBNAIL_CACHING)


def _segment(context: SiteContext, camera: str, id: int) -> Segment:
    segment = context.recordings.segment(id)
    if segment is None or segment.camera != camera:
        raise HTTPException(404, "This recording is no longer there: it is past its retention.")
    return segment


def _media(context: SiteContext, segment: Segment, first: int, length: int) -> Response:
    with context.recordings.open_segment(segment) as file:
        file.seek(first)
        return Response(file.read(length), media_type=MEDIA_TYPE)


@dataclass(slots=True)
class _Span:
    """A span that is being joined from segments."""

    start: float
    end: float
    boot_session: int
    trusted: bool
    frames: int
    covered: int | None

    def finished(self) -> RecordedSpan:
        share = None if self.covered is None or not self.frames else round(self.covered / self.frames, 4)
        return RecordedSpan(start=self.start, end=self.end, trusted=self.trusted, covered_share=share)


def _recorded_spans(segments: Sequence[Segment]) -> Iterator[RecordedSpan]:
    span: _Span | None = None
    for segment in segments:
        start, end, session = segment.wall_start / 1e6, segment.wall_end / 1e6, segment.boot_session
        if span is not None and span.boot_session == session.id and start - span.end <= MAX_GAP_S:
            span.end, span.frames = end, span.frames + segment.frames
            unknown = span.covered is None or segment.covered is None
            span.covered = None if unknown else (span.covered or 0) + (segment.covered or 0)
            continue
        if span is not None:
            yield span.finished()
        span = _Span(start, end, session.id, session.trusted, segment.frames, segment.covered)
    if span is not None:
        yield span.finished()
