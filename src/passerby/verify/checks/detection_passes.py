"""Independent detection in the frames of a released video track: which frames, with which models, and what is reported.

Frames are analysed by several threads at once; their results are used in the order of the frames.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from passerby.config.settings import Style
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.core.media import Geometry
from passerby.core.model import FrozenModel
from passerby.core.raw_frame import RawFrame
from passerby.detect.model import CONCURRENT_INFERENCES
from passerby.detect.preprocess import Image, fit_size, to_bgr
from passerby.documents.verification_report import Check
from passerby.verify.checks.blank_regions import BlankRegions
from passerby.verify.checks.findings import FindingCollector
from passerby.verify.checks.independent_detectors import FULL_PASS, Ensemble, Pass, Sighting
from passerby.verify.checks.mask_dropouts import Dropout, MaskDropoutDetector
from passerby.verify.checks.shown_on_purpose import ShownHere
from passerby.verify.checks.sighting_fusion import MAX_BLACK, SightingFusion, weight
from passerby.verify.released_file import ReleasedFile

#: Detection passes after which each model is given its known-answer test again (invariant 11).
KNOWN_ANSWER_EVERY = 500
#: A sighting of which more than this share lies under a planned mask is taken for the mask.
MAX_MASK_OVERLAP = 0.5
#: A still is analysed as a whole and, where it is larger than this (px), in tiles of this size.
STILL_TILE = 1600
#: Duration (s) that one frame of an animation is given where sightings are fused.
ANIMATION_FRAME_S = 0.1

#: The passes, in turn. The two models that detect the smallest faces best share one: models that agree in one frame are
#: stronger evidence than models that saw the object at different times.
PASSES = (
    Pass(small_faces=True, other_kinds=False, face_sizes=(1280,)),
    Pass(small_faces=False, other_kinds=True, face_sizes=(640,), plate_sizes=(640,)),
    Pass(small_faces=False, other_kinds=False, face_sizes=(640, 320)),
    Pass(small_faces=False, other_kinds=True, face_sizes=(320,), plate_sizes=(320,)),
)


class TrackCheckSettings(FrozenModel):
    """`interval`: seconds between two detection passes; the first is a full pass, the others cycle through `passes`.
    Every `compare_every`-th frame is compared with the original. `max_dimension`: longer side of the image that the
    models are given, px."""

    interval: float = 0.28
    passes: tuple[Pass, ...] = PASSES
    compare_every: int = 3
    max_dimension: int = 1920


@dataclass(frozen=True, slots=True)
class WhatIsHidden:
    """Of one frame: `blank` is what is black in it, `hidden` are masks that cannot be recognised in the image (the weak
    fills of the plan), `shown` is what is shown on purpose."""

    blank: BlankRegions
    hidden: Sequence[Box]
    shown: ShownHere

    def is_visible(self, box: Box) -> bool:
        """Is it really visible, or a false detection in a mask? Black masks can be seen; weak ones only the plan
        knows."""
        masked = any(box.containment(mask) > MAX_MASK_OVERLAP for mask in self.hidden)
        return self.blank.black_share(box) <= MAX_BLACK and not masked


@dataclass(slots=True)
class _PendingPass:
    """A pass that is running, and what is needed of its frame to judge the result."""

    index: int
    time: float
    known: WhatIsHidden
    sightings: Future[list[Sighting]]


class DetectionPasses:
    """The detection passes over one video track. `step` every frame, in order, then `finish`.

    `hide` are the kinds to search for, `style` the fill of the masks. A context manager: its threads end with it.
    """

    def __init__(
        self,
        file: ReleasedFile,
        video: int,
        hide: Sequence[Kind],
        style: Style,
        ensemble: Ensemble,
        findings: FindingCollector,
        settings: TrackCheckSettings,
    ) -> None:
        self._file, self._video, self._hide, self._settings = file, video, hide, settings
        self._ensemble, self._findings = ensemble, findings
        self._fusion = SightingFusion()
        # Only black masks can be followed without a plan; pages of a still do not follow each other.
        self._dropouts = MaskDropoutDetector() if file.still is None and style is Style.SOLID else None
        self._pool = ThreadPoolExecutor(CONCURRENT_INFERENCES, thread_name_prefix="passerby-detect")
        self._pending: deque[_PendingPass] = deque()
        self._next_pass_at = float("-inf")
        #: Frames analysed, close-ups of regions where a mask disappeared, and sightings of what is shown on purpose.
        self.analysed = self.close_ups = self.shown_on_purpose = 0

    def __enter__(self) -> Self:
        self._pool.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.__exit__(kind, error, trace)

    def step(self, frame: RawFrame, geometry: Geometry, seconds: float, known: WhatIsHidden) -> None:
        """One frame, and what is hidden in it."""
        dropouts = self._dropouts.step(known.blank, seconds) if self._dropouts is not None else []
        if self._file.still is not None or seconds >= self._next_pass_at:
            self._start_pass(frame, geometry, seconds, known)
        for dropout in dropouts:
            self._check_dropout(dropout, frame, geometry, known)

    def finish(self) -> None:
        """All frames have been given: wait for the last passes, and report what they found together."""
        while self._pending:
            self._collect(self._pending.popleft())
        factor = 1 / ANIMATION_FRAME_S if self._file.still is not None else 1.0
        for candidate in self._fusion.candidates():
            _, frame, seconds, box = candidate.best
            self._findings.add_in_frame(
                candidate.check,
                f"a {candidate.kind} is visible",
                self._video,
                frame,
                candidate.start * factor,
                candidate.kind,
                box,
                max(candidate.scores.values()),
                until=candidate.end * factor,
            )
            self._findings.set_best_time(seconds * factor)

    def _start_pass(self, frame: RawFrame, geometry: Geometry, seconds: float, known: WhatIsHidden) -> None:
        self._next_pass_at = seconds + self._settings.interval - 1e-6
        time = seconds * ANIMATION_FRAME_S if self._file.still is not None else seconds
        sightings = self._pool.submit(self._sightings, frame, geometry, self._next_pass())
        self._pending.append(_PendingPass(frame.index, time, known, sightings))
        self.analysed += 1
        while len(self._pending) > CONCURRENT_INFERENCES:  # no more: each holds a frame
            self._collect(self._pending.popleft())
        if self.analysed % KNOWN_ANSWER_EVERY == 0:
            self._ensemble.run_known_answer_test()

    def _next_pass(self) -> Pass:
        if self._file.still is not None or not self.analysed:
            return FULL_PASS
        return self._settings.passes[self.analysed % len(self._settings.passes)]

    def _collect(self, pending: _PendingPass) -> None:
        """Fuse the sightings of a pass, once it is done."""
        visible = [s for s in pending.sightings.result() if pending.known.is_visible(s.box)]
        on_purpose = [s for s in visible if pending.known.shown.explains(s.kind, s.box)]
        self.shown_on_purpose += len(on_purpose)
        visible = [s for s in visible if s not in on_purpose]
        self._fusion.update(visible, pending.index, pending.time)
        if self._file.still is not None and not self._file.still.info.animated:
            self._fusion.end_page()

    def _check_dropout(self, dropout: Dropout, frame: RawFrame, geometry: Geometry, known: WhatIsHidden) -> None:
        """Detect close up where a mask disappeared."""
        image, scale = self._scaled(frame, geometry)
        region = Box(*(v / scale for v in dropout.box))
        for kind in (kind for kind in _likely_kinds(dropout.box) if kind in self._hide):
            self.close_ups += 1
            sighting = self._ensemble.detect_close_up(image, region, kind)
            if sighting is None:
                continue
            box = Box(*(v * scale for v in sighting.box))
            if known.shown.explains(kind, box):
                self.shown_on_purpose += 1
            elif known.is_visible(box) and dropout.observe(weight(sighting), box):
                self._findings.add_in_frame(
                    Check.MASK_DROPOUTS,
                    f"a {kind} is visible where its mask disappeared",
                    self._video,
                    frame.index,
                    dropout.start,
                    kind,
                    box,
                    sighting.score,
                )

    def _sightings(self, frame: RawFrame, geometry: Geometry, detector_pass: Pass) -> list[Sighting]:
        image, scale = self._scaled(frame, geometry)
        sightings = self._ensemble.detect(image, detector_pass)
        for sighting in sightings:
            sighting.box = Box(*(v * scale for v in sighting.box))
        if self._file.still is not None and max(geometry.display_size) > STILL_TILE * 1.2:
            sightings += self._detect_in_tiles(to_bgr(frame, geometry, geometry.display_size))
        return sightings

    def _detect_in_tiles(self, image: Image) -> Iterator[Sighting]:
        height, width = image.shape[:2]
        stride = STILL_TILE * 3 // 4
        for top in range(0, max(1, height - STILL_TILE // 4), stride):
            for left in range(0, max(1, width - STILL_TILE // 4), stride):
                tile = np.ascontiguousarray(image[top : top + STILL_TILE, left : left + STILL_TILE])
                for sighting in self._ensemble.detect(tile):
                    sighting.box = sighting.box.translate(left, top)
                    yield sighting

    def _scaled(self, frame: RawFrame, geometry: Geometry) -> tuple[Image, float]:
        """The image that the models are given, and the factor back to displayed pixels."""
        size = fit_size(geometry, self._settings.max_dimension)
        return to_bgr(frame, geometry, size), geometry.display_size[0] / size[0]


def _likely_kinds(mask: Box) -> tuple[Kind, ...]:
    """What a mask of this shape may have hidden: heads are not much wider than high, plates are."""
    if mask.width < 1.2 * mask.height:
        return (Kind.FACE,)
    return (Kind.PLATE,) if mask.width > 2 * mask.height else (Kind.FACE, Kind.PLATE)
