"""The process of one camera. What it is to do comes in on standard input, how it goes comes out on standard output.

The first line that comes in is an Order; after it nothing comes, and when the other end is closed, because it wants
that or because it is no longer there, this process comes to its end. Lines that go out are CameraStatus, one a second.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import IO

import cv2
from pydantic import SecretStr

from passerby.config.site import CameraSettings, Site
from passerby.config.web import PagesSettings
from passerby.core.clock import Clock, SystemClock
from passerby.core.media import Geometry, VideoInfo
from passerby.core.model import FrozenModel
from passerby.detect.frame_detector import Looker
from passerby.detect.live_schedule import LIVE_LOOKS
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.documents.status import CameraStatus, State
from passerby.sink.recording.live_parts import LiveSender
from passerby.source.camera.capture import Camera
from passerby.watch.camera_worker import Watched
from passerby.watch.capture_thread import Reading
from passerby.watch.count_sink import CameraCounting
from passerby.watch.detector_thread import Looking
from passerby.watch.recorder_thread import Writer, Writing
from passerby.watch.retention import part_writers

#: Seconds between two words about how it goes.
TELL_EVERY = 1.0
#: Seconds that the last frames have for leaving when the end is wanted.
PATIENCE = 4.0


class Order(FrozenModel):
    """Which camera of which site. `password` is apart, since settings do not print theirs. `live` is the number of the
    descriptor that live pictures go to, one end of a pipe."""

    name: str
    site: Site
    password: str | None = None
    live: int | None = None

    @property
    def settings(self) -> CameraSettings:
        settings = self.site.cameras[self.name]
        secret = None if self.password is None else SecretStr(self.password)
        return settings.model_copy(update={"password": secret})

    @classmethod
    def of(cls, site: Site, name: str) -> Order:
        """The order for one camera, which knows of no other one, nor of what the pages and the public are told: where
        that changes, the camera goes on."""
        camera = site.cameras[name]
        password = None if camera.password is None else camera.password.get_secret_value()
        alone = {"cameras": {name: camera}, "uplink": site.uplink.without_secrets()}
        untold = {"pages": PagesSettings(), "notice": None}
        return cls(name=name, site=site.model_copy(update={**alone, **untold}), password=password)


def main() -> None:
    """What `python -m passerby.watch.camera_process` does."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    order = Order.model_validate_json(sys.stdin.readline())
    ended = threading.Event()
    threading.Thread(target=_listen, args=(sys.stdin, ended), daemon=True).start()
    out = sys.stdout
    # What libraries print must not get in between.
    sys.stdout = sys.stderr
    watch(order, lambda status: print(status.model_dump_json(), file=out, flush=True), ended)
    # FFmpeg may still be waiting for the camera in its thread, and cannot be told not to.
    os._exit(0)


def watch(
    order: Order, tell: Callable[[CameraStatus], None], ended: threading.Event, clock: Clock | None = None
) -> None:
    """Watch a camera until `ended`."""
    cv2.setNumThreads(1)  # there are as many processes as cameras
    clock = clock or SystemClock()
    settings = order.settings
    camera = camera_of(settings, clock)

    def now() -> float:
        return clock.now().monotonic

    live = None if order.live is None else LiveSender(Connection(order.live, readable=False))
    make = part_writers(order.site, order.name, live)

    def writer(video: VideoInfo) -> Writer:
        return make(video, settings)

    counting = CameraCounting(order.site, order.name)
    watched = Watched(
        settings,
        Reading(camera, clock=now),
        Looking(models_for(settings), now),
        Writing(writer, now),
        now=now,
        counts=counting,
    )
    told = now()
    while not ended.is_set():
        watched.step()
        if now() - told >= TELL_EVERY:
            told = now()
            counting.tend(clock.now(), watched.status().state is State.LOST)
            tell(watched.status().model_copy(update={"faults": camera.faults, "jumps": camera.jumps}))
    watched.end(PATIENCE)
    if live is not None:
        live.close()
    counting.close(clock.now())
    tell(watched.status().model_copy(update={"state": State.STOPPED}))


def camera_of(settings: CameraSettings, clock: Clock) -> Camera:
    """The camera that settings describe."""
    return Camera(
        settings.address(),
        clock,
        udp=settings.transport == "udp",
        frames_a_second=settings.frames_a_second,
        longest_side=settings.longest_side,
    )


def models_for(settings: CameraSettings) -> Callable[[Geometry], Looker]:
    """What loads the models of a camera, for a size of picture."""

    def load(geometry: Geometry) -> Looker:
        looker = Looker(
            Detectors(Registry.load(), threads=1),
            geometry,
            (*settings.hide, *settings.counting.helpers),
            LIVE_LOOKS[settings.profile],
        )
        looker.ready()
        return looker

    return load


def _listen(stdin: IO[str], ended: threading.Event) -> None:
    """Waits for the other end to be closed."""
    while stdin.readline():
        pass
    ended.set()


if __name__ == "__main__":
    main()
