"""The second pass: mask what the plan says and encode it, with the audio where that is requested.

No frame is written that the first pass has not analysed: a frame that decodes differently now, or was damaged, is
covered whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from fractions import Fraction
from heapq import merge
from itertools import chain
from pathlib import Path

from passerby.config.settings import Audio, Settings
from passerby.core.errors import SourceChanged
from passerby.core.media import SourceInfo, VideoInfo
from passerby.core.prefetch import prefetch
from passerby.core.progress import Progress
from passerby.core.raw_frame import RawFrame
from passerby.core.safe_frame import SafeFrame
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.speech import applied_ranges
from passerby.documents.trim import Trims
from passerby.engine.analyse import Hashes
from passerby.engine.report import RenderResult
from passerby.engine.speech import check_searched
from passerby.mask.painter import Painter
from passerby.mask.shapes import to_shape
from passerby.sink.audio.tracks import AudioTrack, make_audio_track
from passerby.sink.video.chunk_concat import CHUNK_CONTAINER, check_concatenated, chunk_packets
from passerby.sink.video.codec_choice import Encoding
from passerby.sink.video.writer import VideoWriter
from passerby.source.fingerprint import printable_name
from passerby.source.video.audio import AudioReader, is_decodable
from passerby.source.video.decoding import DecodeStats
from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import frame_hash
from passerby.source.video.track_end import last_duration
from passerby.track.mask_schedule import MaskSchedule
from passerby.track.segments import RenderChunk


def render(
    video: VideoFile,
    plan: Plan,
    settings: Settings,
    hashes: list[Hashes[int]] | None,
    part: Path,
    encodings: list[Encoding],
    container: str,
    progress: Progress,
) -> RenderResult:
    """Mask and write all video tracks of a file, side by side in order of time, to `part`.

    `hashes` are those of the first pass, None when the plan was not made in this run. Raises SourceChanged when there
    are other frames than were planned, OutputError and DiskFull where they cannot be written.
    """
    info = video.info
    frames, times = 0, [array("q") for _ in info.videos]
    covered = [array("q") for _ in info.videos]
    progress.start(printable_name(video.path), "render", sum(planned.frames for planned in plan.videos))
    with ExitStack() as stack:
        trims = [Trims(plan.trim, track.time_base) for track in info.videos]
        audio_tracks = _audio_tracks(stack, video, plan, settings, container, trims[0])
        created = _created(info, settings)
        tracks = list(zip(info.videos, encodings, strict=True))
        writer = stack.enter_context(VideoWriter(part, tracks, container, audio_tracks, created))
        expected_hashes = [None for _ in encodings] if hashes is None else hashes
        masked = [
            masked_frames(video.frames(n), info.videos[n], n, plan, settings, expected, encoding.pixel_format)
            for n, (expected, encoding) in enumerate(zip(expected_hashes, encodings, strict=True))
        ]
        for one in masked:  # a run that is cancelled leaves no thread, decoder or frame to whoever keeps the error
            stack.enter_context(closing(one))
        for _, number, safe in merge(*masked, key=lambda item: item[:2]):
            times[number].append(safe.time)
            output_time = trims[number].to_output_time(safe.time)
            if output_time is not None:
                writer.write(safe, number, output_time)
                frames += 1
                if safe.covered:
                    covered[number].append(safe.time)
            progress.advance(1)
        for number, track in enumerate(info.videos):
            stats = video.decode_stats[number]
            damaged = bool(info.damage or stats.damage)
            if times[number] and trims[number].to_output_time(times[number][-1]) is not None:
                writer.set_last_duration(last_duration(track, stats, times[number][-1], damaged), number)
    progress.finish()
    if [len(track) for track in times] != [planned.frames for planned in plan.videos]:
        raise SourceChanged(
            f"{video.path} had {plan.videos[0].frames} frames when it was analysed and has {len(times[0])} now. "
            "Nothing was written. Make sure that nothing writes to it, and run it again."
        )
    encoders = [encoding.encoder for encoding in encodings]
    decode_stats = [video.decode_stats[n] for n in sorted(video.decode_stats)]
    notes = list(_notes(info, settings, encodings, audio_tracks))
    return RenderResult(
        encoders,
        frames,
        covered,
        times,
        decode_stats,
        notes,
        writer.bit_rates,
        len(audio_tracks),
        _audio_end_s(audio_tracks),
        _lost(info, settings, audio_tracks),
    )


def write_chunk(
    video: VideoFile,
    plan: Plan,
    settings: Settings,
    chunk: RenderChunk,
    part: Path,
    encoding: Encoding,
    progress: Progress,
) -> tuple[tuple[int, ...], float]:
    """Mask and write a chunk of the only video track of a file to `part`, without audio; its times begin at 0. Returns
    the times of the frames that were covered whole, and bits a second. Raises as `render` does."""
    info, start = video.info.videos[0], chunk.times[0]
    times, covered = array("q"), array("q")
    progress.start(printable_name(video.path), "render", len(chunk.times))
    with VideoWriter(part, [(info, encoding)], CHUNK_CONTAINER) as writer:
        frames = _chunk_frames(video, chunk)
        pixel_format, first = encoding.pixel_format, chunk.first_frame
        for _, _, safe in masked_frames(frames, info, 0, plan, settings, chunk.hashes, pixel_format, first):
            times.append(safe.time)
            writer.write(safe, 0, safe.time - start)
            if safe.covered:
                covered.append(safe.time)
            progress.advance(1)
    progress.finish()
    if times != chunk.times:
        raise SourceChanged(
            f"{video.path} had {len(chunk.times)} frames in a chunk when it was analysed and has {len(times)} now. "
            "Nothing was written. Make sure that nothing writes to it, and run it again."
        )
    return tuple(covered), writer.bit_rates[0]


def _chunk_frames(video: VideoFile, chunk: RenderChunk) -> Iterator[RawFrame]:
    for frame in video.frames(0, chunk.times[0] if chunk.first_frame else None):
        if frame.time > chunk.times[-1]:
            return
        if frame.time >= chunk.times[0]:
            yield frame


def concatenate_chunks(
    video: VideoFile,
    plan: Plan,
    settings: Settings,
    chunks: Sequence[tuple[Path, RenderChunk]],
    part: Path,
    encoding: Encoding,
    container: str,
    heartbeat: Callable[[], None],
) -> RenderResult:
    """The chunks of a video as one file, with its audio. Raises OutputError when they do not fit each other."""
    info = video.info
    with ExitStack() as stack:
        audio_tracks = _audio_tracks(stack, video, plan, settings, container)
        created = _created(info, settings)
        writer = stack.enter_context(VideoWriter(part, [(info.videos[0], encoding)], container, audio_tracks, created))
        last = chunks[-1][1].times[-1]
        writer.set_last_time(last)
        writer.set_last_duration(last_duration(info.videos[0], DecodeStats(), last, bool(info.damage)))
        base = info.videos[0].time_base
        packets = chain.from_iterable(chunk_packets(path, chunk.times[0], base) for path, chunk in chunks)
        writer.copy_packets(packets, heartbeat)
    times = array("q", chain.from_iterable(chunk.times for _, chunk in chunks))
    check_concatenated(part, times, info.videos[0].time_base, container, [path for path, _ in chunks])
    notes = list(_notes(info, settings, [encoding], audio_tracks))
    stats = DecodeStats(frames=len(times))
    return RenderResult(
        [encoding.encoder],
        len(times),
        [()],
        [times],
        [stats],
        notes,
        writer.bit_rates,
        len(audio_tracks),
        _audio_end_s(audio_tracks),
        _lost(info, settings, audio_tracks),
    )


def _created(info: SourceInfo, settings: Settings) -> str | None:
    return info.created if settings.keep_times else None


def _audio_tracks(
    stack: ExitStack, video: VideoFile, plan: Plan, settings: Settings, container: str, trims: Trims | None = None
) -> list[AudioTrack]:
    """The audio tracks that are to be written, open as long as `stack` is."""
    info = video.info
    sources = [] if settings.audio is Audio.REMOVE else [s for s in info.audio_tracks if is_decodable(video.path, s)]
    readers = [stack.enter_context(AudioReader(video.path, info, audio)) for audio in sources]
    cut_out = [] if trims is None else trims.seconds
    if readers and settings.audio is Audio.REMOVE_VOICES:
        check_searched(plan, video.path)
    spans = applied_ranges(plan.audio, settings)
    return [make_audio_track(file, settings.audio, spans, container, cut_out) for file in readers]


def _audio_end_s(audio_tracks: Sequence[AudioTrack]) -> float:
    return max((track.end_s for track in audio_tracks), default=0.0)


def _notes(
    info: SourceInfo, settings: Settings, encodings: Sequence[Encoding], audio_tracks: Sequence[AudioTrack]
) -> Iterator[str]:
    yield from (note for encoding in encodings for note in encoding.notes)
    yield from (audio.note for audio in audio_tracks if audio.note)


def _lost(info: SourceInfo, settings: Settings, audio_tracks: Sequence[AudioTrack]) -> list[str]:
    left_out = len(info.audio_tracks) - len(audio_tracks)
    if settings.audio is Audio.REMOVE or not left_out:
        return []
    return [f"audio tracks that were left out, since none of their packets can be decoded: {left_out}"]


def masked_frames(
    frames: Iterator[RawFrame],
    info: VideoInfo,
    number: int,
    plan: Plan,
    settings: Settings,
    expected_hashes: Hashes[int] | None,
    pixel_format: str,
    first: int = 0,
) -> Generator[tuple[Fraction, int, SafeFrame]]:
    """(seconds, number of the track, frame) of one video track. `frames` are those from number `first` on, `known`
    their hashes in the first pass."""
    painter = Painter(info, pixel_format)
    schedule = MaskSchedule(plan.tracks(number))

    def mask() -> Iterator[SafeFrame]:
        with closing(prefetch(frames)) as decoded:
            for at, frame in enumerate(decoded):
                hashes = expected_hashes
                same = hashes is None or (at < len(hashes) and hashes[at] == frame_hash(frame))
                if same and not frame.damaged and plan.videos[number].is_analysed(first + at, frame.time):
                    masks = [to_shape(one, info.geometry, settings.style) for one in schedule.at(frame.time)]
                    yield painter.paint(frame, masks)
                else:
                    yield painter.cover(frame)

    with closing(prefetch(mask())) as masked:
        for safe in masked:
            yield safe.time * info.time_base, number, safe


def masked_from(video: VideoFile, plan: Plan, settings: Settings, tick: int, pixel_format: str) -> Generator[SafeFrame]:
    """The frames of the first video track from a time on, as they are released; the last frame where none is so late.
    Where decoding begins in the middle frames have no number: whether one was analysed is told by its time."""
    info, schedule = video.info.videos[0], MaskSchedule(plan.tracks(0))
    painter = Painter(info, pixel_format)
    late, last = False, None
    for frame in video.frames(0, tick):
        late = late or frame.time >= tick
        if late:
            yield _painted(frame, painter, schedule, info, plan, settings)
        last = frame
    if not late and last is not None:
        yield _painted(last, painter, schedule, info, plan, settings)


def _painted(
    frame: RawFrame, painter: Painter, schedule: MaskSchedule, info: VideoInfo, plan: Plan, settings: Settings
) -> SafeFrame:
    analysed = any(known.first_time <= frame.time <= known.last_time for known in plan.videos[0].analysed)
    if frame.damaged or not analysed:
        return painter.cover(frame)
    return painter.paint(frame, [to_shape(one, info.geometry, settings.style) for one in schedule.at(frame.time)])
