"""What a look of a camera costs: `python benchmarks/looks.py PICTURE [PROFILE]`, seconds of one processor.

Processor time, not time that passes, so that a busy machine tells nearly the same.
"""

from __future__ import annotations

import resource
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2

from passerby.config.settings import Profile
from passerby.core.kinds import Kind
from passerby.core.media import Colour, Geometry, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.detect.frame_detector import Looker
from passerby.detect.live_schedule import LIVE_LOOKS
from passerby.detect.model import Detectors
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.schedule import Reach
from passerby.detect.weights import Registry
from passerby.mask.painter import Painter

SIZE, TIMES = (1280, 720), 8


def cost(what, step, times=TIMES):
    step()
    began = time.process_time()
    for _ in range(times):
        step()
    print(f"{what}: {(time.process_time() - began) / times * 1000:.0f} ms", flush=True)


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(path: Path, profile: str = "fast") -> None:
    cv2.setNumThreads(1)
    picture = cv2.resize(cv2.imread(str(path)), SIZE, interpolation=cv2.INTER_AREA)
    frame = RawFrame(av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p"), 0, 0)
    frame.picture.pts, frame.picture.time_base = 0, Fraction(1, 10)
    geometry = Geometry(*SIZE)
    info = VideoInfo(0, "h264", Fraction(1, 10), geometry, Colour(), "yuv420p", 8, Fraction(10), None, None)
    motion, painter = MotionEstimator(geometry), Painter(info, "yuv420p")
    motion.step(frame)
    cost("motion, a frame", lambda: motion.step(frame))
    cost("painting, a frame", lambda: painter.paint(frame, []))
    print(f"memory before the models: {memory()} MiB")
    for hide in ((Kind.FACE,), (Kind.FACE, Kind.PLATE)):
        looker = Looker(Detectors(Registry.load(), 1), geometry, hide, LIVE_LOOKS[Profile(profile)])
        for name, reach in (("deep", Reach(True, True)), ("close", Reach(True, False))):
            cost(f"look for {', '.join(hide)}, {name}", lambda reach=reach, one=looker: one.look(frame, reach))
        for id in looker.weights:
            cost(f"known pictures of {id}", lambda id=id, one=looker: one.alive([id]), 3)
        print(f"memory with the models: {memory()} MiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
