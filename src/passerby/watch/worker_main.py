"""The main program of one camera's process. Its spec comes in on standard input, its status goes to standard output.

The first input line is a WorkerSpec; each further one a RetentionPolicy that is in force from then on. When the
other end closes standard input, on purpose or because it died, the process ends. Each output line is a CameraStatus,
one per second.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import IO

import cv2
from pydantic import ValidationError

from passerby.config.address import CameraProtocol
from passerby.config.site import CameraSettings
from passerby.core.clock import Clock, SystemClock
from passerby.core.media import VideoInfo
from passerby.core.process_limits import disable_core_dumps, limit_memory, restrict_connections
from passerby.documents.status import CameraState, CameraStatus
from passerby.sink.recording.live_parts import LivePartSender
from passerby.sink.restream.rtsp_publisher import RtspPublisher
from passerby.source.camera.capture import Camera
from passerby.source.camera.rtsp_relay import listen_on_loopback
from passerby.store.recordings.part import Part
from passerby.store.recordings.retention import RetentionPolicy
from passerby.watch.camera_worker import CameraWorker
from passerby.watch.capture_thread import CaptureThread
from passerby.watch.count_sink import CameraCountSink
from passerby.watch.detector_thread import DetectorThread
from passerby.watch.factories import detector_factory, open_camera, part_writer_factory
from passerby.watch.recorder_thread import FrameWriter, RecorderThread
from passerby.watch.retention import ChangingPolicy, retention_of
from passerby.watch.worker_spec import WorkerSpec

#: Seconds between two status lines.
STATUS_INTERVAL_S = 1.0
#: Names are resolved by TCP where an answer is too long for a datagram.
DNS_PORT = 53
#: Memory of a camera's process beside its frames, bytes: it takes 650 MiB with all models.
BASE_MEMORY = 2 << 30
#: Seconds for the remaining frames to be released when the process is stopped: the default delay twice over.
DRAIN_TIMEOUT_S = 4.0


def main() -> None:
    """Entry point of `python -m passerby.watch.worker_main`."""
    disable_core_dumps()
    spec = WorkerSpec.model_validate_json(sys.stdin.readline())
    limit_memory(memory_limit(spec.settings))
    listener = listen_on_loopback() if spec.settings.address().protocol is CameraProtocol.RTSP else None
    restrict_connections(allowed_ports(spec.settings, listener))
    stopped = threading.Event()
    policy = ChangingPolicy(retention_of(spec.site))
    threading.Thread(target=_read_policies, args=(sys.stdin, policy, stopped), daemon=True).start()
    out = sys.stdout
    # Whatever libraries print must not end up among the status lines.
    sys.stdout = sys.stderr

    def send(status: CameraStatus) -> None:
        with suppress(BrokenPipeError):  # the program has ended, which standard input tells as well
            print(status.model_dump_json(), file=out, flush=True)

    run_worker(spec, send, stopped, listener=listener, policy=policy)
    # FFmpeg may still be blocked on the camera in its thread, and cannot be interrupted.
    os._exit(0)


def allowed_ports(settings: CameraSettings, listener: socket.socket | None) -> list[int]:
    """TCP ports that the process of a camera may connect to: the camera's, its own on loopback, and that of the server
    that its masked stream is published to."""
    restream = None if settings.restream is None else settings.restream.address().port
    relay = None if listener is None else listener.getsockname()[1]
    return [port for port in (DNS_PORT, settings.address().port, relay, restream) if port is not None]


def memory_limit(settings: CameraSettings) -> int:
    """Bytes that the process of a camera may take: models and codecs, and twice what its buffer of frames holds."""
    frame = settings.max_dimension**2 * 3 // 2
    return BASE_MEMORY + int(2 * frame * settings.max_fps * settings.delay)


def run_worker(
    spec: WorkerSpec,
    send_status: Callable[[CameraStatus], None],
    stopped: threading.Event,
    clock: Clock | None = None,
    listener: socket.socket | None = None,
    policy: ChangingPolicy | None = None,
) -> None:
    """Run a camera until `stopped` is set; `send_status` is called every STATUS_INTERVAL_S. `policy` may change."""
    cv2.setNumThreads(1)  # there is one process per camera
    clock = clock or SystemClock()
    settings = spec.settings
    camera = open_camera(settings, clock, listener)

    def now() -> float:
        return clock.now().monotonic

    live = None if spec.live_fd is None else LivePartSender(Connection(spec.live_fd, readable=False))
    restream = None if settings.restream is None else RtspPublisher(settings.restream.address(), now=now)
    parts = [receiver for receiver in (live, restream) if receiver is not None]

    def on_part(part: Part) -> None:
        for receiver in parts:
            receiver(part)

    make = part_writer_factory(spec.site, spec.name, on_part, policy)

    def writer(video: VideoInfo) -> FrameWriter:
        return make(video, settings)

    counter = CameraCountSink(spec.site, spec.name)
    worker = CameraWorker(
        settings,
        CaptureThread(camera, now=now),
        DetectorThread(detector_factory(settings), now),
        RecorderThread(writer, now),
        now=now,
        counter=counter,
    )
    sent_at = now()
    while not stopped.is_set():
        worker.step()
        if now() - sent_at >= STATUS_INTERVAL_S:
            sent_at = now()
            counter.poll(clock.now(), worker.status().state is CameraState.LOST)
            status = worker.status().model_copy(update={"occupancy": counter.occupancy})
            send_status(with_restream(with_stream_counters(status, camera), restream))
    worker.drain(DRAIN_TIMEOUT_S)
    for receiver in parts:
        receiver.close()
    counter.close(clock.now())
    send_status(worker.status().model_copy(update={"state": CameraState.STOPPED}))


def with_stream_counters(status: CameraStatus, camera: Camera) -> CameraStatus:
    """The status, with the counters that the capture keeps of its stream."""
    return status.model_copy(update={"stream_errors": camera.errors, "timestamp_jumps": camera.jumps})


def with_restream(status: CameraStatus, restream: RtspPublisher | None) -> CameraStatus:
    """The status, with that of the masked stream, whose problem is told where there is no other."""
    if restream is None:
        return status
    state = restream.status()
    problem = None if state.problem is None else f"Masked stream: {state.problem}"
    return status.model_copy(update={"restream": state, "problem": status.problem or problem})


def _read_policies(stdin: IO[str], policy: ChangingPolicy, stopped: threading.Event) -> None:
    """Put each policy into force that comes in. Set `stopped` once the other end has closed standard input."""
    while line := stdin.readline():
        with suppress(ValidationError):
            policy.change(RetentionPolicy.model_validate_json(line))
    stopped.set()


if __name__ == "__main__":
    main()
