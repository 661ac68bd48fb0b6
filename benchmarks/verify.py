#!/usr/bin/env python3
"""The detection rate of `passerby verify` for masks removed on purpose, and its findings on files without a leak.

    benchmarks/verify.py EVAL [--files 20] [--keep DIR]     EVAL is the evaluation folder (score.py and dev/)
    benchmarks/verify.py EVAL --keep DIR --sum              only summarise the results of partial runs in DIR
    benchmarks/verify.py EVAL --speed CLIP...               time of verify compared with redact, cold processes

For each clip of dev/moving the longest annotated track is taken that is hidden by its own masks (a box under other
masks as well would not show). Its masks are removed from the plan: in all frames, in one second, in three frames, from
the middle of the track; then the clip is rendered and verified with its report alone, without plan or original. It
counts as found when a finding overlaps the track's annotated box at that time (within a quarter of a second). The clip
as redacted is verified as well; score.py says whether it leaks.

With --keep, rendered clips stay in DIR and are reused, and the results are saved there per clip (NAME.found.json), so
that a run can be split into parts that run in parallel.
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
from passerby.documents.verification_report import VerificationReport
from passerby.engine.api import redact
from passerby.verify.verify import verify

#: Share of the annotated box from which a mask covers it.
MIN_OVERLAP = 0.2
#: Share of the annotated box that other masks must leave visible, so that there is something to find.
MIN_VISIBLE = 0.8
#: Seconds by which a finding may miss the dropout.
TOLERANCE_S = 0.25
#: Number of frames without masks, None for all.
DROPOUTS = {"whole track": None, "one second": 25, "three frames": 3}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="number of the first clip")
    parser.add_argument("--keep", type=Path, help="keep the redacted files here, and reuse existing ones")
    parser.add_argument("--threads", type=int, help="for inference; 1 is fastest on a machine with other load")
    parser.add_argument("--sum", action="store_true", help="measure nothing")
    parser.add_argument("--speed", type=Path, nargs="+", metavar="CLIP")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerby-verify-") as scratch:
        if options.speed is not None:
            return _speed(options.speed, Path(scratch), options.rounds)
        folder_kept = options.keep or Path(scratch)
        folder_kept.mkdir(exist_ok=True)
        videos = json.loads((options.eval / "dev" / "moving" / "annotations.json").read_text())["videos"]
        if options.sum:
            return _summarise(options.eval, [video["file"] for video in videos], folder_kept)
        if options.threads is not None:
            cv2.setNumThreads(options.threads)
        detectors = Detectors(Registry.load(), options.threads)
        chosen = videos[options.first : options.first + options.files]
        for video in chosen:
            _measure(options.eval / "dev" / "moving" / video["file"], video, folder_kept, detectors, options.threads)
        return _summarise(options.eval, [video["file"] for video in chosen], folder_kept)


def _measure(source: Path, video: dict[str, Any], folder_kept: Path, detectors: Detectors, threads: int | None) -> None:
    """Render one clip as it is, and with each dropout; verify all of them; save the results."""
    released = folder_kept / source.name
    saved = released.with_suffix(".plan.json")
    if not saved.exists():
        report = redact(source, released, save_plan=saved, force=True, verify=False, threads=threads)
        released.with_suffix(".report.json").write_text(report.to_json())
    checked = verify(released, detectors=detectors)
    print(f"{source.name}  as redacted: {len(checked.findings)} findings {_short(checked)}", flush=True)
    found: dict[str, Any] = {"clean": not checked.findings, "findings": _short(checked), "dropouts": {}}
    plan = Plan.load(saved)
    for number, (name, boxes, dropout, damaged_plan) in enumerate(with_dropouts(plan, video)):
        out = folder_kept / f"{source.stem}.dropout{number}.mp4"
        if not out.exists():
            report = redact(source, out, plan=damaged_plan, verify=False)
            out.with_suffix(".report.json").write_text(report.to_json())
        checked = verify(out, detectors=detectors)
        found["dropouts"][name] = hits(checked, boxes, dropout)
        outcome = "found" if found["dropouts"][name] else "MISSED"
        print(f"{source.name}  {name}: {outcome} {_short(checked)}", flush=True)
    released.with_suffix(".found.json").write_text(json.dumps(found, indent=1))


def _summarise(folder: Path, names: Sequence[str], folder_kept: Path) -> int:
    results = {
        n: json.loads(p.read_text()) for n in names if (p := (folder_kept / n).with_suffix(".found.json")).exists()
    }
    leaking = _leaking(folder, list(results), folder_kept)
    free = [name for name in results if name not in leaking]
    print(f"\n{len(results)} files")
    for dropout in DROPOUTS:
        tried = {name: one["dropouts"][dropout] for name, one in results.items() if dropout in one["dropouts"]}
        missed = [name for name, hit in tried.items() if not hit]
        print(f"{dropout}: {sum(tried.values())} of {len(tried)} found (not in {', '.join(missed) or 'none'})")
    flagged = [name for name in free if not results[name]["clean"]]
    print(f"without leaks by score.py: {len(free)}, of these flagged: {len(flagged)} ({', '.join(flagged)})")
    print(
        f"leaking by score.py: {len(leaking)}, of these flagged: {sum(not results[name]['clean'] for name in leaking)}"
    )
    return 0


def with_dropouts(plan: Plan, video: dict[str, Any]) -> list[tuple[str, dict[int, Box], range, Plan]]:
    """(name, true boxes by frame, frames that are left out, the plan without them) for each dropout, in the track that
    is longest in view of those that show in every dropout; where there is none, of the one that shows in most of
    them."""
    best: list[tuple[str, dict[int, Box], range, Plan]] = []
    for boxes in _tracks(video):
        made = []
        for name, length in DROPOUTS.items():
            dropout = middle(sorted(boxes), length)
            damaged_plan = _spoilt(plan, boxes, dropout)
            if damaged_plan is not None and _shows(damaged_plan, boxes, dropout) >= MIN_VISIBLE:
                made.append((name, boxes, dropout, damaged_plan))
        if len(made) > len(best):
            best = made
        if len(best) == len(DROPOUTS):
            break
    return best


def _shows(plan: Plan, boxes: dict[int, Box], dropout: range) -> float:
    """How much of the true box, and of its upper half, where the eyes are, no mask lies over: the smaller of the two,
    by the median over the frames of the dropout, 0 to 1. In a crowd others' masks hide a face as well."""
    times = _times(plan)
    shares = []
    for frame in (frame for frame in dropout if frame in boxes):
        x1, y1, x2, y2 = boxes[frame]
        here = [key.box for track in plan.videos[0].tracks if (key := track.masked_at(times[frame])) is not None]
        x, y = np.meshgrid(np.linspace(x1, x2, 12), np.linspace(y1, y2, 12))
        free = np.ones_like(x, bool)
        for m in here:
            free &= ~((m.x1 <= x) & (x <= m.x2) & (m.y1 <= y) & (y <= m.y2))
        shares.append(float(min(free.mean(), free[:6].mean())))
    return float(np.median(shares))


def _tracks(video: dict[str, Any]) -> list[dict[int, Box]]:
    """The true boxes, by frame, of each track, those first that are in view for longest."""
    tracks: dict[tuple[str, int], dict[int, Box]] = {}
    for frame in video["frames"]:
        for box in frame["boxes"]:
            b = Box(*box["xyxy"])
            if _counted(box) and b.shorter_side >= 12:
                tracks.setdefault((box["kind"], box["track"]), {})[frame["index"]] = b
    return sorted(tracks.values(), key=len, reverse=True)


def _counted(box: dict[str, Any]) -> bool:
    """As score.py has it: what its annotator could make out."""
    invisible = box.get("ignore") or box.get("invalid") or box.get("blur", 0) >= 2
    return box["kind"] in ("face", "plate") and not invisible


def middle(frames: list[int], length: int | None) -> range:
    if length is None:
        return range(frames[0], frames[-1] + 1)
    middle = frames[len(frames) // 2]
    return range(max(frames[0], middle - length // 2), min(frames[-1], middle - length // 2 + length - 1) + 1)


def _spoilt(plan: Plan, boxes: dict[int, Box], dropout: range) -> Plan | None:
    """The plan without the masks that lie over the boxes while the dropout lasts; None when there is none."""
    (video,) = plan.videos
    times = _times(plan)
    tracks: list[Track] = []
    found = False
    for track in video.tracks:
        over = [
            frame
            for frame in dropout
            if frame in boxes
            and (key := track.masked_at(times[frame])) is not None
            and boxes[frame].containment(key.box) > MIN_OVERLAP
        ]
        found = found or bool(over)
        parts = _cut(track, times[dropout[0]], times[dropout[-1]]) if over else [track]
        tracks += parts
    if not found:
        return None
    numbered = tuple(track.model_copy(update={"number": n}) for n, track in enumerate(tracks, 1))
    return plan.model_copy(update={"videos": (video.model_copy(update={"tracks": numbered}),)})


def _times(plan: Plan) -> list[int]:
    """The time of each frame in ticks: the clips have a constant rate."""
    run = plan.videos[0].analysed[0]
    step = (run.last_time - run.first_time) / (run.last_frame - run.first_frame)
    return [round(run.first_time + step * n) for n in range(plan.videos[0].frames)]


def _cut(track: Track, first: int, last: int) -> list[Track]:
    """The parts of a track before and after the dropout."""

    def part(start: int, end: int) -> Iterator[Track]:
        if end < start:
            return
        ends = [key for key in (track.masked_at(start), track.masked_at(end)) if key is not None]
        between = [key for key in track.keyframes if start < key.time < end]
        keys: dict[int, Keyframe] = {key.time: key for key in [ends[0], *between, ends[-1]]}
        yield track.model_copy(update={"keyframes": tuple(keys[time] for time in sorted(keys))})

    return [*part(track.start, min(track.end, first - 1)), *part(max(track.start, last + 1), track.end)]


def hits(report: VerificationReport, boxes: dict[int, Box], dropout: range) -> bool:
    rate = 25
    for suspect in report.findings:
        if suspect.box is None or suspect.time is None or suspect.start is None or suspect.end is None:
            continue
        if suspect.end < dropout[0] / rate - TOLERANCE_S or suspect.start > dropout[-1] / rate + TOLERANCE_S:
            continue
        near = min(boxes, key=lambda frame: abs(frame - (suspect.frame or 0)))
        if Box(*suspect.box).intersection(boxes[near]) > 0:
            return True
    return False


def _short(report: VerificationReport) -> str:
    return "; ".join(f"{s.check} {s.description} {s.start}-{s.end} {s.box} {s.score}" for s in report.findings[:4])


def _leaking(folder: Path, names: list[str], folder_kept: Path) -> set[str]:
    """Files in which score.py, which compares pixels only, finds a leak."""
    annotations = folder / "dev" / "moving" / "annotations.json"
    with tempfile.TemporaryDirectory() as scratch:
        part = Path(scratch) / "annotations.json"
        videos = [video for video in json.loads(annotations.read_text())["videos"] if video["file"] in names]
        part.write_text(json.dumps({"videos": videos}))
        score = [sys.executable, folder / "score.py", "--truth", part, "--worst", "1000000"]
        files = ["--original", annotations.parent, "--redacted", folder_kept]
        output = subprocess.run([*map(str, score + files)], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^leak \S+ (\S+) frame", output, re.MULTILINE))


def _speed(clips: Sequence[Path], scratch: Path, rounds: int) -> int:
    program, out = Path(sys.executable).with_name("passerby"), scratch / "out.mp4"
    for clip in clips:
        clock, processor = [], []
        for round_ in range(1, rounds + 1):
            elapsed, cpu_used = {}, {}
            commands = {"redact": ["redact", str(clip), "-o", str(out), "--force"], "verify": ["verify", str(out)]}
            for name, command in commands.items():
                started, before = time.monotonic(), _cpu()
                done = subprocess.run([program, *command], check=False, capture_output=True)
                elapsed[name], cpu_used[name] = time.monotonic() - started, _cpu() - before
                if done.returncode not in (0, 3):
                    sys.exit(done.stderr.decode())
            clock.append(elapsed["verify"] / elapsed["redact"])
            processor.append(cpu_used["verify"] / cpu_used["redact"])
            print(
                f"{clip.name} round {round_}: redact {elapsed['redact']:.1f} s, verify {elapsed['verify']:.1f} s, "
                f"verify / redact {clock[-1]:.2f}; processor time: redact {cpu_used['redact']:.1f} s, "
                f"verify {cpu_used['verify']:.1f} s, ratio {processor[-1]:.2f}",
                flush=True,
            )
        print(
            f"{clip.name}: median of verify / redact {statistics.median(clock):.2f}, "
            f"of processor time {statistics.median(processor):.2f}",
            flush=True,
        )
    return 0


def _cpu() -> float:
    """Processor seconds of all child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
