"""Runs the job service: queue, workers, callbacks and HTTP in one process, until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from passerby.cli.common.terminal import echo
from passerby.config.web import is_loopback
from passerby.core.errors import UsageError
from passerby.jobs.service.executors import ClusterExecutor, Executor, LocalExecutor
from passerby.jobs.service.runner import JobRunner
from passerby.server.connection_limits import ConnectionLimits, affordable_connections, raise_descriptor_limit
from passerby.server.limited_log import limit_logger
from passerby.server.serve import BackgroundServer, listen
from passerby.server.service.app import service_app
from passerby.server.service.state import ServiceState
from passerby.server.tls import load_certificate, self_signed
from passerby.service.callbacks import CallbackSender
from passerby.service.database import ServiceDatabase, service_lock
from passerby.service.folders import ServiceFolders
from passerby.service.housekeeping import Housekeeping
from passerby.service.job_queue import JobQueue
from passerby.service.keys import Keys
from passerby.service.progress import JobStages

#: Seconds for the body of one request: an upload over a slow line takes hours, and has a key.
BODY_TIMEOUT_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How to run a service: see the options of `passerby serve`."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8790
    jobs: int = 1
    on: str | None = None
    keep_s: float = 168 * 3600.0
    max_upload_bytes: int = 50_000_000_000
    certificate: Path | None = None
    key: Path | None = None


def run_service(options: ServiceOptions) -> None:
    """`passerby serve`."""
    limit_logger(logging.getLogger())
    raise_descriptor_limit()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    with running_service(options, _executors(options)) as address:
        echo(f"The service answers at {address}", err=True)
        echo(f"Its interface: {address}/v1/openapi.json. Stop with Ctrl+C: what is running is begun again.", err=True)
        stopped.wait()
    echo("stopped", err=True)


@contextmanager
def running_service(
    options: ServiceOptions, executors: Iterator[Executor] | list[Executor], say: Callable[[str], None] | None = None
) -> Iterator[str]:
    """A service that runs while the block does; yields its address. Raises UsageError and StoreError."""
    local = is_loopback(options.host)
    if (options.certificate is None) != (options.key is None):
        raise UsageError("--certificate and --key go together. Give both, or neither.")
    tell = say or (lambda line: echo(line, err=True))
    with ExitStack() as stack:
        database = stack.enter_context(ServiceDatabase(options.folder))
        stack.enter_context(service_lock(options.folder))
        # Resolved, since clients are not told of paths, whatever the folder was called here.
        keys, queue, folders = Keys(database), JobQueue(database), ServiceFolders(options.folder.resolve())
        if all(key.revoked is not None for key in keys.all()):
            tell("No program can use the service yet. Make a key: passerby serve keys add NAME")
        tls = None
        if options.certificate is not None and options.key is not None:
            tls = load_certificate(options.certificate, options.key)
        elif not local:
            tls = self_signed(options.folder / "tls", options.host)
        if tls is not None:
            tell(f"SHA-256 fingerprint of the certificate: {tls.fingerprint}")
        listener = listen(options.host, options.port)
        port = int(listener.getsockname()[1])
        if options.on is not None:
            from passerby.cluster.ray_cluster import Cluster

            stack.enter_context(Cluster(options.on, options.jobs))
        stages = JobStages()
        runner = JobRunner(
            queue,
            folders,
            stages,
            list(executors),
            Housekeeping(queue, folders, options.keep_s),
            threads=max(1, len(os.sched_getaffinity(0)) // options.jobs) if options.on is None else None,
        )
        runner.start()
        stack.callback(runner.stop)
        callbacks = CallbackSender(database, queue, keys)
        callbacks.start()
        stack.callback(callbacks.stop)
        state = ServiceState(queue, keys, folders, stages, runner.interrupt, options.max_upload_bytes)
        app = service_app(state, options.host, port, secure=tls is not None)
        connections = affordable_connections()
        # Programs that use it may all run on one machine.
        limits = ConnectionLimits(connections, connections)
        stack.enter_context(BackgroundServer(app, listener, tls, limits, body_timeout_s=BODY_TIMEOUT_S))
        name = f"[{options.host.strip('[]')}]" if ":" in options.host else options.host
        yield f"{'http' if tls is None else 'https'}://{name}:{port}"


def _executors(options: ServiceOptions) -> list[Executor]:
    if options.on is not None:
        return [ClusterExecutor() for _ in range(options.jobs)]
    return [LocalExecutor() for _ in range(options.jobs)]
