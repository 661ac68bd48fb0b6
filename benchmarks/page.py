"""The text of docs/benchmarks.md, from what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Saved = dict[str, Any]

#: What the footage of each annotated folder is.
FOOTAGE = {"faces": "stills", "plates": "stills", "moving": "films"}

HEAD = """<!-- Made by benchmarks/write.py. Measure anew, do not change this page. -->

# Benchmarks

How well it hides and how fast it is, beside deface 1.5.0 and a plain transcode (`ffmpeg -c:v libx264 -preset
veryfast`), with default settings. What each figure means is in [Measuring](ref/bench.md). Measure all of it yourself:

```
pip install .[bench]
benchmarks/write.py --eval FOOTAGE
```

or one part, for example `benchmarks/write.py speed stages`. `FOOTAGE/dev` holds the annotated folders `faces`, `plates`
and `moving`. The footage that these figures come from may not be published; any folder in that format does. Speed is
measured on the clip that `make demo` makes, scaled and repeated, unless a line says otherwise. Machines differ, most of
all by whether their processors have bfloat16 arithmetic: compare within a section, not between two.
"""


def page(saved: Saved) -> str:
    """`saved` is by section: the machine, and the figures."""
    return HEAD + "".join(f"\n## {title}\n\n{_body(name, saved, make)}" for name, title, make in PARTS)


def _body(name: str, saved: Saved, make: Callable[[Saved], str]) -> str:
    if name not in saved:
        return f"Not measured yet: `benchmarks/write.py {name}`.\n"
    return f"{make(saved)}\n{_where(name, saved[name]['machine'])}\n"


def _where(name: str, machine: Saved) -> str:
    quick = " **Provisional: `--quick`, a small part of the footage and one round.**" if machine["quick"] else ""
    busy = f", load {machine['load']} from other work when it began" if machine["load"] >= 1 else ""
    clip = f", clip: {machine['clip']}" if name in ("speed", "4k", "stages", "cost", "memory") else ""
    return (
        f"`benchmarks/write.py {name}`, {machine['day']}: {machine['processors']} processors ({_cpu(machine)})"
        f"{busy}{clip}.{quick}"
    )


def _cpu(machine: Saved) -> str:
    return f"{machine['cpu']}, {'with' if machine['bfloat16'] else 'without'} bfloat16"


def _table(*rows: list[str]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}".replace("%", " %")


def _accuracy(saved: Saved) -> str:
    head = [
        "footage",
        "",
        "boxes",
        "leaks",
        "tracks",
        "track leaks",
        "flicker a track-minute",
        "collateral",
        "fidelity",
    ]
    tools = [("passerby", saved["accuracy"]["figures"])]
    if "deface" in saved:
        tools.append(("deface 1.5.0", saved["deface"]["figures"]))
    rows = [
        row
        for name in tools[0][1]
        for tool, figures in tools
        if name in figures
        for row in _rows(name, tool, figures[name])
    ]
    sizes = [
        [f"{FOOTAGE[name]}, {kind}s", size, str(those["boxes"]), _share(those["leaks"]), f"{those['retained']:.3f}"]
        for name, told in tools[0][1].items()
        for kind, figures in told["kinds"].items()
        for size, those in figures["sizes"].items()
    ]
    last = saved["accuracy"]["machine"]
    others = {name: told["machine"] for name, told in tools[0][1].items() if "machine" in told}
    apart = [
        f"`{name}` on {one['day']} ({_cpu(one)})"
        for name, one in others.items()
        if (one["day"], _cpu(one)) != (last["day"], _cpu(last))
    ]
    return (
        _table(head, *rows)
        + (f"\nNot measured with the others: {', '.join(apart)}.\n" if apart else "")
        + "\nMost stills of plates label one plate a picture: others that are hidden count as collateral there.\n"
        + "\n![Leaks by size, beside deface](plots/leaks.svg)\n\npasserby, by size:\n\n"
        + _table(["footage", "size, px", "boxes", "leaks", "retained"], *sizes)
    )


def _rows(name: str, tool: str, told: Saved) -> Iterator[list[str]]:
    for kind, figures in told["kinds"].items():
        flicker = figures.get("flicker")
        yield [
            f"{FOOTAGE[name]}, {kind}s",
            tool,
            str(figures["boxes"]),
            _share(figures["leaks"]),
            str(figures.get("tracks", "")),
            _share(figures.get("track_leaks")),
            "" if flicker is None else f"{flicker:.1f}",
            _share(told["collateral"]),
            f"{told['fidelity']:.1f} dB",
        ]


def _profiles(saved: Saved) -> str:
    figures = saved["profiles"]["figures"]
    sets = figures["sets"] | ({"balanced": saved["accuracy"]["figures"]} if "accuracy" in saved else {})
    head = ["profile", "frames a second (times balanced)", "footage", "leaks", "track leaks", "collateral"]
    speeds = {name: speed["tools"]["passerby"]["speed"]["median"] for name, speed in figures["speed"].items()}
    rows = []
    for profile, speed in speeds.items():
        fast = f"{speed:.1f} ({speed / speeds['balanced']:.2f})"
        for name, told in sets.get(profile, {}).items():
            for kind, one in told["kinds"].items():
                leaks = [_share(one["leaks"]), _share(one.get("track_leaks")), _share(told["collateral"])]
                rows.append([f"`{profile}`", fast, f"{FOOTAGE[name]}, {kind}s", *leaks])
    return _table(head, *rows) + (
        "\nThe leaks of `balanced` are those of the section on how well it hides, and of the machines named there.\n"
    )


def _speed(section: str) -> Callable[[Saved], str]:
    def make(saved: Saved) -> str:
        told = saved[section]["figures"]
        clip = told["clip"]
        head = ["", "frames a second", "CPU s a frame", "memory, MiB", "Mbit/s", "fidelity", "start to first frame, s"]
        rows = [
            [
                name,
                _spread(tool["speed"], 1),
                _spread(tool["cpu"], 3),
                f"{tool['memory']['max']:.0f}",
                f"{tool['bit_rate']['median'] / 1e6:.2f}",
                "" if tool.get("fidelity") is None else f"{tool['fidelity']:.1f} dB",
                "" if tool.get("start") is None else _spread(tool["start"], 2),
            ]
            for name, tool in told["tools"].items()
        ]
        ratios = [
            [
                f"passerby / {name}",
                _spread(ratio["speed"], 2),
                _spread(ratio["cpu"], 2),
                "",
                _spread(ratio["bit_rate"], 2),
                "",
                "",
            ]
            for name, ratio in told["ratios"].items()
        ]
        plot = "\n![Speed as a share of a transcode](plots/speed.svg)\n" if section == "speed" else ""
        notes = "".join(f"\n- {name}: {note}" for name, tool in told["tools"].items() for note in tool["notes"])
        return (
            f"{clip['width']}x{clip['height']}, {clip['frames']} frames, {clip['bit_rate'] / 1e6:.2f} Mbit/s. "
            "Median of rounds (least to most); memory is the most.\n\n"
            + _table(head, *rows, *ratios)
            + (f"{notes}\n" if notes else "")
            + plot
        )

    return make


def _stages(saved: Saved) -> str:
    told = saved["stages"]["figures"]
    rows = [
        [phase, stage, f"{1000 * seconds:.1f}", _share(seconds / told["total"])]
        for phase, parts in told["phases"].items()
        for stage, seconds in sorted(parts.items(), key=lambda one: -one[1])
    ]
    rows.append(["", "the rest", f"{1000 * told['rest']:.1f}", _share(told["rest"] / told["total"])])
    return (
        f"{told['clip']}, {told['frames']} frames, {1000 * told['total']:.0f} ms of processor time a frame, done one "
        f"thing after the other so that it can be told apart; the start takes {told['start']:.1f} s besides. In a "
        "normal run the stages overlap.\n\n![Where the time goes](plots/stages.svg)\n\n"
        + _table(["phase", "stage", "ms a frame", "share"], *rows)
    )


def _cost(saved: Saved) -> str:
    told = saved["cost"]["figures"]
    sizes = [
        [
            name,
            _spread(one["tools"]["passerby"]["speed"], 1),
            _spread(one["tools"]["passerby"]["cpu"], 3),
            _spread(one["ratios"]["transcode"]["speed"], 2),
            f"{one['tools']['passerby']['memory']['max']:.0f}",
        ]
        for name, one in told["sizes"].items()
    ]
    lengths = [
        [
            name,
            str(one["clip"]["frames"]),
            f"{one['clip']['frames'] / one['tools']['passerby']['speed']['median']:.1f}",
            f"{one['tools']['passerby']['speed']['median']:.1f}",
            f"{one['tools']['passerby']['memory']['max']:.0f}",
        ]
        for name, one in told["lengths"].items()
    ]
    return (
        "![Cost against resolution and length](plots/cost.svg)\n\n"
        + _table(["size", "frames a second", "CPU s a frame", "share of a transcode", "memory, MiB"], *sizes)
        + "\nWhole cold runs at 1080p; the start weighs on short clips:\n\n"
        + _table(["length, s", "frames", "takes, s", "frames a second", "memory, MiB"], *lengths)
    )


def _memory(saved: Saved) -> str:
    rows = [
        [name, f"{run['seconds']:.0f}", str(run["frames"]), f"{run['memory']:.0f}", f"{run['speed']:.1f}"]
        for name, told in saved["memory"]["figures"].items()
        for run in told["runs"]
    ]
    return "A short film and a long one, each a whole cold run:\n\n" + _table(
        ["size", "length, s", "frames", "memory, MiB", "frames a second"], *rows
    )


def _spread(value: Saved, digits: int) -> str:
    if value["min"] == value["max"]:
        return f"{value['median']:.{digits}f}"
    return f"{value['median']:.{digits}f} ({value['min']:.{digits}f} to {value['max']:.{digits}f})"


PARTS: tuple[tuple[str, str, Callable[[Saved], str]], ...] = (
    ("accuracy", "How well it hides", _accuracy),
    ("profiles", "Profiles", _profiles),
    ("speed", "How fast, 1080p", _speed("speed")),
    ("4k", "How fast, 4K", _speed("4k")),
    ("stages", "Where the time goes", _stages),
    ("cost", "What size and length cost", _cost),
    ("memory", "Memory", _memory),
)
