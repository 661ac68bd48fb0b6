"""A video file, decoded frame by frame."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from av.stream import Discard

from passerby.core.errors import DamagedSource
from passerby.core.media import SourceInfo, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.source.video.decoding import Decoding, Tally, some_are_faultless
from passerby.source.video.media_info import MOST_PIXELS, describe
from passerby.source.video.open import open_container
from passerby.source.video.truncation import missing_end

#: Decoders that pass broken parts over in silence unless they are told to stop at them.
_STRICT = {"hevc": "explode", "ffv1": "crccheck+explode", "mjpeg": "explode"}

#: Seconds before a moment at which decoding begins when not all that is before it is to be decoded: what comes out of a
#: decoder right after a jump may not be what it would have been. At last from the file's beginning.
RUN_UP = (2, 30, math.inf)


class VideoFile:
    """One file, open for decoding. `info` says what it holds; `tallies` what the last run through each track met.

    `threads` is the number of decoder threads, 0 for as many as there are processors.
    """

    def __init__(self, path: Path, info: SourceInfo, threads: int = 0) -> None:
        self.path = path
        self.info = info
        self.tallies: dict[int, Tally] = {}
        self._threads = threads
        self._strict: dict[int, bool] = {}

    @classmethod
    def open(cls, path: Path, threads: int = 0) -> VideoFile:
        """Look into a file. Raises SourceError or one of its kinds, with what to do about it."""
        with open_container(path) as container:
            info = describe(path, container)
        cut = missing_end(path)
        return cls(path, info if cut is None else replace(info, damage=(*info.damage, cut)), threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open between two runs of `frames`."""

    def _keeps_rules(self, video: int) -> bool:
        """Are there frames without fault at the beginning of a track? Some cameras break a rule of MJPEG in every frame
        that they write, and nobody sees it; there faults say nothing of damage."""
        if video not in self._strict:
            track = self.info.videos[video]
            self._strict[video] = track.codec != "mjpeg" or some_are_faultless(self.path, track.stream)
        return self._strict[video]

    def frames(self, video: int = 0, since: int | None = None) -> Iterator[RawFrame]:
        """Each frame of one video track (index into `info.videos`) once, in order of presentation.

        With `since` (ticks of the presentation) it begins at a key frame some way before that moment, and frames are
        counted from there.

        The file is opened anew for each call, so that two runs give the same frames. Frames outside the file's edit
        list are not given. A frame that cannot be decoded is passed over and counted in `tallies`; one that is partly
        guessed, and all that are predicted from it, are `damaged`. Times are the file's own, mended where they cannot
        be (source/video/timestamp_repair.py). Raises DamagedSource at the end when not one frame was whole.
        """
        track = self.info.videos[video]
        yield from self._run(track, video) if since is None else self._run_from(track, video, since)
        tally = self.tallies[video]
        if tally.frames == tally.damaged:
            raise DamagedSource(
                f"{self.path}: not one frame of its video (track {track.stream}) is whole. "
                "Check that it plays, and copy it again from where it came."
            )

    def _run_from(self, track: VideoInfo, video: int, since: int) -> Iterator[RawFrame]:
        """From a key frame before `since`. Some containers jump to a place after the one that was asked for."""
        for seconds in RUN_UP:
            place = max(0.0, since - seconds / float(track.time_base))
            run = self._run(track, video, int(place))
            first = next(run, None)
            if first is not None and (first.time < since or place < 1):
                yield first
                yield from run
                return
            run.close()

    def _run(self, track: VideoInfo, video: int, place: int = 0) -> Generator[RawFrame]:
        with open_container(self.path) as container:
            for stream in container.streams:
                stream.discard = Discard.default if stream.index == track.stream else Discard.all
            stream = next(stream for stream in container.streams.video if stream.index == track.stream)
            stream.thread_type = "AUTO"
            stream.thread_count = self._threads
            options = {"max_pixels": str(MOST_PIXELS)}
            if track.codec in _STRICT and self._keeps_rules(video):
                options["err_detect"] = _STRICT[track.codec]
            stream.codec_context.options = options
            if place:
                container.seek(place + round(self.info.origin / track.time_base), stream=stream)
            decoding = Decoding(container, stream, self.info, track, jumped=place > 0)
            self.tallies[video] = decoding.tally
            yield from decoding.run()
