"""10,000 hours of video on 100 machines, calculated from what was measured on one: when it ends, what the storage must
give, what is lost to slow machines, lost machines and the last films, and what it costs.

benchmarks/scale.py [--hours 10000] [--machines 100] [--cores 16] [--mean 20] [--longest 240] [--megabits 5]
                    [--link 10] [--slow 0.05] [--lost 0.001] [--price 0.04] [--seed 1] [--json]

Measured (benchmarks/cluster.py, in benchmarks/results/cluster.json): how fast one processor is, and how much of
that is left when more than one works. Assumed, and to be changed by the options: lengths of films (log-normal, with
that `mean` and never beyond `longest`, in minutes), `megabits` a second of video, each machine's `link` to the
storage in Gbit/s, the share of machines that are `slow` (half as fast), the chance that a machine is `lost` in an
hour (for good, with what it was doing), and the `price` of a processor for an hour. Every film goes to the next
processor that is free, the largest first, as Ray does it with what it is told.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "cluster.json"
#: How far lengths of films differ: the deviation of their logarithm.
SPREAD = 0.8


@dataclass(frozen=True, slots=True)
class Assumed:
    hours: float = 10_000
    machines: int = 100
    cores: int = 16
    mean: float = 20
    longest: float = 240
    megabits: float = 5
    link: float = 10
    slow: float = 0.05
    lost: float = 0.001
    price: float = 0.04
    seed: int = 1


def lengths(given: Assumed, chance: random.Random) -> list[float]:
    """Hours of each film, the longest first."""
    films: list[float] = []
    total, middle = 0.0, math.log(given.mean / 60) - SPREAD**2 / 2
    while total < given.hours:
        film = min(given.hours - total, given.longest / 60, chance.lognormvariate(middle, SPREAD))
        films.append(film)
        total += film
    return sorted(films, reverse=True)


def simulate(given: Assumed, speed: float) -> dict[str, float]:
    """`speed` is in hours of video for each hour of one processor among others at work."""
    chance = random.Random(given.seed)
    waiting = [(-length, n) for n, length in enumerate(lengths(given, chance))]
    longest = -min(waiting)[0]
    heapq.heapify(waiting)
    films = len(waiting)
    pace = [0.5 if chance.random() < given.slow else 1.0 for _ in range(given.machines)]
    ends = [chance.expovariate(given.lost) if given.lost else math.inf for _ in range(given.machines)]
    free = [(0.0, machine, core) for machine in range(given.machines) for core in range(given.cores)]
    heapq.heapify(free)
    #: Hours to fetch an hour of video when all processors of a machine fetch at once.
    fetch = given.megabits / (given.link * 1000 / given.cores)
    finish = busy = wasted = read = 0.0
    again = 0
    lost_work: list[tuple[float, float, int]] = []  # (when it is known, minus the length, number)
    while waiting or lost_work:
        if not free:
            raise SystemExit("Every machine was lost. Assume fewer losses with --lost.")
        now, machine, core = heapq.heappop(free)
        if now >= ends[machine]:
            continue
        while lost_work and lost_work[0][0] <= now:
            _, length, number = heapq.heappop(lost_work)
            heapq.heappush(waiting, (length, number))
        if not waiting:  # it may yet have to take over from a machine that is lost
            heapq.heappush(free, (lost_work[0][0], machine, core))
            continue
        negative, number = heapq.heappop(waiting)
        takes = -negative / (speed * pace[machine]) + -negative * fetch
        read += -negative
        if now + takes > ends[machine]:
            wasted += ends[machine] - now
            again += 1
            heapq.heappush(lost_work, (ends[machine], negative, number))
            continue
        busy += takes
        finish = max(finish, now + takes)
        heapq.heappush(free, (now + takes, machine, core))
    cores = given.machines * given.cores
    gigabytes = given.megabits * 3600 / 8 / 1000
    return {
        "films": films,
        "longest_hours": round(longest, 2),
        "ideal_hours": round(given.hours / (speed * cores), 2),
        "finish_hours": round(finish, 2),
        "share_of_ideal": round(given.hours / (speed * cores) / finish, 3),
        "share_busy": round(busy / (finish * cores), 3),
        "films_begun_again": again,
        "core_hours_wasted": round(wasted, 1),
        "fetch_share": round(fetch / (1 / speed + fetch), 4),
        "read_terabytes": round(read * gigabytes / 1000, 2),
        "read_gigabytes_a_second": round(read * gigabytes / (finish * 3600), 2),
        "read_megabytes_a_second_each": round(read * gigabytes * 1000 / (finish * 3600) / given.machines, 1),
        "price_an_hour_of_video": round(finish * cores * given.price / given.hours, 3),
        "price": round(finish * cores * given.price),
    }


def measured() -> dict[str, float]:
    """Hours of video an hour of one processor does, alone and when as many work as were measured."""
    found = json.loads(RESULTS.read_text())
    alone = found["files"] * found["clip_seconds"] / found["plain_seconds"]
    most = max(found["runs"], key=lambda run: run["workers"])
    return {"alone": alone, "among_others": alone * most["share_without_start"], "height": found["height"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in Assumed.__dataclass_fields__:
        default = getattr(Assumed(), name)
        parser.add_argument(f"--{name}", type=type(default), default=default)
    parser.add_argument("--json", action="store_true")
    words = vars(parser.parse_args())
    as_json = words.pop("json")
    speed = measured()
    found = simulate(Assumed(**words), speed["among_others"])
    print(json.dumps({"assumed": words, "measured": speed, "found": found}, indent=None if as_json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
