#!/usr/bin/env python3
"""Do the self-check and `passerby verify` notice what leaks? Films with and without leaks, made on purpose.

    benchmarks/leak_check.py EVAL SET... [--work DIR] [--first N] [--clips N] [--no-verify] [--sum]

EVAL is the evaluation folder (score.py); a SET is a folder with videos and annotations.json: its dev/moving and
dev/real, and scenes in layers that its make_layers.py makes with a seed of your own. Of each clip these are made:

    balanced, fast    as `passerby redact` does with that profile
    dropped           without the masks over one of the annotated objects, chosen by the clip's name
    late, early       without the masks over it in the first, in the last 0.4 s in which it is in view

score.py, which compares pixels, says which of them leak, whom and when. Printed are, of the self-check (exit code 3),
of verify, and of both together: how many of the leaking films are flagged within half a second of a leak
(sensitivity; and how many at any time), and how many of the others (false alarms). With --work, films and results
are kept in DIR, so that a run can be split (--first, --clips) and summarised at the end (--sum).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passerby import Plan, redact
from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.progress import NullProgress
from passerby.detect.factory import ModelDetectorFactory
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.documents.plan import Track
from passerby.source.video.file import VideoFile
from passerby.verify.self_check import check_video
from passerby.verify.verify import verify

#: How much of an object's time is left open, and how far a finding may be off, in seconds.
CUT_S, TOLERANCE_S = 0.4, 0.5
#: Share of an annotated box from which a mask covers it, and frames in which an object must be masked to be chosen.
MIN_OVERLAP, MIN_FRAMES = 0.2, 10
#: Shorter side in px from which score.py counts a box.
MIN_SIDE = 12


@dataclass(frozen=True)
class Clip:
    """One annotated clip: its folder, its annotations, and the presentation time of each frame in ticks."""

    folder: Path
    truth: dict[str, Any]
    times: list[int]
    seconds: list[float]

    @property
    def name(self) -> str:
        return f"{self.folder.name}-{Path(self.truth['file']).stem}"

    @property
    def source(self) -> Path:
        return self.folder / str(self.truth["file"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, help="keep films and results here, and use those that are there")
    parser.add_argument("--first", type=int, default=0, help="number of the first clip of each set")
    parser.add_argument("--clips", type=int, default=1000, help="clips of each set, at most")
    parser.add_argument("--no-verify", action="store_true", help="the self-check alone")
    parser.add_argument("--sum", action="store_true", help="only summarise the results in --work")
    parser.add_argument("--results", default="results", help="folder in --work: another one for another version")
    parser.add_argument("--threads", type=int, help="for inference")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerby-leaks-") as scratch:
        work = options.work or Path(scratch)
        results, score = work / options.results, options.eval / "score.py"
        results.mkdir(parents=True, exist_ok=True)
        if not options.sum:
            detectors = None if options.no_verify else Detectors(Registry.load(), options.threads)
            for folder in options.sets:
                for clip in clips_of(folder.resolve(), options.first, options.clips):
                    for result in measure(clip, work, results, score, detectors, options.threads):
                        print(f"{result['variant']:9} {result['film']}: {outcome(result)}", flush=True)
        return summarise(results)


def clips_of(folder: Path, first: int, count: int) -> Iterator[Clip]:
    videos = json.loads((folder / "annotations.json").read_text())["videos"]
    for video in videos[first : first + count]:
        with VideoFile.open(folder / video["file"]) as file:
            times = [frame.time for frame in file.frames()]
            base = file.info.videos[0].time_base
        yield Clip(folder, video, times, [float(time * base) for time in times])


def measure(
    clip: Clip, work: Path, results: Path, score: Path, detectors: Detectors | None, threads: int | None
) -> Iterator[dict[str, Any]]:
    """Make each film of a clip, if it is not there yet, check it, and save what was found."""
    balanced: Plan | None = None
    for variant in ("balanced", "dropped", "late", "early", "fast"):
        out = work / variant / f"{clip.name}.mp4"
        out.parent.mkdir(parents=True, exist_ok=True)
        saved = out.with_suffix(".plan.json")
        settings = Settings(profile=Profile.FAST if variant == "fast" else Profile.BALANCED)
        if not saved.exists() and balanced is not None and variant != "fast":
            plan = spoiled(balanced, clip, variant)
            if plan is None:
                continue
            saved.write_text(plan.to_json())
        if not out.with_suffix(".leaks.json").exists():
            plan = Plan.load(saved) if saved.exists() else None
            made = redact(
                clip.source,
                out,
                settings,
                plan=plan,
                save_plan=None if plan else saved,
                force=True,
                verify=False,
                threads=threads,
            )
            out.with_suffix(".report.json").write_text(made.to_json())
            out.with_suffix(".leaks.json").write_text(json.dumps(leaks(clip, out, score)))
        plan = Plan.load(saved)
        if variant == "balanced":
            balanced = plan
        result: dict[str, Any] = {"film": out.stem, "variant": variant}
        result["leaks"] = json.loads(out.with_suffix(".leaks.json").read_text())
        factory = ModelDetectorFactory(Registry.load(), threads)
        check = check_video(out, out, plan, [clip.times], settings, factory, NullProgress(), threads or 0)
        result["check"] = [[f.time, f.time, f.description, f.box, f.score] for f in check.findings]
        if detectors is not None:
            found = [f for f in verify(out, detectors=detectors).findings if f.start is not None]
            result["verify"] = [[f.start, f.end, f.description, f.box, f.score] for f in found]
        (results / f"{variant}-{out.stem}.json").write_text(json.dumps(result))
        yield result


def spoiled(plan: Plan, clip: Clip, variant: str) -> Plan | None:
    """The plan without the masks over one object, always or at its begin or end; None where no object is masked for
    long enough."""
    objects: dict[tuple[str, object], dict[int, Box]] = {}
    for frame in clip.truth["frames"]:
        for box in frame["boxes"]:
            b = Box(*box["xyxy"])
            counted = box["kind"] in ("face", "plate") and not (box.get("ignore") or box.get("invalid"))
            if counted and b.shorter_side >= MIN_SIDE and frame["index"] < len(clip.times):
                objects.setdefault((box["kind"], box.get("track")), {})[frame["index"]] = b
    masked = {key: boxes for key, boxes in objects.items() if _masked_frames(plan, clip, boxes) >= MIN_FRAMES}
    if not masked:
        return None
    boxes = masked[random.Random(clip.name).choice(sorted(masked, key=str))]
    first, last = min(boxes), max(boxes)
    frames = round(CUT_S * (len(clip.seconds) - 1) / max(1e-6, clip.seconds[-1] - clip.seconds[0]))
    span = {"dropped": (0, len(clip.times)), "late": (0, first + frames), "early": (last - frames + 1, len(clip.times))}
    low, high = span[variant]
    (video,) = plan.videos
    tracks: list[Track] = []
    for track in video.tracks:
        over = any(
            low <= n < high
            and (key := track.masked_at(clip.times[n])) is not None
            and box.containment(key.box) > MIN_OVERLAP
            for n, box in boxes.items()
        )
        tracks += _without(track, clip.times[low:high]) if over else [track]
    numbered = tuple(track.model_copy(update={"number": n}) for n, track in enumerate(tracks, 1))
    return plan.model_copy(update={"videos": (video.model_copy(update={"tracks": numbered}),)})


def _masked_frames(plan: Plan, clip: Clip, boxes: dict[int, Box]) -> int:
    return sum(
        any(
            (key := track.masked_at(clip.times[n])) is not None and box.containment(key.box) > 0.6
            for track in plan.videos[0].tracks
        )
        for n, box in boxes.items()
    )


def _without(track: Track, times: Sequence[int]) -> Iterable[Track]:
    """The parts of a track before and after these frames."""
    for start, end in ((track.start, min(track.end, times[0] - 1)), (max(track.start, times[-1] + 1), track.end)):
        if start <= end:
            ends = [track.interpolate(start), *(k for k in track.keyframes if start < k.time < end)]
            keys = {key.time: key for key in [*ends, track.interpolate(end)] if key is not None}
            yield track.model_copy(update={"keyframes": tuple(keys[time] for time in sorted(keys))})


def leaks(clip: Clip, released: Path, score: Path) -> list[float]:
    """The times, in seconds, at which score.py finds a leak."""
    with tempfile.TemporaryDirectory() as scratch:
        truth = Path(scratch) / "annotations.json"
        truth.write_text(json.dumps({"videos": [clip.truth]}))
        place = Path(scratch) / "out" / clip.truth["file"]
        place.parent.mkdir(parents=True)
        place.symlink_to(released.resolve())
        arguments = ["--truth", truth, "--original", clip.folder, "--redacted", Path(scratch) / "out"]
        command = [sys.executable, str(score), *map(str, arguments), "--worst", "1000000"]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    frames = {int(number) for number in re.findall(r"^leak \S+ \S+ frame (\d+)", lines, re.MULTILINE)}
    return sorted(clip.seconds[n] for n in frames)


def summarise(folder: Path) -> int:
    results = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    for variants in (["balanced", "fast"], ["dropped"], ["late"], ["early"], None):
        chosen = [r for r in results if variants is None or r["variant"] in variants]
        leaking, clean = [r for r in chosen if r["leaks"]], [r for r in chosen if not r["leaks"]]
        print(f"\n{' and '.join(variants) if variants else 'all films'}: {len(leaking)} leak, {len(clean)} do not")
        for name, checks in (("self-check", ["check"]), ("verify", ["verify"]), ("both", ["check", "verify"])):
            at_time = sum(_hits(r, checks) for r in leaking)
            at_all = sum(_flagged(r, checks) for r in leaking)
            alarms = sum(_flagged(r, checks) for r in clean)
            print(
                f"  {name:10}  at the right time {at_time} of {len(leaking)} ({at_time / max(1, len(leaking)):.0%}), "
                f"at any time {at_all}; false alarms {alarms} of {len(clean)} ({alarms / max(1, len(clean)):.0%})"
            )
    return 0


def outcome(result: dict[str, Any]) -> str:
    """One line about one film."""
    lines = [f"leaks in {len(result['leaks'])} frames" if result["leaks"] else "no leak"]
    for check in ("check", "verify"):
        if check in result:
            at_time = ", at the right time" if result["leaks"] and _hits(result, [check]) else ""
            lines.append(f"{check} has {len(result[check])} findings{at_time}")
    return "; ".join(lines)


def _flagged(result: dict[str, Any], checks: Sequence[str]) -> bool:
    return any(result.get(check) for check in checks)


def _hits(result: dict[str, Any], checks: Sequence[str]) -> bool:
    return any(
        start - TOLERANCE_S <= time <= end + TOLERANCE_S
        for check in checks
        for start, end, *_ in result.get(check, ())
        for time in result["leaks"]
    )


if __name__ == "__main__":
    sys.exit(main())
