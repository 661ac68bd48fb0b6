"""What a camera has recorded: from when to when, what happened meanwhile, and to look at it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import Response
from pydantic import Field

from passerby.config.counting_config import EventKind
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.count_records import EventState
from passerby.server.live.routes import LIST, MEDIA
from passerby.server.site.cameras import JPEG
from passerby.server.site.context import Place
from passerby.server.site.parameters import Camera, Moment, Size, in_order
from passerby.server.site.rights import NO, Who, asks
from passerby.server.site.view_audit import Viewing
from passerby.store.recordings.fmp4_scan import Fragment, scan
from passerby.store.recordings.part import micros
from passerby.store.recordings.segment import Segment

#: Seconds between two segments up to which they are told as one span.
PAUSE = 1.5
#: Seconds of a timeline, and of film, that can be asked for at once.
LONGEST, FILM = 400 * 86400.0, 6 * 3600.0
#: Seconds of film in one piece: a player loads it whole before it shows it.
PIECE = 4.0
Id = Annotated[int, Path(ge=1, le=2**53)]
Bytes = Annotated[int, Path(ge=0, le=2**40)]


class SpanTold(FrozenModel):
    """Recorded without a pause. Unix seconds."""

    begins: float
    ends: float
    trusted: bool = Field(description="False when the clock could not be trusted then: the times may be wrong.")
    covered: float | None = Field(description="Share of the frames that were painted over whole; null: not known.")


class Mark(FrozenModel):
    """Something happened."""

    id: str
    at: float
    kind: EventKind
    state: EventState
    place: str | None


class Timeline(FrozenModel):
    """What there is of one camera between two moments; `oldest` and `newest` of all of it. Unix seconds."""

    camera: str
    start: float
    end: float
    oldest: float | None
    newest: float | None
    spans: tuple[SpanTold, ...]
    marks: tuple[Mark, ...]


@dataclass(slots=True)
class _Span:
    begins: float
    ends: float
    run: int
    trusted: bool
    frames: int
    covered: int | None


def timeline_routes(place: Place, viewing: Viewing) -> APIRouter:
    routes = APIRouter(
        prefix="/api/recordings/{camera}", tags=["recordings"], responses=NO, dependencies=[asks(Right.LOOK)]
    )

    @routes.get("")
    def timeline(camera: Camera, start: Moment, end: Moment) -> Timeline:
        """Spans and marks. It shows no picture, so looking at it is not written down."""
        in_order(start, end, LONGEST)
        place.known(camera)
        of_it = next((one for one in place.recordings.cameras() if one.camera == camera), None)
        kept = place.counts.events(start, end)
        return Timeline(
            camera=camera,
            start=start,
            end=end,
            oldest=None if of_it is None else of_it.oldest / 1e6,
            newest=None if of_it is None else of_it.newest / 1e6,
            spans=tuple(_spans(place.recordings.between(camera, start, end))),
            marks=tuple(
                Mark(id=one.event.id, at=one.event.at, kind=one.event.kind, state=one.state, place=one.event.place)
                for one in reversed(kept)
                if one.event.camera == camera
            ),
        )

    @routes.get("/play.m3u8", response_class=Response, responses={200: {"content": {LIST: {}}}})
    def play(camera: Camera, who: Who, start: Moment, end: Moment) -> Response:
        """The film between two moments (HLS). It begins at most two seconds before `start`; where nothing was recorded
        it goes on at once, and EXT-X-PROGRAM-DATE-TIME says when each piece was."""
        in_order(start, end, FILM)
        place.known(camera)
        found = place.recordings.between(camera, start, end)
        if not found:
            raise HTTPException(404, f"Nothing was recorded of {camera} then.")
        viewing.recorded(who, "recording", camera, start, end)
        return Response(_playlist(place, found, start, end), media_type=LIST)

    @routes.get("/head-{id}.mp4", response_class=Response, responses={200: {"content": {MEDIA: {}}}})
    def head(camera: Camera, id: Id) -> Response:
        """How to play the pieces of a segment. It holds no picture."""
        segment = _segment(place, camera, id)
        return _media(place, segment, 0, segment.head)

    @routes.get("/piece-{id}-{first}-{length}.m4s", response_class=Response, responses={200: {"content": {MEDIA: {}}}})
    def piece(camera: Camera, who: Who, id: Id, first: Bytes, length: Bytes) -> Response:
        """A piece, as the playlist names it."""
        segment = _segment(place, camera, id)
        if first < segment.head or first + length > segment.size or length == 0:
            raise HTTPException(404, "There is no such piece. Begin again with the playlist.")
        viewing.recorded(who, "recording", camera, segment.begins / 1e6, segment.ends / 1e6)
        return _media(place, segment, first, length)

    @routes.get("/thumbnail.jpg", response_class=Response, responses={200: {"content": {JPEG: {}}}})
    def thumbnail(camera: Camera, who: Who, at: Moment, size: Size = 320) -> Response:
        """The picture that was recorded at a moment, or up to a second before, masked."""
        place.known(camera)
        picture = glimpse(place, camera, at, size)
        viewing.recorded(who, "thumbnail", camera, at, at)  # what was not there was not looked at
        return Response(picture, media_type=JPEG, headers={"cache-control": "private, max-age=3600"})

    return routes


def glimpse(place: Place, camera: str, at: float, size: int) -> bytes:
    """A JPEG of what was recorded at a moment, or up to a second before. Raises HTTPException when nothing was."""
    for segment in place.recordings.between(camera, at, at + 1e-3):
        with place.recordings.read(segment) as file:
            scanned = scan(file, segment.size, pictures=False)
            found = None
            for fragment, begins in _placed(scanned.fragments, segment):
                if fragment.alone and (begins <= micros(at) or found is None):
                    found = fragment
            if found is None:
                continue
            file.seek(0)
            top = file.read(scanned.head)
            file.seek(found.offset)
            return place.tools.glimpse(top + file.read(found.size), size)
    raise HTTPException(404, f"Nothing was recorded of {camera} then.")


def _segment(place: Place, camera: str, id: int) -> Segment:
    segment = place.recordings.segment(id)
    if segment is None or segment.camera != camera:
        raise HTTPException(404, "This is no longer there: it has been kept for long enough.")
    return segment


def _media(place: Place, segment: Segment, first: int, length: int) -> Response:
    with place.recordings.read(segment) as file:
        file.seek(first)
        return Response(file.read(length), media_type=MEDIA)


def _placed(fragments: Sequence[Fragment], segment: Segment) -> Iterator[tuple[Fragment, int]]:
    """Fragments with when they begin, microseconds of Unix time."""
    for fragment in fragments:
        yield fragment, segment.begins + fragment.start - fragments[0].start


def _spans(found: Sequence[Segment]) -> Iterator[SpanTold]:
    now: _Span | None = None
    for segment in found:
        begins, ends = segment.begins / 1e6, segment.ends / 1e6
        if now is not None and now.run == segment.run.id and begins - now.ends <= PAUSE:
            now.ends, now.frames = ends, now.frames + segment.frames
            now.covered = None if None in (now.covered, segment.covered) else now.covered + segment.covered  # type: ignore[operator]
            continue
        if now is not None:
            yield _told(now)
        now = _Span(begins, ends, segment.run.id, segment.run.trusted, segment.frames, segment.covered)
    if now is not None:
        yield _told(now)


def _told(span: _Span) -> SpanTold:
    share = None if span.covered is None or not span.frames else round(span.covered / span.frames, 4)
    return SpanTold(begins=span.begins, ends=span.ends, trusted=span.trusted, covered=share)


def _playlist(place: Place, found: Sequence[Segment], start: float, end: float) -> str:
    lines: list[str] = []
    longest, until, size = PIECE, None, None
    for segment in found:
        with place.recordings.read(segment) as file:
            scanned = scan(file, segment.size, pictures=False)
        inside = _inside(list(_placed(scanned.fragments, segment)), micros(start), micros(end))
        if not inside:
            continue
        follows = until is not None and abs(inside[0][0].start - until) < micros(PAUSE)
        if lines and not (follows and size == (segment.width, segment.height)):
            lines.append("#EXT-X-DISCONTINUITY")
        lines.append(f'#EXT-X-MAP:URI="head-{segment.id}.mp4"')
        for pieces in _together(inside):
            first, begins = pieces[0]
            last = pieces[-1][0]
            seconds = (last.start + last.duration - first.start) / 1e6
            longest = max(longest, seconds)
            told = datetime.fromtimestamp(begins / 1e6, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{told}")
            lines.append(f"#EXTINF:{seconds:.5f},")
            lines.append(f"piece-{segment.id}-{first.offset}-{last.offset + last.size - first.offset}.m4s")
        until = inside[-1][0].start + inside[-1][0].duration
        size = (segment.width, segment.height)
    head = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXT-X-TARGETDURATION:{math.ceil(longest)}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    return "\n".join([*head, *lines, "#EXT-X-ENDLIST"]) + "\n"


def _inside(placed: Sequence[tuple[Fragment, int]], start: int, end: int) -> list[tuple[Fragment, int]]:
    """Those that show something between two moments (microseconds), from one on that stands alone."""
    shown = [n for n, (fragment, begins) in enumerate(placed) if begins + fragment.duration > start and begins < end]
    if not shown:
        return []
    first = shown[0]
    while first > 0 and not placed[first][0].alone:
        first -= 1
    return list(placed[first : shown[-1] + 1])


def _together(placed: Sequence[tuple[Fragment, int]]) -> Iterator[list[tuple[Fragment, int]]]:
    """Fragments that follow each other, in pieces of PIECE seconds that each begin with one that stands alone."""
    piece: list[tuple[Fragment, int]] = []
    for one in placed:
        if one[0].alone and sum(fragment.duration for fragment, _ in piece) >= micros(PIECE):
            yield piece
            piece = []
        piece.append(one)
    if piece:
        yield piece
