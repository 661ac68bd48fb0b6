"""How well live pictures are hidden: `python benchmarks/live.py FOLDER OUT [EVERY [TAKES [PROFILE]]]`.

Each clip of FOLDER is watched as a camera would be, and what leaves the ring is written to OUT under its own name, for
`passerby bench accuracy FOLDER --redacted OUT`. Time is made up, so the machine's load does not matter: a look begins
every EVERY seconds (1.0), and its answer comes TAKES seconds later (0.5).
"""

from __future__ import annotations

import json
import sys
from collections import Counter, deque
from concurrent.futures import Future
from pathlib import Path

import av

from passerby.config.address import address
from passerby.config.settings import Profile
from passerby.config.site import CameraSettings
from passerby.core.clock import Moment
from passerby.source.camera.capture import Camera
from passerby.source.video.file import VideoFile
from passerby.watch.camera_process import models_for
from passerby.watch.live_pipeline import Stretch


class MadeUp:
    """A clock that goes on when it is told to, and looks that end by it."""

    def __init__(self, settings, every, takes):
        self.at, self.pause, self._takes = 0.0, every, takes
        self._load, self._looker, self.problem = models_for(settings), None, None
        self._waiting = deque()
        self.looks = 0

    def now(self):
        return Moment(self.at, self.at, True)

    def sleep(self, seconds):
        self.at += seconds

    @property
    def busy(self):
        while self._waiting and self._waiting[0] <= self.at:
            self._waiting.popleft()
        return len(self._waiting)

    def look(self, frame, geometry, reach):
        self._looker = self._looker or self._load(geometry)
        future = Late(self, self._looker.look(frame, reach))
        self._waiting.append(future.ready)
        self.looks += 1
        return future


class Late(Future):
    """An answer that is there already, and not to be known before its time."""

    def __init__(self, made_up, found):
        super().__init__()
        self._made_up = made_up
        self.ready = max(made_up.at, made_up._waiting[-1] if made_up._waiting else 0.0) + made_up._takes
        self.set_result(found)

    def done(self):
        return self._made_up.at >= self.ready


def watched(source: Path, target: Path, every: float, takes: float, profile: Profile) -> Counter:
    with VideoFile.open(source) as video:
        info = video.info.videos[0]
    frames = sum(1 for _ in VideoFile.open(source).frames())
    rate = float(info.frame_rate or 25)
    settings = CameraSettings(url=str(source), profile=profile, frames_a_second=min(60, rate), longest_side=3840)
    world = MadeUp(settings, every, takes)
    camera = Camera(address(str(source)), world, frames_a_second=60, longest_side=3840, sleep=world.sleep)
    reasons: Counter = Counter()
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=info.frame_rate, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = info.geometry.width, info.geometry.height, "yuv420p"
        written = 0

        def write(released):
            nonlocal written
            reasons[released.reason] += 1
            picture = released.frame.picture
            picture.pts, picture.time_base = written, 1 / info.frame_rate
            written += 1
            out.mux(stream.encode(picture))

        stretch = None
        for _, caught in zip(range(frames), camera.frames(), strict=False):
            stretch = stretch or Stretch(caught.video, settings, world)
            stretch.add(caught, world.at)
            for released in stretch.due(world.at):
                write(released)
        stretch.end()
        while stretch.waiting:
            world.at += 0.05
            for released in stretch.due(world.at):
                write(released)
        out.mux(stream.encode(None))
    return reasons


def main(folder: Path, out: Path, every: float = 1.0, takes: float = 0.5, profile: str = "fast") -> None:
    out.mkdir(parents=True, exist_ok=True)
    total: Counter = Counter()
    for clip in json.loads((folder / "annotations.json").read_text())["videos"]:
        reasons = watched(folder / clip["file"], out / clip["file"], float(every), float(takes), Profile(profile))
        print(clip["file"], {str(reason): count for reason, count in reasons.items()}, flush=True)
        total += reasons
    print("all", {str(reason): count for reason, count in total.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
