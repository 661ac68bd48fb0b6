"""The second pass: paint what the plan says, and write it, with the sound where that is wanted.

Nothing is passed on that the first pass has not seen: a frame that decodes otherwise now, or was damaged, is covered
whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from heapq import merge
from pathlib import Path

from passerby.base.background import background
from passerby.base.errors import SourceChanged
from passerby.base.plan import Plan
from passerby.base.progress import Progress
from passerby.base.safe import SafeFrame
from passerby.base.schedule import Schedule
from passerby.base.settings import Audio, Settings
from passerby.base.trim import Trims
from passerby.mask.painter import Painter
from passerby.mask.shapes import shape
from passerby.passes.first import Hashes
from passerby.release import Written
from passerby.sink.encoding import Encoding
from passerby.sink.sound import sound_track
from passerby.sink.video import VideoWriter
from passerby.source.audio import SoundFile, playable
from passerby.source.file import VideoFile
from passerby.source.fingerprint import printable
from passerby.source.pictures import picture_hash


def render(
    video: VideoFile,
    plan: Plan,
    settings: Settings,
    hashes: list[Hashes[int]] | None,
    part: Path,
    encodings: list[Encoding],
    container: str,
    progress: Progress,
) -> Written:
    """Paint and write all tracks of a file, side by side in order of time, to `part`.

    `hashes` are those of the first pass, None when the plan was not made in this run. Raises SourceChanged when there
    are other frames than were planned, OutputError and DiskFull where they cannot be written.
    """
    info = video.info
    frames, covered, times = 0, 0, [array("q") for _ in info.videos]
    progress.start(printable(video.path), "render", sum(seen.frames for seen in plan.videos))
    with ExitStack() as stack:
        wanted = [] if settings.audio is Audio.REMOVE else [s for s in info.sounds if playable(video.path, s)]
        files = [stack.enter_context(SoundFile(video.path, info, sound)) for sound in wanted]
        trims = [Trims(plan.trim, track.time_base) for track in info.videos]
        sounds = [sound_track(file, settings.audio, plan.audio, container, trims[0].seconds) for file in files]
        created = info.created if settings.keep_times else None
        tracks = list(zip(info.videos, encodings, strict=True))
        writer = stack.enter_context(VideoWriter(part, tracks, container, sounds, created))
        painted = [_painted(video, n, plan, settings, hashes, encoding) for n, encoding in enumerate(encodings)]
        for _, number, safe in merge(*painted, key=lambda one: one[:2]):
            times[number].append(safe.time)
            shown = trims[number].written(safe.time)
            if shown is not None:
                writer.write(safe, number, shown)
                frames, covered = frames + 1, covered + safe.covered
            progress.advance(1)
    progress.finish()
    if [len(track) for track in times] != [seen.frames for seen in plan.videos]:
        raise SourceChanged(
            f"{video.path} gave {plan.videos[0].frames} frames when it was looked at and {len(times[0])} now. "
            "Nothing was written. Make sure that nobody writes to it, and run it again."
        )
    cut = [f"{start:.2f} to {end:.2f} s were left out, as the plan says" for start, end in trims[0].seconds]
    notes = cut + [note for encoding in encodings for note in encoding.notes] + [s.note for s in sounds if s.note]
    if settings.audio is not Audio.REMOVE and len(sounds) < len(info.sounds):
        notes.append(f"{len(info.sounds) - len(sounds)} tracks of sound were left out: nothing of them can be played")
    encoders = [encoding.encoder for encoding in encodings]
    tallies = [video.tallies[n] for n in sorted(video.tallies)]
    return Written(encoders, frames, covered, times, tallies, notes, writer.bit_rates)


def _painted(
    video: VideoFile,
    number: int,
    plan: Plan,
    settings: Settings,
    hashes: list[Hashes[int]] | None,
    encoding: Encoding,
) -> Iterator[tuple[Fraction, int, SafeFrame]]:
    """(seconds, number of the track, frame) of one track."""
    info, known = video.info.videos[number], None if hashes is None else hashes[number]
    painter = Painter(info, encoding.pixel_format)
    schedule = Schedule(plan.tracks(number))

    def paint() -> Iterator[SafeFrame]:
        for frame in background(video.frames(number)):
            same = known is None or (frame.index < len(known) and known[frame.index] == picture_hash(frame))
            if same and not frame.damaged and plan.videos[number].seen(frame.index, frame.time):
                here = schedule.at(frame.time)
                yield painter.paint(frame, [shape(showing, info.geometry, settings.style) for showing in here])
            else:
                yield painter.cover(frame)

    for safe in background(paint()):
        yield safe.time * info.time_base, number, safe
