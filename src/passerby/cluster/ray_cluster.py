"""A Ray cluster for the duration of a run: a local one, started for the purpose, or an existing one.

Ray's usage statistics are switched off, and it shows no dashboard. A local cluster listens on loopback alone, and
requires a token that is created for the run (Ray's own authentication).
"""

from __future__ import annotations

import gc
import logging
import os
import secrets
import shutil
import signal
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from passerby.core.errors import ClusterError, UsageError

LOCAL_ADDRESS = "ray"
#: Bytes of shared memory for data between tasks on this machine: numbers, never raw pixels.
OBJECT_STORE_BYTES = 1 << 30
#: Tasks that Ray ends for lack of memory are retried as often as any other, not forever.
_SYSTEM_CONFIG = {"task_oom_retries": 3}
_RAY_VARIABLES = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DASHBOARD_STARTUP_TIMEOUT_S": "0",  # there is no dashboard to wait for
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}


#: For a local cluster. Ray takes a loopback address for a mistake and listens on all interfaces, unless it knows that
#: there will be no other machines, which only this variable says (it is named after the systems where that is usual).
_LOCAL_VARIABLES = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


class Cluster:
    """Connected for the duration of a `with`. One per process."""

    def __init__(self, address: str, workers: int | None = None) -> None:
        """`address` is `ray`, for this machine with `workers` (by default one per processor), or `ray://HOST:PORT`.

        Raises UsageError where Ray is not installed or the address is invalid.
        """
        if address != LOCAL_ADDRESS and not address.startswith("ray://"):
            raise UsageError(f"--on {address}: use ray for this machine, or ray://HOST:PORT for an existing cluster.")
        self.address, self._workers = address, workers
        self._before: dict[str, str | None] = {}
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        """Raises ClusterError when it cannot be reached or started."""
        self._set_variables(_RAY_VARIABLES)
        if self.address == LOCAL_ADDRESS:
            self._set_variables(_LOCAL_VARIABLES | {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)})
        try:
            ray = ray_module()
        except ImportError:
            self._restore_variables()
            raise UsageError(
                "--on needs Ray, which is not installed: pip install 'passerby[cluster]', on every machine alike."
            ) from None
        try:
            with _own_signals():
                self._connect(ray)
        except UsageError:
            raise
        except Exception as error:  # Ray has no common class for what may go wrong here
            self.__exit__()
            raise ClusterError(
                f"The cluster {self.address} cannot be used: {_first_line(error)}. {_ADVICE[self.is_local]}"
            ) from error
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(Exception):  # the run is over either way
            ray_module().shutdown()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._restore_variables()

    @property
    def is_local(self) -> bool:
        return self.address == LOCAL_ADDRESS

    @property
    def cores(self) -> int:
        """Processors of all machines."""
        return int(ray_module().cluster_resources().get("CPU", 1))

    def _connect(self, ray: Any) -> None:  # noqa: ANN401  # the module, which is imported late
        if not self.is_local:
            ray.init(address=self.address, logging_level=logging.ERROR, log_to_driver=False, namespace="passerby")
            return
        # Ray's own file names are long, and a socket's path may have no more than 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="passerby-ray-", dir="/tmp"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            self._start(ray)
            _kill_dashboard()
            gc.collect()  # Ray does not know that process any more

    def _start(self, ray: Any) -> None:  # noqa: ANN401  # the module
        ray.init(
            address="local",
            num_cpus=self._workers or len(os.sched_getaffinity(0)),
            include_dashboard=False,
            _node_ip_address="127.0.0.1",
            _temp_dir=str(self._folder),
            _system_config=_SYSTEM_CONFIG,
            object_store_memory=OBJECT_STORE_BYTES,
            logging_level=logging.CRITICAL,
            log_to_driver=False,
        )

    def _set_variables(self, variables: dict[str, str]) -> None:
        """Variables that the user has set stay. All are restored when the run is over."""
        for name, value in variables.items():
            if name not in os.environ or name in ("RAY_USAGE_STATS_ENABLED", *_LOCAL_VARIABLES):
                self._before[name] = os.environ.get(name)
                os.environ[name] = value

    def _restore_variables(self) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before.clear()


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ray replaces how this process answers to SIGTERM; it is put back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _kill_dashboard() -> None:
    """Kill the process of Ray's dashboard, which Ray starts even where it is switched off: loading it takes as long as
    a short video, and nothing uses it."""
    for listed in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError, ValueError):
            parent = int((listed.parent / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"/ray/dashboard/dashboard.py" in listed.read_bytes():
                os.kill(int(listed.parent.name), signal.SIGKILL)
                os.waitpid(int(listed.parent.name), 0)


def ray_module() -> Any:  # noqa: ANN401  # half of it has no type hints
    """Ray, imported when it is first used. Raises ImportError."""
    return import_module("ray")


_ADVICE = {
    True: "Try it without --on.",
    False: "Check the address, that the cluster is running, and that Python, Ray and passerby match.",
}


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0].rstrip(" .")[:300] or type(error).__name__
