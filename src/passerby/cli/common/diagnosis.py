"""What is missing or slow on this machine, and the remedy: `passerby doctor`."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from passerby.core.clock import SystemClock
from passerby.core.errors import PasserbyError
from passerby.core.extras import EXTRA_OF
from passerby.core.version import PROGRAM

#: Free space below which a run of some hours of video does not fit, and memory and processors below which it is slow.
MIN_FREE_BYTES, MIN_MEMORY_BYTES, MIN_PROCESSORS = 5 << 30, 3 << 30, 2
#: Milliseconds that the face model may take on a picture of 1280 by 736: half of what was measured at the start of this
#: project on ONNX Runtime (docs/design/speed.md).
MAX_FACE_MS = 140.0
#: Ports that commands use unless they are told otherwise.
PORTS = {8765: "passerby review", 8443: "the pages of passerby watch", 9901: "passerby status"}


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One check: what was found, and what to do where it is not in order."""

    name: str
    level: Level
    found: str
    remedy: str | None = None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


Check = Callable[[], Iterable[Diagnosis]]


def diagnose(checks: Iterable[Check] | None = None) -> Iterator[Diagnosis]:
    """Every check in turn. A check that fails is a problem of its own, and stops none of the others."""
    for check in CHECKS if checks is None else checks:
        try:
            yield from check()
        except Exception as error:  # whatever it was: the other checks are wanted all the more
            name = check.__name__.strip("_")
            yield Diagnosis(name, Level.PROBLEM, f"{type(error).__name__}: {error}", "Report this: it is a bug.")


def codec_lines() -> list[str]:
    """What `--version` says besides the version: libraries, encoders and decoders, processors."""
    import av

    from passerby.detect.backend.openvino_core import new_core

    have = [name for name in ("libx264", "libx265", "libsvtav1", "aac", "libopus") if name in av.codecs_available]
    lack = [name for name in ("h264", "hevc", "av1", "vp9", "mpeg2video", "mjpeg") if name not in av.codecs_available]
    ffmpeg = ".".join(str(part) for part in av.library_versions["libavcodec"])
    core = new_core()
    devices = [f"{name} ({core.get_property(name, 'FULL_DEVICE_NAME')})" for name in core.available_devices]
    return [
        f"Python {sys.version.split()[0]}, PyAV {version('av')} (libavcodec {ffmpeg}), OpenVINO {version('openvino')}",
        f"encoders: {', '.join(have)}" + (f"; missing decoders: {', '.join(lack)}" if lack else ""),
        f"processors: {len(os.sched_getaffinity(0))} of {os.cpu_count()}; inference on: {', '.join(devices)}",
    ]


def _program() -> Iterator[Diagnosis]:
    yield Diagnosis("program", Level.OK, f"{PROGRAM}, Python {sys.version.split()[0]}")
    import av

    lacking = [name for name in ("libx264", "libx265", "libsvtav1") if name not in av.codecs_available]
    if lacking:
        yield Diagnosis(
            "encoders",
            Level.PROBLEM if "libx264" in lacking else Level.NOTE,
            f"PyAV {version('av')} has no {', '.join(lacking)}",
            "Install PyAV's own wheel: pip install --force-reinstall --only-binary av av",
        )
    else:
        yield Diagnosis("encoders", Level.OK, "H.264, HEVC and AV1 can be written")


def _extras() -> Iterator[Diagnosis]:
    missing: dict[str, list[str]] = {}
    for library, extra in EXTRA_OF.items():
        if find_spec(library) is None:
            missing.setdefault(extra, []).append(library)
    for extra, libraries in sorted(missing.items()):
        yield Diagnosis(
            f"extra {extra}",
            Level.NOTE,
            f"not installed: {', '.join(sorted(libraries))}",
            f"Where you need it: pip install 'passerby[{extra}]'",
        )
    if not missing:
        yield Diagnosis("extras", Level.OK, "all installed")
    for unwanted in ("opencv-python", "opencv-contrib-python"):
        try:
            found = version(unwanted)
        except PackageNotFoundError:
            continue
        remedy = f"pip uninstall {unwanted}, then: pip install --force-reinstall opencv-python-headless"
        yield Diagnosis("OpenCV", Level.PROBLEM, f"{unwanted} {found} overwrites opencv-python-headless", remedy)


def _models() -> Iterator[Diagnosis]:
    from passerby.detect.backend.model_cache import CompiledModelCache
    from passerby.detect.weights import Registry

    registry = Registry.load()
    bad = []
    for id in registry:
        try:
            registry.load_bytes(id)
        except PasserbyError:
            bad.append(registry[id].id)
    compiled = CompiledModelCache.beside(registry.cache)
    if bad:
        remedy = "passerby models fetch; without a network copy the folder from another machine"
        yield Diagnosis("models", Level.PROBLEM, f"missing or altered in {registry.cache}: {', '.join(bad)}", remedy)
    else:
        size = f"{compiled.size() / 1e6:.0f} MB compiled for this machine"
        yield Diagnosis("models", Level.OK, f"{len(registry)} in {registry.cache}, {size}")


def _speed() -> Iterator[Diagnosis]:
    import numpy as np

    from passerby.detect import known_answer_test
    from passerby.detect.model import Detector
    from passerby.detect.profiles import FACE
    from passerby.detect.weights import Registry

    try:
        detector = Detector(Registry.load(), FACE)
        known_answer_test.check(detector)
    except PasserbyError as error:
        yield Diagnosis("speed", Level.PROBLEM, f"not measured: {error}", "passerby models check")
        return
    image = np.zeros((736, 1280, 3), np.uint8)
    detector.detect(image, 0.5)
    times = []
    for _ in range(3):
        started = time.perf_counter()
        detector.detect(image, 0.5)
        times.append(1000 * (time.perf_counter() - started))
    best = min(times)
    cores = len(os.sched_getaffinity(0))
    found = f"the face model takes {best:.0f} ms for 1280 by 736 on {cores} processors"
    if best > MAX_FACE_MS or cores < MIN_PROCESSORS:
        remedy = "Use --profile fast, a machine with more processors, or check what else runs here (top)."
        yield Diagnosis("speed", Level.NOTE, found, remedy)
    else:
        yield Diagnosis("speed", Level.OK, found)


def _memory() -> Iterator[Diagnosis]:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = f"{total / 2**30:.1f} GiB"
    if total < MIN_MEMORY_BYTES:
        yield Diagnosis(
            "memory", Level.PROBLEM, found, "A film of 1080p needs about 1.5 GiB beside the system: --jobs 1"
        )
    else:
        yield Diagnosis("memory", Level.OK, found)


def _disk() -> Iterator[Diagnosis]:
    from passerby.detect.weights import cache_folder

    cache = cache_folder(os.environ)
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    places = {"this folder": Path.cwd(), "models": there}
    for what, folder in places.items():
        free = shutil.disk_usage(folder).free
        writable = os.access(folder, os.W_OK)
        found = f"{what}, {folder}: {free / 2**30:.1f} GiB free" + ("" if writable else ", not writable")
        if not writable:
            yield Diagnosis("disk", Level.NOTE, found, "Give outputs another folder: -o or --out-dir, PASSERBY_CACHE")
        elif free < MIN_FREE_BYTES:
            yield Diagnosis("disk", Level.NOTE, found, "Free some room, or write to another disk")
        else:
            yield Diagnosis("disk", Level.OK, found)


def _clock() -> Iterator[Diagnosis]:
    now = SystemClock().now()
    if now.trusted:
        yield Diagnosis("clock", Level.OK, "set by a time server")
    else:
        remedy = "Times of recordings may be off. Turn on NTP: timedatectl set-ntp true"
        yield Diagnosis("clock", Level.NOTE, "not known to be set by a time server", remedy)


def _ports() -> Iterator[Diagnosis]:
    taken = [port for port in PORTS if not _is_free(port)]
    for port in taken:
        remedy = f"Another program listens there, or {PORTS[port]} runs already. Else choose another port."
        yield Diagnosis("port", Level.NOTE, f"{port} is taken ({PORTS[port]})", remedy)
    if not taken:
        yield Diagnosis("ports", Level.OK, f"free: {', '.join(map(str, PORTS))}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


CHECKS: tuple[Check, ...] = (_program, _extras, _models, _speed, _memory, _disk, _clock, _ports)
