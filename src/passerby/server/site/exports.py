"""Clips: asked for with a reason, agreed to by a second person where the site says so, and taken by who asked."""

from __future__ import annotations

import pathlib
import shutil
import threading
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import FileResponse, Response
from pydantic import Field, JsonValue

from passerby.config.roles import Right
from passerby.core.errors import PasserbyError
from passerby.core.model import FrozenModel
from passerby.server.site.context import Place
from passerby.server.site.parameters import MOST, in_order
from passerby.server.site.rights import NO, Who, asks
from passerby.server.site.session import Purpose
from passerby.store.accounts.approvals import Consent, Consents, Kind, Stage
from passerby.store.audit.log import Deed, stated
from passerby.store.recordings.approval_clips import KEPT, asked_for, clip_folder, clip_name

#: Seconds of a clip.
LONGEST = 6 * 3600.0
MP4, REPORT = "video/mp4", "application/json"
Id = Annotated[int, Path(ge=1, le=2**31)]
Moment = Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False, description="Unix seconds.")]


class ClipWish(FrozenModel):
    """Which clip, and what for."""

    camera: str = Field(max_length=63)
    begins: Moment
    ends: Moment
    purpose: Purpose


class ClipFile(FrozenModel):
    """One file of a clip. `report` says what of the time asked for is in it."""

    address: str
    report: str
    name: str
    bytes: int
    seconds: float
    sha256: str


class ClipTold(FrozenModel):
    """One clip that was asked for. Times are Unix seconds."""

    id: int
    camera: str
    begins: float
    ends: float
    purpose: str
    who: str
    asked: float
    state: Stage
    by: str | None = Field(description="Who has agreed or refused.")
    decided: float | None
    own: bool = Field(description="Was it asked for by who asks now? Only they may take it.")
    may_agree: bool = Field(description="May who asks now agree to it, or refuse?")
    problem: str | None
    files: tuple[ClipFile, ...]


class Clips:
    """Those of one site. `tidy` deletes what has waited for long enough."""

    def __init__(self, place: Place) -> None:
        self._place, self.consents = place, Consents(place.database)
        self._lock = threading.Lock()

    def tidy(self) -> None:
        """Files go a day after they were asked for; so do requests that nobody has decided."""
        now = self._place.clock.now().wall
        with self._lock:
            for consent in self.consents.all(Kind.EXPORT):
                if abs(now - consent.asked) <= KEPT or consent.state in (Stage.GONE, Stage.REFUSED, Stage.FAILED):
                    continue
                shutil.rmtree(clip_folder(self._place.database, consent), ignore_errors=True)
                self.consents.tell(consent.id, Stage.GONE, consent.told)

    def make(self, consent: Consent, who: Who) -> None:
        """Write the files of what was agreed to. What goes wrong is told of in the consent."""
        body, folder = consent.body, clip_folder(self._place.database, consent)
        on: dict[str, JsonValue] = {"camera": str(body["camera"]), "asked_in": int(body["row"])}
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            output = folder / f"{body['camera']}.mp4"
            reports = self._place.tools.clip(
                self._place.recordings, body["camera"], body["begins"], body["ends"], output
            )
            files: list[dict[str, JsonValue]] = [
                {"sha256": one.output.sha256, "bytes": one.output.size, "frames": one.output.frames} for one in reports
            ]
            self._place.note(who, Deed.EXPORTED, {**on, "files": list(files)}, consent.purpose)
            made = [
                {**file, "name": one.output.name, "seconds": one.stretches[-1].end}
                for file, one in zip(files, reports, strict=True)
            ]
            self.consents.tell(consent.id, Stage.DONE, {"files": list(made)})
        except (PasserbyError, OSError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            self.consents.tell(consent.id, Stage.FAILED, {"problem": str(error)})

    def file(self, consent: Consent, number: int) -> pathlib.Path:
        names = [str(one["name"]) for one in consent.told.get("files", ())]
        if consent.state is not Stage.DONE or not 0 <= number < len(names):
            raise HTTPException(404, "There is no such file, or it is no longer kept.")
        return clip_folder(self._place.database, consent) / names[number]


def export_routes(place: Place) -> APIRouter:
    routes = APIRouter(prefix="/api/exports", tags=["exports"], responses=NO, dependencies=[asks(Right.HANDLE)])
    clips = Clips(place)

    def found(id: int) -> Consent:
        clips.tidy()
        consent = clips.consents.get(id)
        if consent is None or consent.kind is not Kind.EXPORT:
            raise HTTPException(404, "There is no export of that number.")
        return consent

    @routes.get("")
    def exports(who: Who) -> list[ClipTold]:
        """Clips that were asked for, the newest first."""
        clips.tidy()
        return [_told(one, who) for one in clips.consents.all(Kind.EXPORT)]

    @routes.post("")
    def ask(who: Who, wish: ClipWish) -> ClipTold:
        """Ask for a clip. It is made at once, or when a second person has agreed."""
        in_order(wish.begins, wish.ends, LONGEST)
        place.known(wish.camera)
        if not place.recordings.between(wish.camera, wish.begins, wish.ends):
            raise HTTPException(404, f"Nothing was recorded of {wish.camera} then.")
        two, purpose = place.site.pages.two_persons, stated(wish.purpose)
        row = place.note(who, Deed.EXPORT, asked_for(wish.camera, wish.begins, wish.ends, two), purpose)
        body: dict[str, JsonValue] = {"camera": wish.camera, "begins": wish.begins, "ends": wish.ends, "row": row}
        stage = Stage.WAITING if two else Stage.AGREED
        consent = clips.consents.ask(Kind.EXPORT, who.who, purpose, body, place.clock.now().wall, stage)
        if not two:
            clips.make(consent, who)
        return _told(found(consent.id), who)

    @routes.get("/{id}")
    def export(who: Who, id: Id) -> ClipTold:
        return _told(found(id), who)

    @routes.post("/{id}/agree")
    def agree(who: Who, id: Id) -> ClipTold:
        """The second person agrees, and it is made. Nobody agrees to what they asked for themselves."""
        _decide(place, clips, found(id), who, Stage.AGREED)
        clips.make(found(id), who)
        return _told(found(id), who)

    @routes.post("/{id}/refuse")
    def refuse(who: Who, id: Id) -> ClipTold:
        """The second person refuses, and nothing is made."""
        _decide(place, clips, found(id), who, Stage.REFUSED)
        return _told(found(id), who)

    @routes.get("/{id}/files/{number}.mp4", response_class=Response, responses={200: {"content": {MP4: {}}}})
    def file(who: Who, id: Id, number: Annotated[int, Path(ge=0, le=10_000)]) -> Response:
        """The film, for who asked for it."""
        consent = _own(found(id), who)
        path = clips.file(consent, number)
        place.note(
            who, Deed.TAKEN, {"camera": consent.body["camera"], "asked_in": consent.body["row"]}, consent.purpose
        )
        return FileResponse(path, media_type=MP4, filename=clip_name(consent, number, ".mp4"))

    @routes.get("/{id}/files/{number}.json", response_class=Response, responses={200: {"content": {REPORT: {}}}})
    def report(who: Who, id: Id, number: Annotated[int, Path(ge=0, le=10_000)]) -> Response:
        """Its report."""
        consent = _own(found(id), who)
        path = clips.file(consent, number).with_suffix(".recording.json")
        return FileResponse(path, media_type=REPORT, filename=clip_name(consent, number, ".recording.json"))

    return routes


def _decide(place: Place, clips: Clips, consent: Consent, who: Who, stage: Stage) -> None:
    if consent.state is not Stage.WAITING:
        raise HTTPException(409, f"It is {consent.state} already.")
    if consent.who == who.who:
        raise HTTPException(403, "You have asked for it yourself: a second person must decide.")
    if who.by == "token":
        raise HTTPException(403, "The token is no person. Log in with an account to decide this.")
    deed = Deed.AGREED if stage is Stage.AGREED else Deed.REFUSED
    on: dict[str, JsonValue] = {
        "camera": consent.body["camera"],
        "asked_by": consent.who,
        "asked_in": consent.body["row"],
    }
    place.note(who, deed, on)
    if not clips.consents.decide(consent.id, stage, who.who, place.clock.now().wall):
        raise HTTPException(409, "Somebody else has just decided it.")


def _own(consent: Consent, who: Who) -> Consent:
    if consent.who != who.who:
        raise HTTPException(403, "Only who asked for it may take it.")
    return consent


def _told(consent: Consent, who: Who) -> ClipTold:
    own, waits = consent.who == who.who, consent.state is Stage.WAITING
    files = consent.told.get("files", ()) if consent.state is Stage.DONE else ()
    return ClipTold(
        id=consent.id,
        camera=consent.body["camera"],
        begins=consent.body["begins"],
        ends=consent.body["ends"],
        purpose=consent.purpose,
        who=consent.who,
        asked=consent.asked,
        state=consent.state,
        by=consent.by,
        decided=consent.decided,
        own=own,
        may_agree=waits and not own and who.by != "token",
        problem=consent.told.get("problem"),
        files=tuple(
            ClipFile(
                address=f"/api/exports/{consent.id}/files/{n}.mp4",
                report=f"/api/exports/{consent.id}/files/{n}.json",
                name=clip_name(consent, n, ".mp4"),
                bytes=one["bytes"],
                seconds=one["seconds"],
                sha256=one["sha256"],
            )
            for n, one in enumerate(files)
        ),
    )
