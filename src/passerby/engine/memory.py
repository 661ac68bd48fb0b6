"""The pipeline for frames in memory: that of a file (engine/video.py) without a file at either end."""

from __future__ import annotations

from collections.abc import Generator

from passerby.core.safe_frame import SafeFrame
from passerby.engine.analyse import analyse_track
from passerby.engine.options import RunOptions
from passerby.engine.plan_builder import make_plan
from passerby.engine.render import masked_frames
from passerby.source.memory import FrameList
from passerby.track.segments import SegmentRange

#: In place of the checksum of a file.
_NO_FILE = "0" * 64, 0


def mask_film(film: FrameList, options: RunOptions) -> Generator[SafeFrame]:
    """Every frame masked, in order. The film is searched whole before this returns: each track is known in both
    directions, as in a file; models are not needed after that. Raises PasserbyError, in one of its kinds."""
    settings, detectors = options.effective_settings, options.detector_factory()
    result = analyse_track(film, 0, SegmentRange(), options, detectors)
    plan = make_plan(film.info, _NO_FILE, settings, detectors.registry, [[result]])
    video = film.info.videos[0]
    masked = masked_frames(film.frames(), video, 0, plan, settings, result.hashes, video.pixel_format)
    return (safe for _, _, safe in masked)
