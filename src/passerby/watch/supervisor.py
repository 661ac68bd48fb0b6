"""All cameras of a site, one process each, and what belongs to the site as a whole."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from passerby.config.site import Site
from passerby.core.clock import Clock, SystemClock
from passerby.core.errors import PasserbyError
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.watch.camera_process import COMMAND, CameraProcess
from passerby.watch.retention import RetentionThread
from passerby.watch.site_monitor import SiteMonitor
from passerby.watch.worker_spec import WorkerSpec

#: Seconds between two restarts of one camera that somebody asks for: whatever asks, and however often, it is recorded.
MIN_RESTART_INTERVAL_S = 60.0
#: Seconds between two checks of the processes.
POLL_INTERVAL_S = 0.5


class Supervisor:
    """All cameras of a site and their recordings. `run` until `stop`; `status` and `apply` from any thread."""

    def __init__(
        self,
        site: Site,
        clock: Clock | None = None,
        command: Sequence[str] = COMMAND,
        notify: Callable[[str], None] = lambda line: None,
        on_live_pipe: Callable[[str, Connection], object] | None = None,
    ) -> None:
        """`notify` is called with one line for every change of state; `on_live_pipe` with a camera and the receiving
        end of its pipe for live parts. Raises as RetentionThread and SiteMonitor do."""
        self.site = site
        self._clock, self._notify = clock or SystemClock(), notify
        self._started = self._clock.now().wall
        self._stopped, self._closed = threading.Event(), False
        self._reported: dict[str, tuple[CameraState, str | None]] = {}
        self._retention = RetentionThread(site, self._clock)
        self._monitor = SiteMonitor(site, self._clock)
        self._uplink_problems: list[str] = []
        self._command, self._on_live_pipe = command, on_live_pipe
        self._pending_restarts: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._restarted_at: dict[str, float] = {}
        self._pending_sites: queue.SimpleQueue[Site] = queue.SimpleQueue()
        self.cameras: Mapping[str, CameraProcess] = {name: self._new_process(site, name) for name in site.cameras}

    def run(self, also: Callable[[], None] = lambda: None) -> None:
        """Start all cameras, keep them running, and stop them once `stop` was called. `also` is called with each check
        of the processes. What the operating system refuses (no descriptors, no memory, no processes) is tried again:
        it must not end the cameras that still run."""
        try:
            for camera in self.cameras.values():
                camera.start()
            while not self._stopped.wait(POLL_INTERVAL_S):
                for step in (self._apply_pending, self._restart_pending, self._poll_cameras, self._poll_site, also):
                    self._attempt(step)
        finally:
            self.close()

    def close(self) -> None:
        """Stop all cameras, and release everything. Once; a later call does nothing."""
        if self._closed:
            return
        self._closed = True
        for camera in self.cameras.values():
            camera.stop()
        for camera in self.cameras.values():
            camera.join()
        self._monitor.close()
        self._retention.close()

    def stop(self) -> None:
        """Make `run` return; from any thread."""
        self._stopped.set()

    def apply(self, site: Site) -> None:
        """Switch to a changed configuration; from any thread. Cameras whose settings are the same keep running."""
        self._pending_sites.put(site)

    def restart_camera(self, name: str) -> None:
        """Start the process of a camera again, at most once a minute; from any thread."""
        self._pending_restarts.put(name)

    def status(self) -> SiteStatus:
        """The current state of the site."""
        now = self._clock.now()
        return SiteStatus(
            name=self.site.name,
            started=self._started,
            now=now.wall,
            clock_trusted=now.trusted,
            cameras={name: camera.health() for name, camera in self.cameras.items()},
            disk=dict(self._retention.status()),
        )

    def _attempt(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (OSError, RuntimeError, PasserbyError) as error:  # RuntimeError: no thread can be started
            self._notify(f"{error or type(error).__name__}. It is tried again.")

    def _poll_cameras(self) -> None:
        for name, camera in self.cameras.items():
            camera.poll()
            self._report_camera(name, camera.health())

    def _poll_site(self) -> None:
        self._monitor.poll(self._cameras_without_process, self._disk, self.status)
        self._report_uplink()

    def _apply_pending(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._switch_to(self._pending_sites.get_nowait())

    def _restart_pending(self) -> None:
        with suppress(queue.Empty):
            while True:
                name, now = self._pending_restarts.get_nowait(), self._clock.now().monotonic
                camera = self.cameras.get(name)
                if camera is None or now - self._restarted_at.get(name, float("-inf")) < MIN_RESTART_INTERVAL_S:
                    continue
                self._restarted_at[name] = now
                self._notify(f"{name}: restarted on request")
                camera.stop()
                camera.join()
                self.cameras = {**self.cameras, name: self._new_process(self.site, name)}
                self.cameras[name].start()

    def _switch_to(self, site: Site) -> None:
        previous, running = self.site, dict(self.cameras)
        unchanged = {
            name: camera
            for name, camera in running.items()
            if name in site.cameras
            and WorkerSpec.for_camera(previous, name).without_retention()
            == WorkerSpec.for_camera(site, name).without_retention()
        }
        ending = [camera for name, camera in running.items() if name not in unchanged]
        for camera in ending:
            camera.stop()
        for camera in ending:
            camera.join()
        self.site = site
        self._retention.apply(site)
        if site.retention != previous.retention:
            for name, camera in unchanged.items():
                camera.change_retention(WorkerSpec.for_camera(site, name))
        self.cameras = {name: unchanged.get(name) or self._new_process(site, name) for name in site.cameras}
        for name, camera in self.cameras.items():
            if name not in unchanged:
                camera.start()
        self._monitor.apply(site)
        self._notify(f"configuration changed: {len(self.cameras) - len(unchanged)} cameras restarted")

    def _new_process(self, site: Site, name: str) -> CameraProcess:
        on_live_pipe = None if self._on_live_pipe is None else partial(self._on_live_pipe, name)
        return CameraProcess(WorkerSpec.for_camera(site, name), self._command, on_live_pipe)

    def _cameras_without_process(self) -> dict[str, str]:
        """Cameras that have no process at the moment, and why."""
        missing = {name: camera for name, camera in self.cameras.items() if camera.pid is None}
        return {name: camera.health().problem or "its process ended" for name, camera in missing.items()}

    def _disk(self) -> Mapping[str, Any]:
        """The state of the disk. Its `problem` includes cameras that are not recorded, for whatever reason."""
        disk = dict(self._retention.status())
        failures = (camera.health().recording.get("message") for camera in self.cameras.values())
        disk["problem"] = disk.get("problem") or next((str(message) for message in failures if message), None)
        return disk

    def _report_camera(self, name: str, health: CameraHealth) -> None:
        state = health.state, health.problem
        if self._reported.get(name) != state:
            self._reported[name] = state
            self._notify(f"{name}: {health.state}" + (f": {health.problem}" if health.problem else ""))

    def _report_uplink(self) -> None:
        problems = self._monitor.problems
        if problems != self._uplink_problems:
            self._uplink_problems = problems
            for problem in problems:
                self._notify(f"uplink: {problem}. Messages are queued.")
            if not problems:
                self._notify("uplink: ok")
