"""How fast `passerby review` opens and seeks in a video of an hour: `python benchmarks/review.py CLIP [--tracks N]`.

CLIP is looped to an hour without re-encoding (needs ffmpeg), and its plan (analysed, or NAME.plan.json beside it) with
it, so that there are as many tracks as in an hour of such footage; with `--tracks`, as if the clip had that many, to
simulate a crowd. Prints the seconds from the start of the process to the first masked frame, and for 40 seeks to random
frames.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import av

from passerby.documents.plan import AnalysedRange, Keyframe, Plan, Track
from passerby.engine.api import analyse
from passerby.source.fingerprint import fingerprint
from passerby.source.video.file import VideoFile
from passerby.source.video.random_access import build_frame_index

HOUR = 3600
SEEKS = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument(
        "--tracks", type=int, help="number of tracks of the clip: its own are repeated or dropped; by default its own"
    )
    options = parser.parse_args()
    clip = options.clip
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "hour.mp4"
        loop = ["ffmpeg", "-v", "error", "-stream_loop", "-1", "-i", str(clip), "-map", "0:v:0", "-c", "copy"]
        subprocess.run([*loop, "-t", str(HOUR), str(film)], check=True)
        saved = clip.with_name(f"{clip.stem}.plan.json")
        one = Plan.load(saved) if saved.exists() else analyse(clip)
        plan = looped(one if options.tracks is None else with_track_count(one, options.tracks), film)
        film.with_name("hour.plan.json").write_text(plan.to_json())
        keys = sum(len(track.keyframes) for track in plan.tracks(0))
        size = f"{film.stat().st_size / 1e6:.0f} MB"
        print(f"{size}, {plan.source.frames} frames, {len(plan.tracks(0))} tracks, {keys} keyframes")
        measure(film, plan.source.frames)


def with_track_count(plan: Plan, count: int) -> Plan:
    """The plan as if the clip had `count` tracks."""
    video = plan.videos[0]
    tracks = (track.model_copy(update={"number": n}) for n, track in zip(range(1, count + 1), cycle(video.tracks)))
    return plan.model_copy(update={"videos": (video.model_copy(update={"tracks": tuple(tracks)}),)})


def looped(plan: Plan, film: Path) -> Plan:
    """The clip's plan, repeated for each loop."""
    first = plan.videos[0]
    with av.open(film) as container:
        frames = sum(bool(packet.size) for packet in container.demux(video=0))
    with VideoFile.open(film) as video:
        times = build_frame_index(video, 0, frames).times
        base = video.info.videos[0].time_base
    tracks: list[Track] = []
    for start in range(0, len(times) - first.frames, first.frames):
        for track in first.tracks:
            keys = (
                Keyframe(time=key.time + times[start], box=key.box, score=key.score, origin=key.origin)
                for key in track.keyframes
            )
            tracks.append(track.model_copy(update={"number": len(tracks) + 1, "keyframes": tuple(keys)}))
    last = len(times) - 1
    seen = AnalysedRange(first_frame=0, last_frame=last, first_time=times[0], last_time=times[last])
    video_plan = first.model_copy(
        update={"frames": len(times), "time_base": base, "analysed": (seen,), "tracks": tuple(tracks), "cuts": ()}
    )
    sha256, size = fingerprint(film)
    source = plan.source.model_copy(update={"name": film.name, "sha256": sha256, "size": size, "frames": len(times)})
    return plan.model_copy(update={"source": source, "videos": (video_plan,), "corrections": ()})


def measure(film: Path, frames: int) -> None:
    program = [sys.executable, "-m", "passerby"]
    started = time.perf_counter()
    with subprocess.Popen(
        [*program, "review", str(film), "--port", "0", "--no-browser"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        found = re.search(r"http://([\d.]+):(\d+)/(\S+)", server.stdout.readline())
        assert found is not None
        listening = time.perf_counter()
        fetch = connect(found.group(1), int(found.group(2)), found.group(3))
        try:
            while json.loads(fetch("/api/files"))[0]["state"] != "ready":
                time.sleep(0.02)
            for path in ("", "/times/0", "/queue", "/masked/0/0"):
                fetch(f"/api/files/0{path}")
            print(f"open: {time.perf_counter() - started:.2f} s, of which {listening - started:.2f} s to start")
            print(f"      {cpu(server.pid):.2f} s of processor time in all")
            rng = random.Random(1)
            durations = []
            for _ in range(SEEKS):
                start = time.perf_counter()
                fetch(f"/api/files/0/masked/0/{rng.randrange(frames)}")
                durations.append(time.perf_counter() - start)
            print(f"seek: median {statistics.median(durations):.3f} s, worst {max(durations):.3f} s of {SEEKS}")
        finally:
            server.terminate()


def cpu(pid: int) -> float:
    """Processor seconds that a process has used (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connect(host: str, port: int, token: str) -> Callable[[str], bytes]:
    """Log in; a function that fetches a path and returns its content."""
    line = http.client.HTTPConnection(host, port, timeout=60)
    line.request("GET", f"/{token}")
    answer = line.getresponse()
    answer.read()
    cookie = str(answer.getheader("set-cookie")).partition(";")[0]

    def fetch(path: str) -> bytes:
        line.request("GET", path, headers={"cookie": cookie})
        answer = line.getresponse()
        content = answer.read()
        assert answer.status == 200, (path, answer.status, content[:200])
        return content

    return fetch


if __name__ == "__main__":
    main()
