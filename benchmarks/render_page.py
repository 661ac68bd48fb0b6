"""The text of docs/benchmarks.md, from the saved results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Saved = dict[str, Any]

#: The type of footage in each annotated folder, in the order of the page: what was really filmed comes first.
FOOTAGE = {"real": "filmed", "faces": "stills", "plates": "stills", "moving": "moved stills"}

HEAD = """<!-- Made by benchmarks/run.py. Run the benchmarks, do not edit this page. -->

# Benchmarks

Accuracy and speed, compared with deface 1.5.0 and a plain transcode (`ffmpeg -c:v libx264 -preset veryfast`), with
default settings. The metrics are defined in [Measuring](ref/bench.md). To run all benchmarks yourself:

```
pip install .[bench]
benchmarks/run.py --eval FOOTAGE
```

or single suites, for example `benchmarks/run.py speed stages`. `FOOTAGE/dev` holds the annotated folders `real`
(filmed), `faces`, `plates` and `moving` (stills that are moved as a whole). The footage behind these figures may not be
published; any folder in that format works. Speed is measured on the clip that `make demo` makes, scaled and repeated,
unless a line says otherwise. Machines differ, above all by whether their processors have bfloat16 arithmetic: compare
within a section, not between sections.
"""


def render(saved: Saved) -> str:
    """`saved` has the machine and the figures of each suite."""
    return HEAD + "".join(f"\n## {title}\n\n{_section(name, saved, make)}" for name, title, make in SECTIONS)


def _section(name: str, saved: Saved, make: Callable[[Saved], str]) -> str:
    if name not in saved:
        return f"Not measured yet: `benchmarks/run.py {name}`.\n"
    return f"{make(saved)}\n{_provenance(name, saved[name]['machine'])}\n"


def _provenance(name: str, machine: Saved) -> str:
    quick = " **Provisional: `--quick`, a small part of the footage and one round.**" if machine["quick"] else ""
    busy = f", load {machine['load']} from other work at the start" if machine["load"] >= 1 else ""
    clip = f", clip: {machine['clip']}" if name in ("speed", "4k", "stages", "cost", "memory") else ""
    return (
        f"`benchmarks/run.py {name}`, {machine['day']}: {machine['processors']} processors ({_cpu(machine)})"
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
        "flicker per track-minute",
        "collateral",
        "fidelity",
    ]
    tools = [("passerby", saved["accuracy"]["figures"])]
    if "deface" in saved:
        tools.append(("deface 1.5.0", saved["deface"]["figures"]))
    rows = [
        row
        for name in FOOTAGE
        for tool, figures in tools
        if name in figures
        for row in _rows(name, tool, figures[name])
    ]
    sizes = [
        [
            f"{FOOTAGE[name]}, {kind}s",
            size,
            str(metrics["boxes"]),
            _share(metrics["leaks"]),
            f"{metrics['retained']:.3f}",
        ]
        for name in FOOTAGE
        for kind, figures in tools[0][1].get(name, {"kinds": {}})["kinds"].items()
        for size, metrics in figures["sizes"].items()
    ]
    last = saved["accuracy"]["machine"]
    others = {name: result["machine"] for name, result in tools[0][1].items() if "machine" in result}
    differing = [
        f"`{name}` on {run['day']} ({_cpu(run)})"
        for name, run in others.items()
        if (run["day"], _cpu(run)) != (last["day"], _cpu(last))
    ]
    return (
        _table(head, *rows)
        + (f"\nNot measured on the same day or machine: {', '.join(differing)}.\n" if differing else "")
        + "\nIn most stills of plates one plate is annotated: other plates that are hidden count as collateral there.\n"
        + "\n![Leaks by size, compared with deface](plots/leaks.svg)\n\npasserby, by size:\n\n"
        + _table(["footage", "size, px", "boxes", "leaks", "retained"], *sizes)
        + "\nWhat still shows at times, drawn (there is nobody in these pictures):\n"
        + "\n![Kinds of faces and plates that are missed](plots/known-leaks.svg)\n"
        + "\nWhy, and what was tried: [Detection and tracking](design/tracking.md#known-leaks).\n"
    )


def _rows(name: str, tool: str, result: Saved) -> Iterator[list[str]]:
    for kind, figures in result["kinds"].items():
        flicker = figures.get("flicker")
        yield [
            f"{FOOTAGE[name]}, {kind}s",
            tool,
            str(figures["boxes"]),
            _share(figures["leaks"]),
            str(figures.get("tracks", "")),
            _share(figures.get("track_leaks")),
            "" if flicker is None else f"{flicker:.1f}",
            _share(result["collateral"]),
            f"{result['fidelity']:.1f} dB",
        ]


def _profiles(saved: Saved) -> str:
    figures = saved["profiles"]["figures"]
    sets = figures["sets"] | ({"balanced": saved["accuracy"]["figures"]} if "accuracy" in saved else {})
    head = ["profile", "fps (times balanced)", "footage", "leaks", "track leaks", "collateral"]
    speeds = {name: speed["tools"]["passerby"]["speed"]["median"] for name, speed in figures["speed"].items()}
    rows = []
    for profile, speed in speeds.items():
        fast = f"{speed:.1f} ({speed / speeds['balanced']:.2f})"
        for name in FOOTAGE:
            result = sets.get(profile, {}).get(name, {"kinds": {}})
            for kind, metrics in result["kinds"].items():
                leaks = [_share(metrics["leaks"]), _share(metrics.get("track_leaks")), _share(result["collateral"])]
                rows.append([f"`{profile}`", fast, f"{FOOTAGE[name]}, {kind}s", *leaks])
    return _table(head, *rows) + (
        "\nThe leaks of `balanced` are metrics of the section on how well it hides, and of the machines named there.\n"
    )


def _speed(section: str) -> Callable[[Saved], str]:
    def make(saved: Saved) -> str:
        result = saved[section]["figures"]
        clip = result["clip"]
        head = ["", "fps", "CPU s/frame", "memory, MiB", "Mbit/s", "fidelity", "time to first frame, s"]
        rows = [
            [
                name,
                _spread(tool["speed"], 1),
                _spread(tool["cpu"], 3),
                f"{tool['memory']['max']:.0f}",
                f"{tool['bit_rate']['median'] / 1e6:.2f}",
                "" if tool.get("fidelity") is None else f"{tool['fidelity']:.1f} dB",
                "" if tool.get("first_frame_s") is None else _spread(tool["first_frame_s"], 2),
            ]
            for name, tool in result["tools"].items()
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
            for name, ratio in result["ratios"].items()
        ]
        plot = "\n![Speed as a share of a transcode](plots/speed.svg)\n" if section == "speed" else ""
        notes = "".join(f"\n- {name}: {note}" for name, tool in result["tools"].items() for note in tool["notes"])
        return (
            f"{clip['width']}x{clip['height']}, {clip['frames']} frames, {clip['bit_rate'] / 1e6:.2f} Mbit/s. "
            "Median of rounds (min to max); memory is the maximum.\n\n"
            + _table(head, *rows, *ratios)
            + (f"{notes}\n" if notes else "")
            + plot
        )

    return make


def _stages(saved: Saved) -> str:
    result = saved["stages"]["figures"]
    rows = [
        [phase, stage, f"{1000 * seconds:.1f}", _share(seconds / result["total"])]
        for phase, parts in result["phases"].items()
        for stage, seconds in sorted(parts.items(), key=lambda stage: -stage[1])
    ]
    rows.append(["", "other", f"{1000 * result['rest']:.1f}", _share(result["rest"] / result["total"])])
    return (
        f"{result['clip']}, {result['frames']} frames, {1000 * result['total']:.0f} ms of processor time per frame, "
        f"run sequentially to separate the stages; startup takes another {result['start']:.1f} s. In a normal run the "
        "stages overlap.\n\n![Time per stage](plots/stages.svg)\n\n"
        + _table(["phase", "stage", "ms/frame", "share"], *rows)
    )


def _cost(saved: Saved) -> str:
    result = saved["cost"]["figures"]
    sizes = [
        [
            name,
            _spread(run["tools"]["passerby"]["speed"], 1),
            _spread(run["tools"]["passerby"]["cpu"], 3),
            _spread(run["ratios"]["transcode"]["speed"], 2),
            f"{run['tools']['passerby']['memory']['max']:.0f}",
        ]
        for name, run in result["sizes"].items()
    ]
    lengths = [
        [
            name,
            str(run["clip"]["frames"]),
            f"{run['clip']['frames'] / run['tools']['passerby']['speed']['median']:.1f}",
            f"{run['tools']['passerby']['speed']['median']:.1f}",
            f"{run['tools']['passerby']['memory']['max']:.0f}",
        ]
        for name, run in result["lengths"].items()
    ]
    return (
        "![Cost against resolution and length](plots/cost.svg)\n\n"
        + _table(["size", "fps", "CPU s/frame", "share of a transcode", "memory, MiB"], *sizes)
        + "\nWhole cold runs at 1080p; startup dominates short clips:\n\n"
        + _table(["length, s", "frames", "run time, s", "fps", "memory, MiB"], *lengths)
    )


def _memory(saved: Saved) -> str:
    rows = [
        [name, f"{run['seconds']:.0f}", str(run["frames"]), f"{run['memory']:.0f}", f"{run['speed']:.1f}"]
        for name, result in saved["memory"]["figures"].items()
        for run in result["runs"]
    ]
    return "A short and a long video, each a whole cold run:\n\n" + _table(
        ["size", "length, s", "frames", "memory, MiB", "fps"], *rows
    )


def _sound(saved: Saved) -> str:
    figures = saved["sound"]["figures"]
    speech, cost, undo = figures["speech"], figures["cost"], figures["undo"]
    rows = [[f"{snr} dB", _share(row["left"]), _share(row["muted"])] for snr, row in speech["snr"].items()]
    rows += [[noise, _share(row["left"]), _share(row["muted"])] for noise, row in speech["noise"].items()]
    manners = dict.fromkeys(key.rpartition(" ")[0] for key in speech["manner"])
    levels = [*sorted(speech["snr"], key=int, reverse=True), "all"]
    by_manner = [[name, *(_share(speech["manner"].get(f"{name} {level}")) for level in levels)] for name in manners]
    found, left_in, again = speech["check"]["as_released"], speech["check"]["left_in"], figures["other_seed"]
    return (
        f"`--audio remove-voices` on {speech['minutes']} minutes of mixtures, made from a seed: voices of espeak-ng in "
        f"twelve languages, at many pitches and speeds, over street, engine, music and crowd noise that code makes "
        f"({speech['speech_minutes']} minutes of speech). *Left* is the share of speech time that is not muted, and "
        "*muted* the share of other time that is, with pauses within a sentence and the room around it. Half of the "
        "sentences are spoken aloud; the others are those of a child, shouted, whispered, sung, or over a radio.\n\n"
        "![Speech left and other sound muted, by loudness](plots/sound.svg)\n\n"
        + _table(["", "speech left", "other sound muted"], *rows)
        + "\nMixtures from another seed, which were made for this table alone:\n\n"
        + _table(
            ["", "speech left", "other sound muted"],
            *([f"{snr} dB", _share(row["left"]), _share(row["muted"])] for snr, row in again["snr"].items()),
        )
        + f"\nAt 5 dB and better {_share(speech['left_5_db_and_better'])} of the speech is left, at 0 dB "
        f"{_share(speech['left_0_db'])}; {_share(speech['muted'])} of the other sound is muted. Speech left, by how "
        "somebody speaks (*aloud*: plain and child):\n\n"
        + _table(["", *(level if level == "all" else f"{level} dB" for level in levels)], *by_manner)
        + f"\nThe verification, which listens at a lower score, has {found['findings']} findings in what was released, "
        f"{found['with_speech']} of them where speech is left; {found['left']} sentences are left there for more than "
        f"half a second, of which it finds {found['found']}. Where one detected range of four is left in, as if "
        f"somebody had taken it out of the plan, it finds {left_in['found']} of {left_in['left']} such sentences, and "
        f"{left_in['with_speech']} of its {left_in['findings']} findings are right.\n\n"
        f"Searching {cost['minutes']} minutes of stereo AAC takes {cost['processor_s']:.0f} s of one processor, and "
        f"{cost['memory_mib'][1]} MiB of memory; {cost['memory_mib'][0]} MiB for {cost['short_minutes']} minutes.\n\n"
        "`unnatural-voice` hides nobody. As released, the pitch of "
        f"{undo['voices']} voices is off by {_share(undo['as_released']['pitch'])} and their spectral envelope by "
        f"{undo['as_released']['envelope_db']:.1f} dB (of two voices: {undo['between_voices']['envelope_db']:.1f} dB). "
        f"A search for the factor that undoes it finds {undo['found_factor']}, and leaves "
        f"{_share(undo['undone']['pitch'])} and {undo['undone']['envelope_db']:.1f} dB: it withstands nothing.\n"
    )


def _spread(value: Saved, digits: int) -> str:
    if value["min"] == value["max"]:
        return f"{value['median']:.{digits}f}"
    return f"{value['median']:.{digits}f} ({value['min']:.{digits}f} to {value['max']:.{digits}f})"


SECTIONS: tuple[tuple[str, str, Callable[[Saved], str]], ...] = (
    ("accuracy", "Accuracy", _accuracy),
    ("profiles", "Profiles", _profiles),
    ("speed", "Speed, 1080p", _speed("speed")),
    ("4k", "Speed, 4K", _speed("4k")),
    ("stages", "Time per stage", _stages),
    ("cost", "Cost by resolution and length", _cost),
    ("memory", "Memory", _memory),
    ("sound", "Voices removed from sound", _sound),
)
