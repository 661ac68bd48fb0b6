#!/usr/bin/env python3
"""What `passerby verify` finds: masks left out on purpose, and what it says of files without a leak.

    benchmarks/verify.py EVAL [--files 20] [--keep DIR]     EVAL is the evaluation folder (score.py and dev/)
    benchmarks/verify.py EVAL --speed CLIP                  time of verify beside that of redact, cold processes

For each clip of dev/moving the longest annotated track is taken. The masks that lie over it are left out of the plan:
in all frames, in one second, in three frames, from the middle of the track; then the clip is rendered and verified
with its report alone, without plan or original. It is found when a suspect overlaps the track's true box at that time
(within a quarter of a second). The clip as it was redacted is verified as well; whether it leaks, score.py says.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2

from passerby import Plan, pipeline
from passerby.base.box import Box
from passerby.base.plan import Keyframe, Track
from passerby.base.proof import Proof
from passerby.detect.detector import Detectors
from passerby.detect.weights import Registry
from passerby.verify.story import verify

#: Share of the true box from which a mask lies over it.
OVER = 0.2
#: Seconds by which a suspect may miss the hole.
SLACK = 0.25
#: Frames that are left out, None for all.
HOLES = {"whole track": None, "one second": 25, "three frames": 3}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="number of the first clip")
    parser.add_argument("--keep", type=Path, help="keep the redacted files here, and use what is there")
    parser.add_argument("--threads", type=int, help="for inference; 1 is fastest where others use the machine as well")
    parser.add_argument("--speed", type=Path, metavar="CLIP")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerby-verify-") as scratch:
        if given.speed is not None:
            return _speed(given.speed, Path(scratch), given.rounds)
        if given.threads is not None:
            cv2.setNumThreads(given.threads)
        detectors = Detectors(Registry.load(), given.threads)
        return _found(given.eval, given.files, given.first, given.keep or Path(scratch), Path(scratch), detectors)


def _found(folder: Path, files: int, first: int, kept: Path, scratch: Path, detectors: Detectors) -> int:
    moving = folder / "dev" / "moving"
    truth = json.loads((moving / "annotations.json").read_text())["videos"][first : first + files]
    rows = {name: [0, 0] for name in HOLES}
    clean: dict[str, bool] = {}
    for video in truth:
        source, released = moving / video["file"], kept / video["file"]
        if not released.with_suffix(".plan.json").exists():
            report = pipeline.redact(source, released, save_plan=released.with_suffix(".plan.json"), force=True)
            released.with_suffix(".report.json").write_text(report.to_json())
        plan = Plan.load(released.with_suffix(".plan.json"))
        proof = verify(released, detectors=detectors)
        clean[video["file"]] = not proof.suspects
        print(f"{video['file']}  as redacted: {len(proof.suspects)} suspects {_short(proof)}", flush=True)
        boxes = _longest(video)
        for name, length in HOLES.items():
            hole = _middle(sorted(boxes), length)
            spoilt = _spoilt(plan, boxes, hole)
            if spoilt is None:
                print(f"{video['file']}  {name}: no mask lies over the track there, not counted", flush=True)
                continue
            out = scratch / f"{name.replace(' ', '-')}-{video['file']}"
            report = pipeline.redact(source, out, plan=spoilt, verify=False, force=True)
            out.with_suffix(".report.json").write_text(report.to_json())
            proof = verify(out, detectors=detectors)
            hit = _hits(proof, boxes, hole)
            rows[name][0] += hit
            rows[name][1] += 1
            print(f"{video['file']}  {name}: {'found' if hit else 'MISSED'} {_short(proof)}", flush=True)
            out.unlink()
    leaking = _leaking(folder, [video["file"] for video in truth], kept)
    free = [name for name in clean if name not in leaking]
    print(f"\n{len(truth)} files")
    for name, (found, tried) in rows.items():
        print(f"{name}: {found} of {tried} found")
    flagged = [name for name in free if not clean[name]]
    print(f"free of leaks by score.py: {len(free)}, of these flagged: {len(flagged)} ({', '.join(flagged)})")
    print(f"leaking by score.py: {len(leaking)}, of these flagged: {sum(not clean[name] for name in leaking)}")
    return 0


def _longest(video: dict) -> dict[int, Box]:
    """The true boxes, by frame, of the track that is in view for longest."""
    tracks: dict[tuple[str, int], dict[int, Box]] = {}
    for frame in video["frames"]:
        for box in frame["boxes"]:
            b = Box(*box["xyxy"])
            if box["kind"] in ("face", "plate") and not box["ignore"] and b.side >= 12:
                tracks.setdefault((box["kind"], box["track"]), {})[frame["index"]] = b
    return max(tracks.values(), key=len)


def _middle(frames: list[int], length: int | None) -> range:
    if length is None:
        return range(frames[0], frames[-1] + 1)
    middle = frames[len(frames) // 2]
    return range(max(frames[0], middle - length // 2), min(frames[-1], middle - length // 2 + length - 1) + 1)


def _spoilt(plan: Plan, boxes: dict[int, Box], hole: range) -> Plan | None:
    """The plan without the masks that lie over the boxes while the hole lasts; None when there is none."""
    (video,) = plan.videos
    times = _times(plan)
    tracks: list[Track] = []
    found = False
    for track in video.tracks:
        over = [
            frame
            for frame in hole
            if frame in boxes and (key := track.at(times[frame])) is not None and boxes[frame].inside(key.box) > OVER
        ]
        found = found or bool(over)
        parts = _cut(track, times[hole[0]], times[hole[-1]]) if over else [track]
        tracks += parts
    if not found:
        return None
    numbered = tuple(track.model_copy(update={"number": n}) for n, track in enumerate(tracks, 1))
    return plan.model_copy(update={"videos": (video.model_copy(update={"tracks": numbered}),)})


def _times(plan: Plan) -> list[int]:
    """The clips have a constant rate: the time of each frame in ticks."""
    run = plan.videos[0].analysed[0]
    step = (run.last_time - run.first_time) / (run.last_frame - run.first_frame)
    return [round(run.first_time + step * n) for n in range(plan.videos[0].frames)]


def _cut(track: Track, first: int, last: int) -> list[Track]:
    """What of a track lies before and after the hole."""

    def part(start: int, end: int) -> Iterator[Track]:
        if end < start:
            return
        ends = [key for key in (track.at(start), track.at(end)) if key is not None]
        between = [key for key in track.keyframes if start < key.time < end]
        keys: dict[int, Keyframe] = {key.time: key for key in [ends[0], *between, ends[-1]]}
        yield track.model_copy(update={"keyframes": tuple(keys[time] for time in sorted(keys))})

    return [*part(track.start, min(track.end, first - 1)), *part(max(track.start, last + 1), track.end)]


def _hits(proof: Proof, boxes: dict[int, Box], hole: range) -> bool:
    rate = 25
    for suspect in proof.suspects:
        if suspect.box is None or suspect.time is None or suspect.start is None or suspect.end is None:
            continue
        if suspect.end < hole[0] / rate - SLACK or suspect.start > hole[-1] / rate + SLACK:
            continue
        near = min(boxes, key=lambda frame: abs(frame - (suspect.frame or 0)))
        if Box(*suspect.box).overlap(boxes[near]) > 0:
            return True
    return False


def _short(proof: Proof) -> str:
    return "; ".join(f"{s.check} {s.what} {s.start}-{s.end} {s.box} {s.score}" for s in proof.suspects[:4])


def _leaking(folder: Path, names: list[str], kept: Path) -> set[str]:
    """Files in which score.py, which sees pixels only, finds a leak."""
    truth = folder / "dev" / "moving" / "annotations.json"
    with tempfile.TemporaryDirectory() as scratch:
        part = Path(scratch) / "annotations.json"
        videos = [video for video in json.loads(truth.read_text())["videos"] if video["file"] in names]
        part.write_text(json.dumps({"videos": videos}))
        score = [sys.executable, folder / "score.py", "--truth", part, "--original", truth.parent, "--redacted", kept]
        told = subprocess.run([*score, "--worst", "1000000"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^leak \S+ (\S+) frame", told, re.MULTILINE))


def _speed(clip: Path, scratch: Path, rounds: int) -> int:
    program, out = Path(sys.executable).with_name("passerby"), scratch / "out.mp4"
    for round_ in range(1, rounds + 1):
        took, spent = {}, {}
        for name, command in (("redact", ["redact", clip, "-o", out, "--force"]), ("verify", ["verify", out])):
            begun, before = time.monotonic(), _cpu()
            done = subprocess.run([program, *command], check=False, capture_output=True)
            took[name], spent[name] = time.monotonic() - begun, _cpu() - before
            if done.returncode not in (0, 3):
                sys.exit(done.stderr.decode())
        print(
            f"round {round_}: redact {took['redact']:.1f} s, verify {took['verify']:.1f} s, "
            f"verify / redact {took['verify'] / took['redact']:.2f}; processor time: redact {spent['redact']:.1f} s, "
            f"verify {spent['verify']:.1f} s, ratio {spent['verify'] / spent['redact']:.2f}",
            flush=True,
        )
    return 0


def _cpu() -> float:
    """Seconds that all processes started from here have computed for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
