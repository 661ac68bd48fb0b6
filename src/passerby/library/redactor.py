"""The library in one object, which keeps models loaded from file to file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

from passerby.config.settings import Profile, Settings, Style
from passerby.core.errors import UsageError
from passerby.detect.factory import ModelDetectorFactory, StillDetectorCache
from passerby.detect.weights import Registry
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.documents.verification_report import VerificationReport
from passerby.engine import api
from passerby.engine.memory import mask_film
from passerby.engine.options import RunOptions
from passerby.library.cancellation import CallbackProgress, Cancellation, OnFrame
from passerby.library.frame_stream import mask_stream
from passerby.library.pictures import Found, Maskable, find, paint
from passerby.library.streams import Source, is_stream, readable, to_path, written
from passerby.source.memory import FrameList, Picture, check_array_format, to_picture
from passerby.source.still.sniff import is_still
from passerby.verify.verify import verify as verify_file

#: Seconds by which frames of a stream are held back, unless the caller says otherwise.
DEFAULT_DELAY_S = 1.0
OnFile = Callable[[Path, Report], None]


class Redactor:
    """Redacts any number of files, films in memory and pictures with the same settings. Models are loaded when they are
    first needed, and stay loaded. Calls from several threads take turns.

    Every method raises PasserbyError, in one of its kinds; the message says what to do.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        threads: int | None = None,
        on_frame: OnFrame | None = None,
        on_file: OnFile | None = None,
    ) -> None:
        """`settings` say what to hide and how (by default faces and plates, solid). `threads` are for each of decoding,
        inference and encoding, by default all processors. `on_frame` is called at each frame of each stage, `on_file`
        with the path and the report of each file that was redacted."""
        self.settings = settings or Settings()
        self._threads, self._on_frame, self._on_file = threads, on_frame, on_file
        self._lock = threading.Lock()
        self._detectors: ModelDetectorFactory | None = None
        self._stills = StillDetectorCache()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory of the models. They are loaded again when they are needed again."""
        with self._lock:
            self._detectors = None
            self._stills.clear()

    def redact(
        self,
        source: Source,
        output: Source,
        *,
        plan: Plan | None = None,
        save_plan: str | PathLike[str] | None = None,
        save_report: str | PathLike[str] | None = None,
        force: bool = False,
        verify: bool = True,
        suffix: str | None = None,
        cancel: Cancellation | None = None,
    ) -> Report:
        """Write a video or a still with everything masked that the settings name, or that `plan` says.

        `source` and `output` are paths or binary streams; to a stream it is written when it is complete, in the
        container or format of `suffix` (by default .mp4, and of a still its own). A path appears when it is complete,
        or not at all, and replaces a file only with `force`. `verify` decodes the result once and checks it. `cancel`
        ends it from another thread, with Cancelled.
        """
        with self._lock, readable(source) as path:
            options = RunOptions(
                settings=None if plan is not None else self.settings,
                plan=plan,
                save_plan=None if save_plan is None else to_path(save_plan),
                save_report=None if save_report is None else to_path(save_report),
                force=force,
                verify=verify,
                threads=self._threads,
                progress=CallbackProgress(self._on_frame, cancel),
                detectors=self._factory(),
                still_detectors=self._stills,
            )
            container = suffix or (_still_suffix(path) if is_stream(output) else "")
            report = written(output, container, lambda target: api.redact_file(path, target, options))
            if self._on_file is not None:
                self._on_file(path if is_stream(output) else to_path(output), report)
        return report

    def analyse(self, source: Source, *, cancel: Cancellation | None = None) -> Plan:
        """The first half alone: the plan of what would be masked in a file."""
        with self._lock, readable(source) as path:
            progress = CallbackProgress(self._on_frame, cancel)
            return api.analyse(path, self.settings, threads=self._threads, progress=progress, detectors=self._factory())

    def verify(
        self,
        file: str | PathLike[str],
        *,
        plan: str | PathLike[str] | None = None,
        original: str | PathLike[str] | None = None,
        cancel: Cancellation | None = None,
    ) -> VerificationReport:
        """Check a released file with other models than those that redacted it. `plan` and `original` enable further
        checks."""
        with self._lock:
            return verify_file(
                to_path(file),
                plan=None if plan is None else to_path(plan),
                original=None if original is None else to_path(original),
                threads=self._threads,
                progress=CallbackProgress(self._on_frame, cancel),
            )

    def mask_frames(
        self,
        frames: Sequence[Picture] | Iterable[Picture],
        *,
        fps: float | Fraction,
        array_format: str = "rgb24",
        delay: float = DEFAULT_DELAY_S,
        cancel: Cancellation | None = None,
    ) -> Iterator[Picture]:
        """The frames of a film, masked, one for each, in order and of the type that was given: arrays of uint8 with
        shape (height, width, 3) and channels as `array_format` says (rgb24 or bgr24), or av.VideoFrame.

        A sequence (a list) is searched whole before the first frame comes, as a file is: two passes, and every setting
        applies. Anything else (a generator, a webcam) is masked as a camera is: in one pass, `delay` seconds of frames
        behind (1 to 2), masks solid; a frame, or a part of one, that was not seen in time is covered. What is given is
        not changed.
        """
        check_array_format(array_format)
        rate = _frame_rate(fps)
        if isinstance(frames, Sequence):
            return self._mask_list(frames, rate, array_format, cancel)
        if self.settings.style is not Style.SOLID or self.settings.hide_regions or self.settings.keep_regions:
            raise UsageError(
                "A stream of frames is masked solid, and without regions. Give the frames as a list to use `style`, "
                "`hide_regions` and `keep_regions`."
            )
        return mask_stream(
            iter(frames), rate, array_format, self.settings.hide, _live_profile(self.settings), delay, cancel
        )

    def detect(self, image: Picture, *, array_format: str = "rgb24") -> list[Found]:
        """What `redact` would hide in a still: kinds and boxes in pixels, margins included."""
        with self._lock:
            return find(image, self._stills.get(self.settings, self._threads), self.settings, array_format)

    def mask(
        self, image: Picture, regions: Iterable[Maskable] | None = None, *, array_format: str = "rgb24"
    ) -> Picture:
        """A copy of a still in which `regions` are masked: what `detect` found, boxes (x1, y1, x2, y2), regions; by
        default what `detect` finds, and the regions of the settings."""
        if regions is None:
            regions = [*self.detect(image, array_format=array_format), *self.settings.hide_regions]
        return paint(image, regions, self.settings.style, array_format)

    def _mask_list(
        self, frames: Sequence[Picture], rate: Fraction, array_format: str, cancel: Cancellation | None
    ) -> Iterator[Picture]:
        if not frames:
            return
        with self._lock:  # while models are in use, and not while the caller has the frames
            options = RunOptions(
                settings=self.settings,
                threads=self._threads,
                progress=CallbackProgress(self._on_frame, cancel),
                detectors=self._factory(),
            )
            masked = mask_film(FrameList(frames, rate, array_format), options)
        for safe, picture in zip(masked, frames, strict=True):
            if cancel is not None:
                cancel.check()
            yield to_picture(safe.av_frame, picture, array_format)

    def _factory(self) -> ModelDetectorFactory:
        if self._detectors is None:
            self._detectors = ModelDetectorFactory(Registry.load(), self._threads)
        return self._detectors


def _frame_rate(fps: float | Fraction) -> Fraction:
    rate = Fraction(fps).limit_denominator(1001)
    if rate <= 0:
        raise UsageError(f"fps: {fps} is not greater than 0.")
    return rate


def _live_profile(settings: Settings) -> Profile:
    """What a camera is searched with unless it is set: a second of frames has to be searched within a second."""
    return Profile.FAST if settings.profile is Profile.BALANCED else settings.profile


def _still_suffix(path: Path) -> str:
    """The suffix of a still's own format, and .mp4 for a video."""
    from passerby.source.still.sniff import still_kind, with_matching_suffix

    kind = still_kind(path) if is_still(path) else None
    return ".mp4" if kind is None else Path(with_matching_suffix("x", kind)).suffix
