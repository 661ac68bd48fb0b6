"""Capacity model: 10,000 hours of video on 100 machines, calculated from measurements on one. Run time, storage
traffic, losses to slow and lost machines, segment overlaps, joins and stragglers, and the price.

benchmarks/capacity_model.py [--hours 10000] [--machines 100] [--cores 16] [--mean 20] [--longest 240] [--span 30]
                    [--overlap 10] [--megabits 5] [--link 10] [--slow 0.05] [--lost 0.001] [--price 0.04] [--seed 1]
                    [--whole] [--json]

Measured (benchmarks/cluster.py, in benchmarks/results/cluster.json and film.json): the speed of one processor, how much
of it remains when several work, the shares of a video's steps, and the cost of a join.
Assumptions, and set by the options: video lengths (log-normal, with that `mean` and at most `longest`, in minutes),
`megabits` per second of video, each machine's `link` to the storage in Gbit/s, the share of machines that are `slow`
(half as fast), the probability that a machine is `lost` in an hour (permanently, with its current tasks), and the
`price` of a processor hour. The longest videos come first; one of at least two spans (`span` minutes each, overlapping
by `overlap` seconds) is distributed, and its steps come before other videos, as passerby submits them to Ray. Each step
reads the whole video. With `--whole` no video is distributed.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import sys
from collections import defaultdict, deque
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
#: Spread of video lengths: the standard deviation of their logarithm.
LENGTH_SIGMA = 0.8


@dataclass(frozen=True, slots=True)
class Assumptions:
    hours: float = 10_000
    machines: int = 100
    cores: int = 16
    mean: float = 20
    longest: float = 240
    span: float = 30
    overlap: float = 10
    megabits: float = 5
    link: float = 10
    slow: float = 0.05
    lost: float = 0.001
    price: float = 0.04
    seed: int = 1
    whole: bool = False


@dataclass(frozen=True, slots=True)
class MeasuredSpeed:
    """Measured. `whole` is in hours of video per hour of one processor among other busy ones; `analyse` is the share of
    that work, the rest is rendering; `join` is in processor hours per hour of video."""

    whole: float
    analyse: float = 0.5
    join: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """One task of one video: processor hours, and hours of video that are read from storage."""

    video: int
    step: str
    work: float
    read: float


class Video:
    """The tasks of one video, one set after the other."""

    def __init__(self, number: int, length: float, assumptions: Assumptions, speed: MeasuredSpeed) -> None:
        self.length = length
        spans = 1 if assumptions.whole else max(1, int(length / (assumptions.span / 60)))
        if spans == 1:
            self.steps = [[Task(number, "whole", length / speed.whole, length)]]
        else:
            each, overlap = length / spans, assumptions.overlap / 3600
            analyse, render = speed.analyse / speed.whole, (1 - speed.analyse) / speed.whole
            self.steps = [
                [Task(number, "split", 0.0, length)],
                [Task(number, "analyse", (each + overlap) * analyse, length)] * spans,
                [Task(number, "render", each * render, length)] * spans,
                [Task(number, "join", length * speed.join, 2 * length)],  # the video for its sound, and the pieces
            ]
        self.pending = len(self.steps[0])

    def next_tasks(self) -> list[Task]:
        """The tasks that may start now that one is done."""
        self.pending -= 1
        if self.pending:
            return []
        self.steps.pop(0)
        if not self.steps:
            return []
        self.pending = len(self.steps[0])
        return list(self.steps[0])


def lengths(assumptions: Assumptions, rng: random.Random) -> list[float]:
    """Hours of each video, the longest first."""
    videos: list[float] = []
    total, middle = 0.0, math.log(assumptions.mean / 60) - LENGTH_SIGMA**2 / 2
    while total < assumptions.hours:
        video = min(assumptions.hours - total, assumptions.longest / 60, rng.lognormvariate(middle, LENGTH_SIGMA))
        videos.append(video)
        total += video
    return sorted(videos, reverse=True)


def simulate(assumptions: Assumptions, speed: MeasuredSpeed) -> dict[str, float]:
    """The totals of the simulated run."""
    rng = random.Random(assumptions.seed)
    videos = [Video(n, length, assumptions, speed) for n, length in enumerate(lengths(assumptions, rng))]
    speed_factor = [0.5 if rng.random() < assumptions.slow else 1.0 for _ in range(assumptions.machines)]
    lost_at = [rng.expovariate(assumptions.lost) if assumptions.lost else math.inf for _ in range(assumptions.machines)]
    waiting = deque(task for video in videos for task in video.steps[0])
    free = deque(machine for _ in range(assumptions.cores) for machine in range(assumptions.machines))
    #: (end, number, machine, whether the machine is lost then, task, start)
    events: list[tuple[float, int, int, bool, Task, float]] = []
    #: Hours to download an hour of video when all processors of a machine download at once.
    download = assumptions.megabits / (assumptions.link * 1000 / assumptions.cores)
    now = busy = wasted = read = downloading = 0.0
    restarted = started = 0
    hours_by_step: dict[str, float] = defaultdict(float)
    while waiting or events:
        while waiting and free:
            machine = free.popleft()
            if now >= lost_at[machine]:
                continue
            task = waiting.popleft()
            duration = task.work / speed_factor[machine] + task.read * download
            read += task.read
            started += 1
            lost = now + duration > lost_at[machine]
            heapq.heappush(events, (min(now + duration, lost_at[machine]), started, machine, lost, task, now))
        if not events:
            raise SystemExit("Every machine was lost. Assume fewer losses with --lost.")
        now, _, machine, lost, task, began = heapq.heappop(events)
        if lost:
            wasted += now - began
            restarted += 1
            waiting.appendleft(task)
            continue
        busy += now - began
        downloading += task.read * download
        hours_by_step[task.step] += now - began
        waiting.extendleft(videos[task.video].next_tasks())
        free.append(machine)
    cores = assumptions.machines * assumptions.cores
    ideal = assumptions.hours / (speed.whole * cores)
    gigabytes = assumptions.megabits * 3600 / 8 / 1000
    return {
        "videos": len(videos),
        "longest_hours": round(videos[0].length, 2),
        "ideal_hours": round(ideal, 2),
        "finish_hours": round(now, 2),
        "share_of_ideal": round(ideal / now, 3),
        "share_busy": round(busy / (now * cores), 3),
        "tasks": started,
        "tasks_restarted": restarted,
        "core_hours_wasted": round(wasted, 1),
        "download_share": round(downloading / busy, 4),
        "join_share": round(hours_by_step["join"] / busy, 4),
        "read_terabytes": round(read * gigabytes / 1000, 2),
        "read_gigabytes_per_second": round(read * gigabytes / (now * 3600), 2),
        "read_megabytes_per_second_each": round(read * gigabytes * 1000 / (now * 3600) / assumptions.machines, 1),
        "price_per_hour_of_video": round(now * cores * assumptions.price / assumptions.hours, 3),
        "price": round(now * cores * assumptions.price),
    }


def measured() -> tuple[MeasuredSpeed, dict[str, object]]:
    """The measured speeds, and their inputs."""
    cluster, video = (json.loads((RESULTS / name).read_text()) for name in ("cluster.json", "film.json"))
    alone = cluster["files"] * cluster["clip_seconds"] / cluster["plain_seconds"]
    largest = max(cluster["runs"], key=lambda run: run["workers"])
    steps = video["steps"]
    speed = MeasuredSpeed(
        whole=alone * largest["share_without_start"],
        analyse=steps["analyse"] / (steps["analyse"] + steps["render"]),
        join=steps["join"],
    )
    inputs = {name: round(value, 4) for name, value in asdict(speed).items()}
    return speed, {"alone": round(alone, 4), "height": cluster["height"], **inputs}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in asdict(Assumptions()).items():
        kind = {"action": "store_true"} if name == "whole" else {"type": type(default), "default": default}
        parser.add_argument(f"--{name}", **kind)
    parser.add_argument("--json", action="store_true")
    options = vars(parser.parse_args())
    as_json = options.pop("json")
    speed, inputs = measured()
    result = simulate(Assumptions(**options), speed)
    print(json.dumps({"assumptions": options, "measured": inputs, "results": result}, indent=None if as_json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
