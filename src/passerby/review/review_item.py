"""One file of a review with everything that can be done to it: edits, propagation, export, queue, regression cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from passerby.config.settings import Audio
from passerby.core.kinds import Kind
from passerby.documents.file_names import case_path
from passerby.documents.trim import Trims
from passerby.review.answers import (
    ExportResponse,
    FileDetail,
    FileSummary,
    HistoryResponse,
    PropagationResponse,
    TrackResponse,
    VideoResponse,
    folder_name,
)
from passerby.review.edit_service import EditService
from passerby.review.errors import NotFoundError, ReviewError
from passerby.review.files import save_text
from passerby.review.open_file import OpenFile
from passerby.review.propagation_job import PropagationJob
from passerby.review.queue import QueueEntry, priority
from passerby.review.regression_cases import regression_case
from passerby.review.release.export_job import ExportJob
from passerby.review.sound.heard import HeardSound
from passerby.review.track_edits import frame_at

#: Seconds to which reports round the times of findings.
FINDING_PRECISION_S = 0.001


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A file and its services. Methods raise ReviewError, as long as the file is not open too."""

    file: OpenFile
    edits: EditService
    propagation: PropagationJob
    export: ExportJob

    @classmethod
    def of(cls, file: OpenFile) -> ReviewItem:
        propagation = PropagationJob(file)
        return cls(file, EditService(file, propagation), propagation, ExportJob(file))

    def close(self) -> None:
        """Stop all work, and write the plan with what is in its journal."""
        self.file.progress.cancel()
        self.propagation.stop()
        self.export.job.progress.cancel()
        self.file.close()

    def require_open(self) -> None:
        """Raises FileNotReady until the file is open."""
        _ = self.file.viewer

    def frame_times(self, video: int) -> Sequence[int]:
        """Presentation times of all frames, in ticks. Raises NotFoundError."""
        if video >= len(self.file.history.plan.videos):
            raise NotFoundError("no_video")
        return self.file.times(video)

    def require_frame(self, video: int, frame: int) -> None:
        if frame >= len(self.frame_times(video)):
            raise NotFoundError("no_frame")

    def masked_jpeg(self, video: int, frame: int, max_side: int | None, *, thumbnail: bool = False) -> bytes:
        """A frame as it will be released."""
        self.require_frame(video, frame)
        with self.file.lock:
            tracks, style = self.file.history.tracks(video), self.file.history.plan.settings.style
        viewer = self.file.thumbnail_viewer if thumbnail else self.file.viewer
        return viewer.masked[video].jpeg(frame, tracks, style, max_side)

    def original_jpeg(self, video: int, frame: int, max_side: int | None) -> bytes:
        """A frame without masks. The caller decides who may see it."""
        self.require_frame(video, frame)
        return self.file.viewer.original[video].jpeg(frame, max_side)

    def sound(self, track: int = 0) -> HeardSound:
        """The sound of an audio track, from 1; 0 is all of them. Raises NotFoundError where the file has none such."""
        sounds = self.file.viewer.sounds
        if track >= max(2, len(sounds)) or not sounds:
            raise NotFoundError("no_sound")
        return sounds[track if len(sounds) > 1 else 0]

    def released_sound(self, first: int, after: int, track: int = 0) -> Iterator[bytes]:
        """Bytes of the sound as it will be released, WAV; `track` as of `sound`."""
        with self.file.lock:
            plan = self.file.history.plan
        cuts = Trims(plan.trim, plan.videos[0].time_base).seconds
        return self.sound(track).released(first, after, plan.audio, plan.run_settings, cuts)

    def summary(self) -> FileSummary:
        file = self.file
        flagged = {entry.id for entry in self._entries()} if file.state == "ready" else set()
        return FileSummary(
            id=file.id,
            name=file.paths.source.name,
            folder=folder_name(file.paths.source),
            state=file.state,
            error=file.error,
            progress=file.progress.status(),
            finished=file.notes.finished,
            flagged=len(flagged),
            reviewed=len(flagged.intersection(file.notes.reviewed)),
            exported=file.paths.output.exists(),
        )

    def detail_json(self) -> bytes:
        """FileDetail with all tracks, as JSON."""
        file = self.file
        with file.lock:
            plan, viewer = file.history.plan, file.viewer
            detail = FileDetail(
                id=file.id,
                name=plan.source.name,
                videos=tuple(
                    VideoResponse(
                        width=video.width,
                        height=video.height,
                        frames=len(viewer.times(number)),
                        time_base=float(viewer.time_base(number)),
                        cuts=video.cuts,
                    )
                    for number, video in enumerate(plan.videos)
                ),
                tracks=(),
                history=HistoryResponse.of(file.history),
                audio=plan.settings.audio.value,
                has_audio=bool(viewer.sounds),
                audio_tracks=max(1, len(viewer.sounds) - 1) if viewer.sounds else 0,
                speech_searched=plan.speech is not None,
                still=viewer.is_still,
                stream_rate=None if viewer.stream_rate is None else float(viewer.stream_rate),
                output=file.paths.output.name,
            )
            tracks = [file.history.tracks(number) for number in range(len(plan.videos))]
        return detail.json_with_tracks(tracks)

    def propagation_status(self) -> PropagationResponse:
        file, about = self.file, self.propagation.track
        with file.lock:
            track = None if about is None else file.history.track(*about)
            return PropagationResponse(
                progress=self.propagation.job.status,
                video=None if about is None else about[0],
                track=None if track is None else TrackResponse.of(track),
                history=HistoryResponse.of(file.history),
            )

    def search_at(self, frame_rate: Fraction) -> None:
        """Forget the plan of a stream without times: it is to be searched anew, at another rate. Raises ReviewError."""
        self.propagation.stop()
        if self.export.job.running:
            raise ReviewError("busy")
        self.file.forget_plan(frame_rate)

    def start_export(self, audio: Audio | None, default_reasons: Mapping[Kind, str] | None = None) -> ExportResponse:
        """Render and verify in the background. Ends a propagation: the export has the plan as it is now."""
        self.propagation.stop()
        self.export.start(audio, default_reasons)
        return self.export.status()

    def queue(self) -> list[QueueEntry]:
        """What needs a check, the most urgent first."""
        reviewed = set(self.file.notes.reviewed)
        marked = [entry.model_copy(update={"reviewed": entry.id in reviewed}) for entry in self._entries()]
        return sorted(marked, key=priority)

    def mark_reviewed(self, entry_id: str, reviewed: bool) -> list[QueueEntry]:
        """Mark an entry of the queue as reviewed, or not."""
        with self.file.lock:
            self.require_open()
            if entry_id not in {entry.id for entry in self.queue()}:
                raise NotFoundError("no_entry")
            others = [other for other in self.file.notes.reviewed if other != entry_id]
            self.file.update_notes(reviewed=(*others, entry_id) if reviewed else tuple(others))
        return self.queue()

    def save_regression_case(self, video: int, number: int, note: str) -> str:
        """Save a track as a regression case beside the source. The name of the file."""
        file = self.file
        if video != 0:
            raise ReviewError("regression_case_video")
        with file.lock:
            track = file.history.track(0, number)
            if track is None:
                raise ReviewError("no_track", number=number)
            path = case_path(file.paths.source, track.number)
            case = regression_case(
                file.history.plan,
                file.paths.source,
                track,
                file.times(0),
                file.time_base(0),
                folder=path.parent,
                created=file.now().isoformat(timespec="seconds"),
                note=note,
            )
            save_text(path, case.to_json())
        return path.name

    def _entries(self) -> list[QueueEntry]:
        """Uncertain places of the plan, and findings in the last export."""
        file = self.file
        entries = list(file.plan_entries())
        verdict = self.export.status().verdict
        for finding in verdict.findings if verdict is not None else ():
            if finding.video >= len(file.history.plan.videos) or finding.reason is not None:  # it is answered
                continue
            # A finding's time is rounded to the millisecond; that before its frame would be the frame before.
            ticks = round((finding.time + FINDING_PRECISION_S / 2) / file.time_base(finding.video))
            frame = frame_at(file.times(finding.video), ticks)
            entries.append(
                QueueEntry(
                    id=f"finding-{finding.video}-{frame}-{finding.description[:40]}",
                    video=finding.video,
                    frame=frame,
                    seconds=finding.time,
                    reasons=("finding",),
                    detail=finding.description,
                    box=finding.box,
                )
            )
        return entries
