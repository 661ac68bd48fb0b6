"""How fast `passerby review` opens and seeks in a file of an hour: `python benchmarks/review.py CLIP [--tracks N]`.

CLIP is looped to an hour without encoding it anew (ffmpeg is needed), and its plan (made, or NAME.plan.json beside it)
with it, so that there are as many tracks as an hour of such footage has; with `--tracks`, as if the clip had so many,
which makes a crowd of it. Told are seconds from the start of the process
until the first masked frame is there, and for 40 jumps to random frames, until each masked frame is there.
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
from itertools import cycle
from pathlib import Path

import av

from passerby.documents.plan import Analysed, Keyframe, Plan, Track
from passerby.engine import video as pipeline
from passerby.source.fingerprint import fingerprint
from passerby.source.video.file import VideoFile
from passerby.source.video.random_access import frame_index

HOUR = 3600
JUMPS = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument(
        "--tracks", type=int, help="tracks of the clip, its own repeated or left out; by default its own"
    )
    given = parser.parse_args()
    clip = given.clip
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "hour.mp4"
        loop = ["ffmpeg", "-v", "error", "-stream_loop", "-1", "-i", str(clip), "-map", "0:v:0", "-c", "copy"]
        subprocess.run([*loop, "-t", str(HOUR), str(film)], check=True)
        saved = clip.with_name(f"{clip.stem}.plan.json")
        one = Plan.load(saved) if saved.exists() else pipeline.analyse(clip)
        plan = looped(one if given.tracks is None else crowded(one, given.tracks), film)
        film.with_name("hour.plan.json").write_text(plan.to_json())
        keys = sum(len(track.keyframes) for track in plan.tracks(0))
        size = f"{film.stat().st_size / 1e6:.0f} MB"
        print(f"{size}, {plan.source.frames} frames, {len(plan.tracks(0))} tracks, {keys} keyframes")
        measure(film, plan.source.frames)


def crowded(one: Plan, count: int) -> Plan:
    """The plan as if the clip had `count` tracks."""
    video = one.videos[0]
    tracks = (track.model_copy(update={"number": n}) for n, track in zip(range(1, count + 1), cycle(video.tracks)))
    return one.model_copy(update={"videos": (video.model_copy(update={"tracks": tuple(tracks)}),)})


def looped(one: Plan, film: Path) -> Plan:
    """The plan of the clip, once for each time it is repeated."""
    first = one.videos[0]
    with av.open(film) as container:
        frames = sum(bool(packet.size) for packet in container.demux(video=0))
    with VideoFile.open(film) as video:
        times = frame_index(video, 0, frames).times
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
    seen = Analysed(first_frame=0, last_frame=last, first_time=times[0], last_time=times[last])
    video_plan = first.model_copy(
        update={"frames": len(times), "time_base": base, "analysed": (seen,), "tracks": tuple(tracks), "cuts": ()}
    )
    sha256, size = fingerprint(film)
    source = one.source.model_copy(update={"name": film.name, "sha256": sha256, "size": size, "frames": len(times)})
    return one.model_copy(update={"source": source, "videos": (video_plan,), "corrections": ()})


def measure(film: Path, frames: int) -> None:
    program = [sys.executable, "-m", "passerby"]
    began = time.perf_counter()
    with subprocess.Popen(
        [*program, "review", str(film), "--port", "0", "--no-browser"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        found = re.search(r"http://([\d.]+):(\d+)/(\S+)", server.stdout.readline())
        assert found is not None
        listening = time.perf_counter()
        ask = asker(found.group(1), int(found.group(2)), found.group(3))
        try:
            while json.loads(ask("/api/files"))[0]["state"] != "ready":
                time.sleep(0.02)
            for path in ("", "/times/0", "/queue", "/masked/0/0"):
                ask(f"/api/files/0{path}")
            print(f"open: {time.perf_counter() - began:.2f} s, of which {listening - began:.2f} s to start the program")
            print(f"      {cpu(server.pid):.2f} s of processor time in all")
            chosen = random.Random(1)
            taken = []
            for _ in range(JUMPS):
                start = time.perf_counter()
                ask(f"/api/files/0/masked/0/{chosen.randrange(frames)}")
                taken.append(time.perf_counter() - start)
            print(f"jump: median {statistics.median(taken):.3f} s, worst {max(taken):.3f} s of {JUMPS}")
        finally:
            server.terminate()


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def asker(host: str, port: int, token: str):
    line = http.client.HTTPConnection(host, port, timeout=60)
    line.request("GET", f"/{token}")
    answer = line.getresponse()
    answer.read()
    cookie = str(answer.getheader("set-cookie")).partition(";")[0]

    def ask(path: str) -> bytes:
        line.request("GET", path, headers={"cookie": cookie})
        answer = line.getresponse()
        content = answer.read()
        assert answer.status == 200, (path, answer.status, content[:200])
        return content

    return ask


if __name__ == "__main__":
    main()
