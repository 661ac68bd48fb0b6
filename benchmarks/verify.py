#!/usr/bin/env python3
"""What `passerby verify` finds: masks left out on purpose, and what it says of files without a leak.

    benchmarks/verify.py EVAL [--files 20] [--keep DIR]     EVAL is the evaluation folder (score.py and dev/)
    benchmarks/verify.py EVAL --keep DIR --sum              only put together what parts of a run have left in DIR
    benchmarks/verify.py EVAL --speed CLIP...               time of verify beside that of redact, cold processes

For each clip of dev/moving the longest annotated track is taken that is hidden, and by its own masks: what is under
those of others as well would not show. Its masks are left out of the plan: in all frames, in one second, in three
frames, from the middle of the track; then the clip is rendered and verified with its report alone, without plan or
original. It is found when a suspect overlaps the track's true box at that time (within a quarter of a second). The clip
as it was redacted is verified as well; whether it leaks, score.py says.

With --keep, whatever was rendered stays in DIR and is used again, and what was found is noted there clip by clip
(NAME.found.json), so that a run can be made in parts, side by side.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from passerby import Plan
from passerby.core.box import Box
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.documents.plan import Keyframe, Track
from passerby.documents.verification_report import Proof
from passerby.engine import video as pipeline
from passerby.verify.verify import verify

#: Share of the true box from which a mask lies over it.
OVER = 0.2
#: Share of the true box that no other mask may lie over, so that there is something to be found.
SHOWS = 0.8
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
    parser.add_argument("--sum", action="store_true", help="measure nothing")
    parser.add_argument("--speed", type=Path, nargs="+", metavar="CLIP")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerby-verify-") as scratch:
        if given.speed is not None:
            return _speed(given.speed, Path(scratch), given.rounds)
        kept = given.keep or Path(scratch)
        kept.mkdir(exist_ok=True)
        videos = json.loads((given.eval / "dev" / "moving" / "annotations.json").read_text())["videos"]
        if given.sum:
            return _summed(given.eval, [video["file"] for video in videos], kept)
        if given.threads is not None:
            cv2.setNumThreads(given.threads)
        detectors = Detectors(Registry.load(), given.threads)
        chosen = videos[given.first : given.first + given.files]
        for video in chosen:
            _measured(given.eval / "dev" / "moving" / video["file"], video, kept, detectors, given.threads)
        return _summed(given.eval, [video["file"] for video in chosen], kept)


def _measured(source: Path, video: dict, kept: Path, detectors: Detectors, threads: int | None) -> None:
    """Render one clip as it is, and with each hole; verify all of them; note what was found."""
    released = kept / source.name
    saved = released.with_suffix(".plan.json")
    if not saved.exists():
        report = pipeline.redact(source, released, save_plan=saved, force=True, verify=False, threads=threads)
        released.with_suffix(".report.json").write_text(report.to_json())
    proof = verify(released, detectors=detectors)
    print(f"{source.name}  as redacted: {len(proof.suspects)} suspects {_short(proof)}", flush=True)
    found: dict[str, Any] = {"clean": not proof.suspects, "suspects": _short(proof), "holes": {}}
    plan = Plan.load(saved)
    for number, (name, boxes, hole, spoilt) in enumerate(holed(plan, video)):
        out = kept / f"{source.stem}.hole{number}.mp4"
        if not out.exists():
            report = pipeline.redact(source, out, plan=spoilt, verify=False)
            out.with_suffix(".report.json").write_text(report.to_json())
        proof = verify(out, detectors=detectors)
        found["holes"][name] = hits(proof, boxes, hole)
        print(f"{source.name}  {name}: {'found' if found['holes'][name] else 'MISSED'} {_short(proof)}", flush=True)
    released.with_suffix(".found.json").write_text(json.dumps(found, indent=1))


def _summed(folder: Path, names: Sequence[str], kept: Path) -> int:
    noted = {n: json.loads(p.read_text()) for n in names if (p := (kept / n).with_suffix(".found.json")).exists()}
    leaking = _leaking(folder, list(noted), kept)
    free = [name for name in noted if name not in leaking]
    print(f"\n{len(noted)} files")
    for hole in HOLES:
        tried = {name: one["holes"][hole] for name, one in noted.items() if hole in one["holes"]}
        missed = [name for name, hit in tried.items() if not hit]
        print(f"{hole}: {sum(tried.values())} of {len(tried)} found (not in {', '.join(missed) or 'none'})")
    flagged = [name for name in free if not noted[name]["clean"]]
    print(f"free of leaks by score.py: {len(free)}, of these flagged: {len(flagged)} ({', '.join(flagged)})")
    print(f"leaking by score.py: {len(leaking)}, of these flagged: {sum(not noted[name]['clean'] for name in leaking)}")
    return 0


def holed(plan: Plan, video: dict) -> list[tuple[str, dict[int, Box], range, Plan]]:
    """(name, true boxes by frame, frames that are left out, the plan without them) for each hole, in the track that is
    longest in view of those that show in every hole; where there is none, of the one that shows in most of them."""
    best: list[tuple[str, dict[int, Box], range, Plan]] = []
    for boxes in _tracks(video):
        made = []
        for name, length in HOLES.items():
            hole = middle(sorted(boxes), length)
            spoilt = _spoilt(plan, boxes, hole)
            if spoilt is not None and _shows(spoilt, boxes, hole) >= SHOWS:
                made.append((name, boxes, hole, spoilt))
        if len(made) > len(best):
            best = made
        if len(best) == len(HOLES):
            break
    return best


def _shows(plan: Plan, boxes: dict[int, Box], hole: range) -> float:
    """How much of the true box, and of its upper half, where eyes are, no mask lies over: the smaller of the two, by
    the median over the frames of the hole, 0 to 1. In a crowd others' masks hide a face as well."""
    times = _times(plan)
    shares = []
    for frame in (frame for frame in hole if frame in boxes):
        x1, y1, x2, y2 = boxes[frame]
        here = [key.box for track in plan.videos[0].tracks if (key := track.at(times[frame])) is not None]
        x, y = np.meshgrid(np.linspace(x1, x2, 12), np.linspace(y1, y2, 12))
        free = np.ones_like(x, bool)
        for m in here:
            free &= ~((m.x1 <= x) & (x <= m.x2) & (m.y1 <= y) & (y <= m.y2))
        shares.append(float(min(free.mean(), free[:6].mean())))
    return float(np.median(shares))


def _tracks(video: dict) -> list[dict[int, Box]]:
    """The true boxes, by frame, of each track, those first that are in view for longest."""
    tracks: dict[tuple[str, int], dict[int, Box]] = {}
    for frame in video["frames"]:
        for box in frame["boxes"]:
            b = Box(*box["xyxy"])
            if _counted(box) and b.side >= 12:
                tracks.setdefault((box["kind"], box["track"]), {})[frame["index"]] = b
    return sorted(tracks.values(), key=len, reverse=True)


def _counted(box: dict) -> bool:
    """As score.py has it: what its annotator could make out."""
    invisible = box.get("ignore") or box.get("invalid") or box.get("blur", 0) >= 2
    return box["kind"] in ("face", "plate") and not invisible


def middle(frames: list[int], length: int | None) -> range:
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
            if frame in boxes and (key := track.at(times[frame])) is not None and boxes[frame].containment(key.box) > OVER
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


def hits(proof: Proof, boxes: dict[int, Box], hole: range) -> bool:
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


def _speed(clips: Sequence[Path], scratch: Path, rounds: int) -> int:
    program, out = Path(sys.executable).with_name("passerby"), scratch / "out.mp4"
    for clip in clips:
        clock, processor = [], []
        for round_ in range(1, rounds + 1):
            took, spent = {}, {}
            for name, command in (("redact", ["redact", clip, "-o", out, "--force"]), ("verify", ["verify", out])):
                begun, before = time.monotonic(), _cpu()
                done = subprocess.run([program, *command], check=False, capture_output=True)
                took[name], spent[name] = time.monotonic() - begun, _cpu() - before
                if done.returncode not in (0, 3):
                    sys.exit(done.stderr.decode())
            clock.append(took["verify"] / took["redact"])
            processor.append(spent["verify"] / spent["redact"])
            print(
                f"{clip.name} round {round_}: redact {took['redact']:.1f} s, verify {took['verify']:.1f} s, "
                f"verify / redact {clock[-1]:.2f}; processor time: redact {spent['redact']:.1f} s, "
                f"verify {spent['verify']:.1f} s, ratio {processor[-1]:.2f}",
                flush=True,
            )
        print(
            f"{clip.name}: median of verify / redact {statistics.median(clock):.2f}, "
            f"of processor time {statistics.median(processor):.2f}",
            flush=True,
        )
    return 0


def _cpu() -> float:
    """Seconds that all processes started from here have computed for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
