"""The HTTP interface of `passerby review`. Files are known by their number; no path is ever taken from a request."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response

from passerby.config.settings import Audio
from passerby.core.model import FrozenModel
from passerby.review import files as desk
from passerby.review.answers import (
    Changed,
    DrawTold,
    FileTold,
    Following,
    HistoryTold,
    Kept,
    ReleaseTold,
    Session,
    TrackTold,
    VideoTold,
    Whole,
    folder_of,
)
from passerby.review.cases import case_of
from passerby.review.commands import Edit, Reason
from passerby.review.errors import Refused, Said
from passerby.review.library import Item, Shelf
from passerby.review.queue import Entry, urgency
from passerby.review.track_edits import frame_at

Id = Annotated[int, Path(ge=0, le=2**31 - 1)]
#: The longer side of a picture in px; 0 for all of it.
Size = Annotated[int, Query(ge=0, le=16384)]


class Refusal(FrozenModel):
    """Why something cannot be done. `detail` is for whoever asks without the page; of what is refused before it reaches
    the file, by the status alone, there is nothing else."""

    detail: str
    said: Said | None = None


class Wish(FrozenModel):
    """How to export: what becomes of the sound; by default what the plan's settings say."""

    audio: Audio | None = None


class Looked(FrozenModel):
    """An entry of the queue is done, or not."""

    id: Annotated[str, Query(max_length=100)]
    done: bool = True


class Judged(FrozenModel):
    """Does a drawn frame show somebody it should not?"""

    shows: bool


class Finished(FrozenModel):
    """Is the whole file done?"""

    finished: bool


class CaseWish(FrozenModel):
    """Which track to keep as a regression case, and a remark."""

    video: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
    track: Annotated[int, Query(ge=0, le=2**31 - 1)]
    note: Reason = ""


_NO: dict[int | str, dict[str, Any]] = {code: {"model": Refusal} for code in (400, 401, 403, 404, 409, 413)}


def review_routes(shelf: Shelf, originals: bool) -> APIRouter:
    """All routes below /api. `originals`: this server is on loopback, so originals may be seen."""
    routes = APIRouter(prefix="/api", responses=_NO)

    def item_of(id: int) -> Item:
        if id >= len(shelf.items):
            raise Refused("no_file", 404)
        return shelf.items[id]

    @routes.get("/session")
    def session() -> Session:
        """What this server is."""
        return Session(
            program=f"passerby {version('passerby')}",
            who=shelf.who,
            originals=originals,
        )

    @routes.get("/files")
    def files() -> list[FileTold]:
        """The files that were given, and how far each is."""
        return [_file_told(item) for item in shelf.items]

    @routes.get("/files/{id}", response_model=Whole)
    def whole(id: Id) -> Response:
        """A file that is open, with all its tracks."""
        item = item_of(id)
        file = item.file
        with file.lock:
            plan, viewer = file.history.plan, file.viewer
            told = Whole(
                id=id,
                name=plan.source.name,
                videos=tuple(
                    VideoTold(
                        width=video.width,
                        height=video.height,
                        frames=len(viewer.times(number)),
                        time_base=float(viewer.time_base(number)),
                        cuts=video.cuts,
                    )
                    for number, video in enumerate(plan.videos)
                ),
                tracks=(),
                history=HistoryTold.of(file.history),
                audio=plan.settings.audio.value,
                has_sound=viewer.has_sound,
                output=file.given.output.name,
            )
            tracks = [file.history.tracks(number) for number in range(len(plan.videos))]
        return Response(told.with_tracks(tracks), media_type="application/json")

    @routes.get(
        "/files/{id}/times/{video}",
        response_class=Response,
        responses={200: {"content": {"application/octet-stream": {}}}},
    )
    def times(id: Id, video: Id) -> Response:
        """Times of all frames in ticks: 64-bit floats, little endian."""
        listed = _times(item_of(id), video)
        content = np.asarray(listed, dtype="<f8").tobytes()
        return Response(content, media_type="application/octet-stream")

    @routes.get(
        "/files/{id}/masked/{video}/{frame}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}}
    )
    def masked(id: Id, video: Id, frame: Id, size: Size = 1280, small: bool = False) -> Response:
        """A frame as it will be released, JPEG."""
        item = item_of(id)
        _check_frame(item, video, frame)
        file = item.file
        with file.lock:
            tracks, style = file.history.tracks(video), file.history.plan.settings.style
        viewer = file.small if small else file.viewer
        return _picture(viewer.masked[video].jpeg(frame, tracks, style, size or None))

    @routes.get(
        "/files/{id}/original/{video}/{frame}",
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}}},
    )
    def original(id: Id, video: Id, frame: Id, size: Size = 1280) -> Response:
        """A frame as it is, JPEG. On loopback only."""
        if not originals:
            raise Refused("originals", 403)
        item = item_of(id)
        _check_frame(item, video, frame)
        return _picture(item.file.viewer.original[video].jpeg(frame, size or None))

    @routes.post("/files/{id}/edit")
    def edit(id: Id, wanted: Edit) -> Changed:
        """Change something. It is in the plan, on the disk, when the answer comes."""
        return item_of(id).doing.do(wanted)

    @routes.post("/files/{id}/undo")
    def undo(id: Id) -> Changed:
        """Take back the last change that stands."""
        return item_of(id).doing.undo()

    @routes.post("/files/{id}/redo")
    def redo(id: Id) -> Changed:
        """Do again what was taken back last."""
        return item_of(id).doing.redo()

    @routes.get("/files/{id}/following")
    def following(id: Id) -> Following:
        """How far a drawn box was followed."""
        return _following(item_of(id))

    @routes.post("/files/{id}/following/stop")
    def stop_following(id: Id) -> Following:
        """Follow no further. What was followed stays."""
        item = item_of(id)
        item.carrying.stop()
        return _following(item)

    @routes.get("/files/{id}/queue")
    def queue(id: Id) -> list[Entry]:
        """What needs a look, the most urgent first."""
        return _queue(item_of(id))

    @routes.post("/files/{id}/queue")
    def looked(id: Id, looked: Looked) -> list[Entry]:
        """Say that an entry was looked at, or that it was not."""
        item = item_of(id)
        with item.file.lock:
            _ready(item)
            if looked.id not in {entry.id for entry in _queue(item)}:
                raise Refused("no_entry", 404)
            left = [one for one in item.file.notes.done if one != looked.id]
            item.file.note(done=(*left, looked.id) if looked.done else tuple(left))
        return _queue(item)

    @routes.post("/files/{id}/finished")
    def finished(id: Id, wanted: Finished) -> FileTold:
        """Say that the whole file was looked at, or that it was not."""
        item = item_of(id)
        _ready(item)
        item.file.note(finished=wanted.finished)
        return _file_told(item)

    @routes.get("/files/{id}/release")
    def release(id: Id) -> ReleaseTold:
        """How far the export is, and its verdict."""
        item = item_of(id)
        _ready(item)
        return item.releasing.told()

    @routes.post("/files/{id}/release")
    def start_release(id: Id, wish: Wish) -> ReleaseTold:
        """Export: render, then check."""
        item = item_of(id)
        _ready(item)
        item.carrying.stop()
        item.releasing.start(wish.audio)
        return item.releasing.told()

    @routes.post("/files/{id}/release/stop")
    def stop_release(id: Id) -> ReleaseTold:
        """Stop exporting. Nothing is left of it."""
        item = item_of(id)
        _ready(item)
        item.releasing.job.stop()
        return item.releasing.told()

    @routes.get("/files/{id}/release/report", response_class=Response, responses={200: {"content": {"text/html": {}}}})
    def report(id: Id) -> Response:
        """The full report of the independent check."""
        item = item_of(id)
        _ready(item)
        if not item.releasing.page.is_file():
            raise Refused("no_report", 404)
        shut_in = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
        return FileResponse(item.releasing.page, media_type="text/html", headers={"content-security-policy": shut_in})

    @routes.get("/files/{id}/draw")
    def drawn(id: Id) -> DrawTold:
        """The random draw, and what was said of it."""
        item = item_of(id)
        _ready(item)
        return item.releasing.drawn()

    @routes.post("/files/{id}/draw")
    def draw(id: Id) -> ReleaseTold:
        """Draw frames from the release."""
        item = item_of(id)
        _ready(item)
        item.releasing.draw()
        return item.releasing.told()

    @routes.get("/files/{id}/draw/{number}", response_class=Response, responses={200: {"content": {"image/png": {}}}})
    def drawn_picture(id: Id, number: Id) -> Response:
        """One drawn frame of the release, PNG."""
        item = item_of(id)
        _ready(item)
        return Response(item.releasing.picture(number), media_type="image/png")

    @routes.post("/files/{id}/draw/{number}")
    def judge(id: Id, number: Id, judged: Judged) -> DrawTold:
        """Say whether a drawn frame shows somebody it should not."""
        item = item_of(id)
        _ready(item)
        return item.releasing.judge(number, judged.shows)

    @routes.post("/files/{id}/case")
    def keep_case(id: Id, wish: CaseWish) -> Kept:
        """Keep a track as a regression case: a reference and boxes, never pixels."""
        item = item_of(id)
        file = item.file
        if wish.video != 0:
            raise Refused("case_video")
        with file.lock:
            track = file.history.track(0, wish.track)
            if track is None:
                raise Refused("no_track", number=wish.track)
            folder = file.given.source.parent
            path = folder / f"{file.given.source.stem}.track{track.number}.case.json"
            made = file.now().isoformat(timespec="seconds")
            case = case_of(
                file.history.plan, file.given.source, folder, track, file.times(0), file.base(0), made, wish.note
            )
            desk.keep(path, case.to_json())
        return Kept(name=path.name)

    return routes


def _ready(item: Item) -> None:
    _ = item.file.viewer


def _times(item: Item, video: int) -> Sequence[int]:
    if video >= len(item.file.history.plan.videos):
        raise Refused("no_video", 404)
    return item.file.times(video)


def _check_frame(item: Item, video: int, frame: int) -> None:
    if frame >= len(_times(item, video)):
        raise Refused("no_frame", 404)


def _picture(jpeg: bytes) -> Response:
    return Response(jpeg, media_type="image/jpeg")


def _file_told(item: Item) -> FileTold:
    file = item.file
    listed = {entry.id for entry in _listed(item)} if file.state == "ready" else set()
    return FileTold(
        id=file.id,
        name=file.given.source.name,
        folder=folder_of(file.given.source),
        state=file.state,
        error=file.error,
        progress=file.progress.told(),
        finished=file.notes.finished,
        to_look_at=len(listed),
        looked_at=len(listed.intersection(file.notes.done)),
        released=file.given.output.exists(),
    )


def _following(item: Item) -> Following:
    file, about = item.file, item.carrying.track
    with file.lock:
        track = None if about is None else file.history.track(*about)
        return Following(
            progress=item.carrying.job.told,
            video=None if about is None else about[0],
            track=None if track is None else TrackTold.of(track),
            history=HistoryTold.of(file.history),
        )


def _queue(item: Item) -> list[Entry]:
    """What needs a look, the most urgent first, with what was done already."""
    done = set(item.file.notes.done)
    marked = [entry.model_copy(update={"done": entry.id in done}) for entry in _listed(item)]
    return sorted(marked, key=urgency)


def _listed(item: Item) -> list[Entry]:
    """Doubts of the plan, and what the check of the last release found."""
    file = item.file
    with file.lock:
        plan = file.history.plan
        listed = list(file.doubts())
        verdict = item.releasing.told().verdict
        for finding in verdict.findings if verdict is not None else ():
            if finding.video >= len(plan.videos):
                continue
            base = file.base(finding.video)
            frame = frame_at(file.times(finding.video), round(finding.time / base))
            listed.append(
                Entry(
                    id=f"suspect-{finding.video}-{frame}-{finding.what[:40]}",
                    video=finding.video,
                    frame=frame,
                    seconds=finding.time,
                    why=("suspect",),
                    what=finding.what,
                    box=finding.box,
                )
            )
        return listed
