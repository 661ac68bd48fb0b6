"""A Ray cluster for the time of a run: one of this machine's own, started for the purpose, or one that is there.

Ray is told to report nothing to its makers, and shows no dashboard. A cluster of our own listens on loopback alone, and
answers only who knows a token that is made for the run (Ray's own authentication).
"""

from __future__ import annotations

import gc
import logging
import os
import secrets
import shutil
import signal
import tempfile
import warnings
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from passerby.core.errors import ClusterError, UsageError

LOCAL = "ray"
#: Bytes of shared memory for what goes from task to task on this machine: numbers and masked pieces, never raw pixels.
STORE = 1 << 30
#: Tasks that Ray ends for want of memory are begun again as often as any other, not for ever.
_SYSTEM = {"task_oom_retries": 3}
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DASHBOARD_STARTUP_TIMEOUT_S": "0",  # nothing is shown, so nothing is waited for
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}


#: For a cluster of our own. Ray takes an address of loopback for a mistake and listens on all interfaces, unless it is
#: told that there will be no other machines, which only this variable tells it (it is named after where that is usual).
_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


class Cluster:
    """Connected for the length of a `with`. One a process."""

    def __init__(self, on: str, workers: int | None = None) -> None:
        """`on` is `ray`, for this machine with so many `workers` (by default one a processor), or `ray://HOST:PORT`.

        Raises UsageError where Ray is not installed or the address is none.
        """
        if on != LOCAL and not on.startswith("ray://"):
            raise UsageError(f"--on {on}: say ray, for this machine, or ray://HOST:PORT, for a cluster that is there.")
        self.on, self._workers = on, workers
        self._before: dict[str, str | None] = {}
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        """Raises ClusterError when it cannot be reached or started."""
        self._set(_QUIET)
        if self.on == LOCAL:
            self._set(_ALONE | {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)})
        try:
            ray = ray_module()
        except ImportError:
            self._restore()
            raise UsageError(
                "--on needs Ray, which is not installed here: pip install 'passerby[cluster]', on every machine alike."
            ) from None
        try:
            self._connect(ray)
        except UsageError:
            raise
        except Exception as error:  # Ray has no class for all that may go wrong here
            self.__exit__()
            raise ClusterError(
                f"The cluster {self.on} cannot be used: {_first(error)}. {_ADVICE[self.local]}"
            ) from error
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(Exception):  # it is over, one way or the other
            ray_module().shutdown()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._restore()

    @property
    def local(self) -> bool:
        return self.on == LOCAL

    @property
    def cores(self) -> int:
        """Processors of all machines together."""
        return int(ray_module().cluster_resources().get("CPU", 1))

    def _connect(self, ray: Any) -> None:  # noqa: ANN401
        if not self.local:
            ray.init(address=self.on, logging_level=logging.ERROR, log_to_driver=False, namespace="passerby")
            return
        # Ray's own names for files are long, and a socket's may have no more than 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="passerby-ray-", dir="/tmp"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            self._start(ray)
            _end_dashboard()
            gc.collect()  # Ray has forgotten that process

    def _start(self, ray: Any) -> None:  # noqa: ANN401
        ray.init(
            address="local",
            num_cpus=self._workers or len(os.sched_getaffinity(0)),
            include_dashboard=False,
            _node_ip_address="127.0.0.1",
            _temp_dir=str(self._folder),
            _system_config=_SYSTEM,
            object_store_memory=STORE,
            logging_level=logging.CRITICAL,
            log_to_driver=False,
        )

    def _set(self, variables: dict[str, str]) -> None:
        """What is set already stays: whoever set it knows better. It is put back when the run is over."""
        for name, value in variables.items():
            if name not in os.environ or name in ("RAY_USAGE_STATS_ENABLED", *_ALONE):
                self._before[name] = os.environ.get(name)
                os.environ[name] = value

    def _restore(self) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before.clear()


def _end_dashboard() -> None:
    """End the process that would serve Ray's pages, which Ray starts even where none are wanted: to load takes it as
    long as a short film, and it serves nobody."""
    for listed in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError, ValueError):
            parent = int((listed.parent / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"/ray/dashboard/dashboard.py" in listed.read_bytes():
                os.kill(int(listed.parent.name), signal.SIGKILL)
                os.waitpid(int(listed.parent.name), 0)


def ray_module() -> Any:  # noqa: ANN401  # half of it has no types
    """Ray, loaded when it is first wanted. Raises ImportError."""
    return import_module("ray")


_ADVICE = {
    True: "Try it without --on.",
    False: "Check the address, that the cluster runs, and that Python, Ray and passerby are the same there and here.",
}


def _first(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0].rstrip(" .")[:300] or type(error).__name__
