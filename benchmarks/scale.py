"""10,000 hours of video on 100 machines, calculated from what was measured on one: when it ends, what the storage must
give, what is lost to slow machines, lost machines, seams, joins and the last films, and what it costs.

benchmarks/scale.py [--hours 10000] [--machines 100] [--cores 16] [--mean 20] [--longest 240] [--span 30]
                    [--beside 10] [--megabits 5] [--link 10] [--slow 0.05] [--lost 0.001] [--price 0.04] [--seed 1]
                    [--whole] [--json]

Measured (benchmarks/cluster.py, in benchmarks/results/cluster.json and film.json): how fast one processor is, how
much of that is left when more than one works, how the work on a film is shared out over its steps, and what a join
takes.
Assumed, and to be changed by the options: lengths of films (log-normal, with that `mean` and never beyond `longest`,
in minutes), `megabits` a second of video, each machine's `link` to the storage in Gbit/s, the share of machines that
are `slow` (half as fast), the chance that a machine is `lost` in an hour (for good, with what it was doing), and the
`price` of a processor for an hour. Films are taken the longest first; one of at least two spans (`span`
minutes each, followed on for `beside` seconds) is done in spans, whose steps come before other films, as passerby
asks Ray for it. Each step reads the whole film. With `--whole` no film is cut.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import sys
from collections import Counter, deque
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
#: How far lengths of films differ: the deviation of their logarithm.
SPREAD = 0.8


@dataclass(frozen=True, slots=True)
class Assumed:
    hours: float = 10_000
    machines: int = 100
    cores: int = 16
    mean: float = 20
    longest: float = 240
    span: float = 30
    beside: float = 10
    megabits: float = 5
    link: float = 10
    slow: float = 0.05
    lost: float = 0.001
    price: float = 0.04
    seed: int = 1
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Speed:
    """Measured. `whole` is in hours of video for each hour of one processor among others at work; `look` is the share
    of that work which is looking, the rest is painting; `join` is in processor hours for each hour of video."""

    whole: float
    look: float = 0.5
    join: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work on one film: processor hours, and hours of video that are read from the storage."""

    film: int
    step: str
    work: float
    read: float


class Film:
    """What is to be done for one film, one set of tasks after the other."""

    def __init__(self, number: int, length: float, given: Assumed, speed: Speed) -> None:
        self.length = length
        spans = 1 if given.whole else max(1, int(length / (given.span / 60)))
        if spans == 1:
            self.steps = [[Task(number, "whole", length / speed.whole, length)]]
        else:
            each, twice = length / spans, given.beside / 3600
            look, paint = speed.look / speed.whole, (1 - speed.look) / speed.whole
            self.steps = [
                [Task(number, "cut", 0.0, length)],
                [Task(number, "look", (each + twice) * look, length)] * spans,
                [Task(number, "paint", each * paint, length)] * spans,
                [Task(number, "join", length * speed.join, 2 * length)],  # the film for its sound, and the pieces
            ]
        self.left = len(self.steps[0])

    def after(self) -> list[Task]:
        """What may begin now that a task is done."""
        self.left -= 1
        if self.left:
            return []
        self.steps.pop(0)
        if not self.steps:
            return []
        self.left = len(self.steps[0])
        return list(self.steps[0])


def lengths(given: Assumed, chance: random.Random) -> list[float]:
    """Hours of each film, the longest first."""
    films: list[float] = []
    total, middle = 0.0, math.log(given.mean / 60) - SPREAD**2 / 2
    while total < given.hours:
        film = min(given.hours - total, given.longest / 60, chance.lognormvariate(middle, SPREAD))
        films.append(film)
        total += film
    return sorted(films, reverse=True)


def simulate(given: Assumed, speed: Speed) -> dict[str, float]:
    """What comes of it."""
    chance = random.Random(given.seed)
    films = [Film(n, length, given, speed) for n, length in enumerate(lengths(given, chance))]
    pace = [0.5 if chance.random() < given.slow else 1.0 for _ in range(given.machines)]
    ends = [chance.expovariate(given.lost) if given.lost else math.inf for _ in range(given.machines)]
    waiting = deque(task for film in films for task in film.steps[0])
    free = deque(machine for _ in range(given.cores) for machine in range(given.machines))
    #: (when, number, machine, whether the machine is lost then, task, when it began)
    coming: list[tuple[float, int, int, bool, Task, float]] = []
    #: Hours to fetch an hour of video when all processors of a machine fetch at once.
    fetch = given.megabits / (given.link * 1000 / given.cores)
    now = busy = wasted = read = fetching = 0.0
    again = begun = 0
    spent: Counter[str] = Counter()
    while waiting or coming:
        while waiting and free:
            machine = free.popleft()
            if now >= ends[machine]:
                continue
            task = waiting.popleft()
            takes = task.work / pace[machine] + task.read * fetch
            read += task.read
            begun += 1
            lost = now + takes > ends[machine]
            heapq.heappush(coming, (min(now + takes, ends[machine]), begun, machine, lost, task, now))
        if not coming:
            raise SystemExit("Every machine was lost. Assume fewer losses with --lost.")
        now, _, machine, lost, task, since = heapq.heappop(coming)
        if lost:
            wasted += now - since
            again += 1
            waiting.appendleft(task)
            continue
        busy += now - since
        fetching += task.read * fetch
        spent[task.step] += now - since
        waiting.extendleft(films[task.film].after())
        free.append(machine)
    cores = given.machines * given.cores
    ideal = given.hours / (speed.whole * cores)
    gigabytes = given.megabits * 3600 / 8 / 1000
    return {
        "films": len(films),
        "longest_hours": round(films[0].length, 2),
        "ideal_hours": round(ideal, 2),
        "finish_hours": round(now, 2),
        "share_of_ideal": round(ideal / now, 3),
        "share_busy": round(busy / (now * cores), 3),
        "tasks": begun,
        "tasks_begun_again": again,
        "core_hours_wasted": round(wasted, 1),
        "fetch_share": round(fetching / busy, 4),
        "join_share": round(spent["join"] / busy, 4),
        "read_terabytes": round(read * gigabytes / 1000, 2),
        "read_gigabytes_a_second": round(read * gigabytes / (now * 3600), 2),
        "read_megabytes_a_second_each": round(read * gigabytes * 1000 / (now * 3600) / given.machines, 1),
        "price_an_hour_of_video": round(now * cores * given.price / given.hours, 3),
        "price": round(now * cores * given.price),
    }


def measured() -> tuple[Speed, dict[str, object]]:
    """The speeds, and what they are taken from."""
    found, film = (json.loads((RESULTS / name).read_text()) for name in ("cluster.json", "film.json"))
    alone = found["files"] * found["clip_seconds"] / found["plain_seconds"]
    most = max(found["runs"], key=lambda run: run["workers"])
    steps = film["steps"]
    speed = Speed(
        whole=alone * most["share_without_start"],
        look=steps["look"] / (steps["look"] + steps["paint"]),
        join=steps["join"],
    )
    told = {name: round(value, 4) for name, value in asdict(speed).items()}
    return speed, {"alone": round(alone, 4), "height": found["height"], **told}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in asdict(Assumed()).items():
        kind = {"action": "store_true"} if name == "whole" else {"type": type(default), "default": default}
        parser.add_argument(f"--{name}", **kind)
    parser.add_argument("--json", action="store_true")
    words = vars(parser.parse_args())
    as_json = words.pop("json")
    speed, told = measured()
    found = simulate(Assumed(**words), speed)
    print(json.dumps({"assumed": words, "measured": told, "found": found}, indent=None if as_json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
