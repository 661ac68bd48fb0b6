"""The second pass: paint what the plan says, and write it, with the sound where that is wanted.

Nothing is passed on that the first pass has not seen: a frame that decodes otherwise now, or was damaged, is covered
whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from heapq import merge
from itertools import chain
from pathlib import Path

from passerby.config.settings import Audio, Settings
from passerby.core.background import background
from passerby.core.errors import SourceChanged
from passerby.core.media import SourceInfo, VideoInfo
from passerby.core.progress import Progress
from passerby.core.raw_frame import RawFrame
from passerby.core.safe_frame import SafeFrame
from passerby.documents.plan import Plan
from passerby.documents.trim import Trims
from passerby.engine.analyse import Hashes
from passerby.engine.report import Written
from passerby.mask.painter import Painter
from passerby.mask.shapes import shape
from passerby.sink.audio.tracks import SoundTrack, sound_track
from passerby.sink.video.chunk_concat import PIECES, joined_well, packets_of
from passerby.sink.video.codec_choice import Encoding
from passerby.sink.video.writer import VideoWriter
from passerby.source.fingerprint import printable
from passerby.source.video.audio import SoundFile, playable
from passerby.source.video.decoding import Tally
from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import picture_hash
from passerby.track.active_tracks import Schedule
from passerby.track.segments import Piece


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
        trims = [Trims(plan.trim, track.time_base) for track in info.videos]
        sounds = _sounds(stack, video, plan, settings, container, trims[0])
        created = _created(info, settings)
        tracks = list(zip(info.videos, encodings, strict=True))
        writer = stack.enter_context(VideoWriter(part, tracks, container, sounds, created))
        known = [None for _ in encodings] if hashes is None else hashes
        painted = [
            _painted(video.frames(n), info.videos[n], n, plan, settings, seen, encoding)
            for n, (seen, encoding) in enumerate(zip(known, encodings, strict=True))
        ]
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
    encoders = [encoding.encoder for encoding in encodings]
    tallies = [video.tallies[n] for n in sorted(video.tallies)]
    notes = [*cut, *_notes(info, settings, encodings, sounds)]
    return Written(encoders, frames, covered, times, tallies, notes, writer.bit_rates)


def render_piece(
    video: VideoFile,
    plan: Plan,
    settings: Settings,
    piece: Piece,
    part: Path,
    encoding: Encoding,
    progress: Progress,
) -> tuple[int, float]:
    """Paint and write a piece of the only video track of a film to `part`, without sound; its times begin at 0. Returns
    how many frames were covered whole, and bits a second. Raises as `render` does."""
    info, covered, begins = video.info.videos[0], 0, piece.times[0]
    times = array("q")
    progress.start(printable(video.path), "render", len(piece.times))
    with VideoWriter(part, [(info, encoding)], PIECES) as writer:
        frames = _of_piece(video, piece)
        for _, _, safe in _painted(frames, info, 0, plan, settings, piece.hashes, encoding, piece.first):
            times.append(safe.time)
            writer.write(safe, 0, safe.time - begins)
            covered += safe.covered
            progress.advance(1)
    progress.finish()
    if times != piece.times:
        raise SourceChanged(
            f"{video.path} gave {len(piece.times)} frames when a piece of it was looked at and {len(times)} now. "
            "Nothing was written. Make sure that nobody writes to it, and run it again."
        )
    return covered, writer.bit_rates[0]


def _of_piece(video: VideoFile, piece: Piece) -> Iterator[RawFrame]:
    for frame in video.frames(0, piece.times[0] if piece.first else None):
        if frame.time > piece.times[-1]:
            return
        if frame.time >= piece.times[0]:
            yield frame


def join_pieces(
    video: VideoFile,
    plan: Plan,
    settings: Settings,
    pieces: Sequence[tuple[Path, Piece]],
    part: Path,
    encoding: Encoding,
    container: str,
    beat: Callable[[], None],
) -> Written:
    """The pieces of a film as one file, with its sound. Raises OutputError when they do not fit each other."""
    info = video.info
    with ExitStack() as stack:
        sounds = _sounds(stack, video, plan, settings, container)
        created = _created(info, settings)
        writer = stack.enter_context(VideoWriter(part, [(info.videos[0], encoding)], container, sounds, created))
        for path, piece in pieces:
            writer.copy(packets_of(path, piece.times[0], info.videos[0].time_base), beat)
    times = array("q", chain.from_iterable(piece.times for _, piece in pieces))
    joined_well(part, times, info.videos[0].time_base, container, [path for path, _ in pieces])
    notes = list(_notes(info, settings, [encoding], sounds))
    tally = Tally(frames=len(times))
    return Written([encoding.encoder], len(times), 0, [times], [tally], notes, writer.bit_rates)


def _created(info: SourceInfo, settings: Settings) -> str | None:
    return info.created if settings.keep_times else None


def _sounds(
    stack: ExitStack, video: VideoFile, plan: Plan, settings: Settings, container: str, trims: Trims | None = None
) -> list[SoundTrack]:
    """The tracks of sound that are to be written, open as long as `stack` is."""
    info = video.info
    wanted = [] if settings.audio is Audio.REMOVE else [s for s in info.sounds if playable(video.path, s)]
    files = [stack.enter_context(SoundFile(video.path, info, sound)) for sound in wanted]
    left_out = [] if trims is None else trims.seconds
    return [sound_track(file, settings.audio, plan.audio, container, left_out) for file in files]


def _notes(
    info: SourceInfo, settings: Settings, encodings: Sequence[Encoding], sounds: Sequence[SoundTrack]
) -> Iterator[str]:
    yield from (note for encoding in encodings for note in encoding.notes)
    yield from (sound.note for sound in sounds if sound.note)
    if settings.audio is not Audio.REMOVE and len(sounds) < len(info.sounds):
        yield f"{len(info.sounds) - len(sounds)} tracks of sound were left out: nothing of them can be played"


def _painted(
    frames: Iterator[RawFrame],
    info: VideoInfo,
    number: int,
    plan: Plan,
    settings: Settings,
    known: Hashes[int] | None,
    encoding: Encoding,
    first: int = 0,
) -> Iterator[tuple[Fraction, int, SafeFrame]]:
    """(seconds, number of the track, frame) of one track. `frames` are those from `first` on, `known` their hashes."""
    painter = Painter(info, encoding.pixel_format)
    schedule = Schedule(plan.tracks(number))

    def paint() -> Iterator[SafeFrame]:
        for at, frame in enumerate(background(frames)):
            same = known is None or (at < len(known) and known[at] == picture_hash(frame))
            if same and not frame.damaged and plan.videos[number].seen(first + at, frame.time):
                here = schedule.at(frame.time)
                yield painter.paint(frame, [shape(showing, info.geometry, settings.style) for showing in here])
            else:
                yield painter.cover(frame)

    for safe in background(paint()):
        yield safe.time * info.time_base, number, safe
