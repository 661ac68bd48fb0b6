"""The cost of detection on a camera frame: `python benchmarks/detector_cost.py PICTURE [PROFILE]`, in processor time.

Processor time, not wall-clock time, so that a busy machine gives nearly the same result.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

from passerby.config.settings import Profile
from passerby.core.kinds import Kind
from passerby.core.media import Colour, Geometry, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.demo.sample import read_image
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.live_schedule import LIVE_PROFILES
from passerby.detect.model import Detectors
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.schedule import Scope
from passerby.detect.weights import Registry
from passerby.mask.painter import Painter

SIZE, REPEATS = (1280, 720), 8


def print_cost(label: str, step: Callable[[], object], repeats: int = REPEATS) -> None:
    step()
    started = time.process_time()
    for _ in range(repeats):
        step()
    print(f"{label}: {(time.process_time() - started) / repeats * 1000:.0f} ms", flush=True)


def memory() -> int:
    """Peak memory of this process, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(path: Path, profile: str = "fast") -> None:
    cv2.setNumThreads(1)
    picture = np.asarray(cv2.resize(read_image(path), SIZE, interpolation=cv2.INTER_AREA), np.uint8)
    frame = RawFrame(av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p"), 0, 0)
    frame.av_frame.pts, frame.av_frame.time_base = 0, Fraction(1, 10)
    geometry = Geometry(*SIZE)
    info = VideoInfo(0, "h264", Fraction(1, 10), geometry, Colour(), "yuv420p", 8, Fraction(10), None, None)
    motion, painter = MotionEstimator(geometry), Painter(info, "yuv420p")
    motion.estimate(frame)
    print_cost("optical flow per frame", lambda: motion.estimate(frame))
    print_cost("masking per frame", lambda: painter.paint(frame, []))
    print(f"memory before the models: {memory()} MiB")
    for hide in ((Kind.FACE,), (Kind.FACE, Kind.PLATE)):
        detector = FrameDetector(Detectors(Registry.load(), 1), geometry, hide, LIVE_PROFILES[Profile(profile)])
        for name, scope in (("full scope", Scope(True, True)), ("without full-frame plates", Scope(True, False))):
            print_cost(f"detect {', '.join(hide)}, {name}", partial(detector.detect, frame, scope))
        for id in detector.weights:
            print_cost(f"known-answer test of {id}", partial(detector.run_known_answer_test, [id]), 3)
        print(f"memory with the models: {memory()} MiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
