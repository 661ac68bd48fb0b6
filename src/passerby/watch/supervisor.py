"""The cameras of a site, a process each: started, listened to, and started again when one dies or hangs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from pydantic import ValidationError

from passerby.config.site import Site
from passerby.core.clock import Clock, SystemClock
from passerby.documents.status import CameraHealth, CameraStatus, SiteStatus, State
from passerby.watch.backoff import Backoff
from passerby.watch.camera_process import PATIENCE, Order
from passerby.watch.retention import Archive
from passerby.watch.site_monitor import Telling

#: Seconds without a word from a process after which it is taken to hang. Loading models on a busy machine takes long,
#: but does not keep it from speaking.
SILENT = 60.0
#: Seconds between two looks at the processes.
POLL = 0.5
#: Seconds for a process to come to its end when it is asked to.
LAST_WORDS = PATIENCE + 12.0

COMMAND = (sys.executable, "-m", "passerby.watch.camera_process")


class CameraProcess:
    """One camera's process, over all its lives. Not for two threads at once."""

    def __init__(
        self,
        order: Order,
        command: Sequence[str] = COMMAND,
        live: Callable[[Connection], object] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`live` is given the end of a pipe that live pictures come out of, each time that a process is started."""
        self._order, self._command, self._live, self._now = order, command, live, now
        self._backoff = Backoff(longest=30.0)
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._status = CameraStatus()
        self._heard = self._began = self._again = now()
        self._why: str | None = None
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Begin, or begin again."""
        self._began = self._heard = self._now()
        self._status = CameraStatus()
        # The order goes in by a pipe: what is on a command line, everybody on the machine can read.
        receiver, sender = (None, None) if self._live is None else Pipe(duplex=False)
        order = self._order if sender is None else self._order.model_copy(update={"live": sender.fileno()})
        # Its own session, so that Ctrl+C ends the cameras in order and not all at once.
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            pass_fds=() if sender is None else (sender.fileno(),),
        )
        if sender is not None and receiver is not None and self._live is not None:
            sender.close()
            self._live(receiver)
        self._listener = threading.Thread(target=self._listen, args=(self._process,), daemon=True)
        self._listener.start()
        assert self._process.stdin is not None
        with suppress(OSError):  # it died at birth, which `tend` will see
            self._process.stdin.write(order.model_dump_json() + "\n")
            self._process.stdin.flush()

    def tend(self) -> None:
        """See to it that it lives. To be called every POLL seconds or so."""
        process, now = self._process, self._now()
        if process is None:
            if now >= self._again:
                self.restarts += 1
                self.start()
            return
        code = process.poll()
        if code is None and now - self._heard > SILENT:
            process.kill()
            process.wait()
            self._over(f"Its process was silent for {SILENT:.0f} s and was ended")
        elif code is not None:
            self._over(f"Its process died ({_ended(code)})")

    def stop(self) -> None:
        """Ask it to come to its end. `join` waits for that."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def join(self, seconds: float = LAST_WORDS) -> None:
        """Wait for its end, and make one after so many seconds."""
        process = self._process
        if process is None:
            return
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._listener is not None:
            self._listener.join(5)
        _close(process)

    def health(self) -> CameraHealth:
        """What it told last, or what has become of it."""
        told = self._status.model_dump() | {"restarts": self.restarts}
        if self._process is None:
            told |= {"state": State.LOST, "problem": f"{self._why}. It is started again.", "frames_a_second": 0.0}
        return CameraHealth.model_validate(told)

    def _over(self, why: str) -> None:
        process, self._process, self._why = self._process, None, why
        if process is not None:
            if self._listener is not None:
                self._listener.join(5)
            _close(process)
        self._again = self._now() + self._backoff.pause(self._now() - self._began)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with suppress(ValueError, OSError):  # it was closed
            for line in process.stdout:
                if process is not self._process:
                    return
                with suppress(ValidationError, json.JSONDecodeError):
                    self._status = CameraStatus.model_validate_json(line)
                    self._heard = self._now()


class Supervisor:
    """All cameras of a site and their recordings. `run` until `stop`; `status` from any thread."""

    def __init__(
        self,
        site: Site,
        clock: Clock | None = None,
        command: Sequence[str] = COMMAND,
        say: Callable[[str], None] = lambda line: None,
        live: Callable[[str, Connection], object] | None = None,
    ) -> None:
        """`say` is told, in a line, of everything that changes; `live` is given, by camera, where its live pictures
        come out. Raises as Archive does."""
        self.site = site
        self._clock, self._say = clock or SystemClock(), say
        self._since = self._clock.now().wall
        self._stopped = threading.Event()
        self._said: dict[str, tuple[State, str | None]] = {}
        self._archive = Archive(site, self._clock)
        self._telling = Telling(site, self._clock)
        self._unsent: list[str] = []
        self._command, self._live, self._next = command, live, list[Site]()
        self.cameras: Mapping[str, CameraProcess] = {name: self._camera(site, name) for name in site.cameras}

    def run(self) -> None:
        """Start all, tend them, and end them all when `stop` was called."""
        try:
            for camera in self.cameras.values():
                camera.start()
            while not self._stopped.wait(POLL):
                while self._next:
                    self._change(self._next.pop(0))
                for name, camera in self.cameras.items():
                    camera.tend()
                    self._tell(name, camera.health())
                self._telling.tend(self._dead, self._archive.status)
                self._tell_uplink()
        finally:
            for camera in self.cameras.values():
                camera.stop()
            for camera in self.cameras.values():
                camera.join()
            self._telling.close()
            self._archive.close()

    def apply(self, site: Site) -> None:
        """Run what this says from now on; from any thread. Cameras of which nothing is different go on untouched."""
        self._next.append(site)

    def _change(self, site: Site) -> None:
        before, known = self.site, dict(self.cameras)
        same = {
            name: camera
            for name, camera in known.items()
            if name in site.cameras and Order.of(before, name) == Order.of(site, name)
        }
        gone = [camera for name, camera in known.items() if name not in same]
        for camera in gone:
            camera.stop()
        for camera in gone:
            camera.join()
        self.site = site
        self._archive.apply(site)
        self.cameras = {name: same.get(name) or self._camera(site, name) for name in site.cameras}
        for name, camera in self.cameras.items():
            if name not in same:
                camera.start()
        self._say(f"settings changed: {len(self.cameras) - len(same)} cameras were started anew")

    def _camera(self, site: Site, name: str) -> CameraProcess:
        live = None if self._live is None else partial(self._live, name)
        return CameraProcess(Order.of(site, name), self._command, live)

    def _tell_uplink(self) -> None:
        problems = self._telling.problems
        if problems != self._unsent:
            self._unsent = problems
            for problem in problems:
                self._say(f"uplink: {problem}. What is to be sent waits.")
            if not problems:
                self._say("uplink: in order")

    def _dead(self) -> dict[str, str]:
        """Cameras that have no process at the moment, and why."""
        gone = {name: camera for name, camera in self.cameras.items() if camera.pid is None}
        return {name: camera.health().problem or "its process is gone" for name, camera in gone.items()}

    def stop(self) -> None:
        self._stopped.set()

    def status(self) -> SiteStatus:
        """How the site is."""
        now = self._clock.now()
        return SiteStatus(
            name=self.site.name,
            since=self._since,
            now=now.wall,
            clock_trusted=now.trusted,
            cameras={name: camera.health() for name, camera in self.cameras.items()},
            disk=dict(self._archive.status()),
        )

    def _tell(self, name: str, health: CameraHealth) -> None:
        here = health.state, health.problem
        if self._said.get(name) != here:
            self._said[name] = here
            self._say(f"{name}: {health.state}" + (f": {health.problem}" if health.problem else ""))


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()


def _ended(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
