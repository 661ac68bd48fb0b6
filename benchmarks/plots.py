"""The plots of docs/benchmarks.md, as SVG, readable without colour.

The colours are of Okabe and Ito's palette, which colour-blind people can distinguish; every bar is labelled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from render_page import FOOTAGE

OURS, OTHER, PLAIN = "#0072B2", "#E69F00", "#999999"
#: Colour of each phase of a run.
PHASES = {"analyse": "#0072B2", "render": "#009E73", "check": "#CC79A7"}
INK = "#222222"

mpl.rcParams.update(
    {
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": "#bbbbbb",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": INK,
        "ytick.color": INK,
        "svg.hashsalt": "passerby",  # the same figures produce the same file
        "svg.fonttype": "path",
    }
)


def save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, facecolor="white")


def leaks_by_size(ours: dict[str, Any], deface: dict[str, Any] | None) -> Figure:
    """Leaks of each kind and set by size, passerby's beside deface's, in per cent."""
    panels = [(name, kind) for name in FOOTAGE if name in ours for kind in ours[name]["kinds"]]
    figure = Figure(figsize=(8, 2.9 * ((len(panels) + 1) // 2)), layout="constrained")
    grid = figure.subplots((len(panels) + 1) // 2, 2, squeeze=False).flat
    for axes, (name, kind) in zip(grid, panels, strict=False):
        sizes = list(ours[name]["kinds"][kind]["sizes"])
        series = [("passerby", OURS, ours[name])]
        if deface is not None and name in deface:
            series.append(("deface 1.5.0", OTHER, deface[name]))
        for number, (label, colour, figures) in enumerate(series):
            by_size = figures["kinds"].get(kind, {}).get("sizes", {})
            values = [100 * by_size.get(size, {}).get("leaks", 0) for size in sizes]
            positions = [position + (number - (len(series) - 1) / 2) * 0.4 for position in range(len(sizes))]
            bars = axes.bar(
                positions,
                values,
                0.38,
                color=colour,
                label=label,
                hatch=None if number == 0 else "//",
                edgecolor="white",
            )
            axes.bar_label(bars, [f"{value:.1f}" for value in values], fontsize=8, padding=1)
        counts = [ours[name]["kinds"][kind]["sizes"][size]["boxes"] for size in sizes]
        axes.set_xticks(
            range(len(sizes)), [f"{size}\n{count} boxes" for size, count in zip(sizes, counts, strict=True)]
        )
        axes.set_title(f"{FOOTAGE[name]}: {kind}s", loc="left", fontsize=9, fontweight="bold")
        axes.set_ylabel("leaks, %")
        axes.margins(y=0.15)
        axes.set_ylim(bottom=0)
    for axes in list(grid):
        axes.set_visible(False)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False)
    figure.supxlabel("shorter side of the box, px", fontsize=9)
    return figure


def speed_share(speed: dict[str, Any], large: dict[str, Any] | None) -> Figure:
    """Speed as a share of a transcode of the same clip in the same round."""
    rows: list[tuple[str, str, dict[str, float]]] = [("plain transcode", PLAIN, {"median": 1, "min": 1, "max": 1})]
    rows.append(("passerby, 1080p", OURS, speed["ratios"]["transcode"]["speed"]))
    if large is not None:
        rows.append(("passerby, 4K", OURS, large["ratios"]["transcode"]["speed"]))
    pairs = zip(speed["tools"]["deface"]["rounds"], speed["tools"]["transcode"]["rounds"], strict=True)
    shares = sorted(a["speed"] / b["speed"] for a, b in pairs)
    rows.append(
        ("deface 1.5.0, 1080p", OTHER, {"median": shares[len(shares) // 2], "min": shares[0], "max": shares[-1]})
    )
    figure = Figure(figsize=(8, 0.5 * len(rows) + 0.8), layout="constrained")
    axes = figure.subplots()
    for position, (label, colour, value) in enumerate(reversed(rows)):
        spread = [[value["median"] - value["min"]], [value["max"] - value["median"]]]
        axes.barh(
            position, value["median"], 0.6, color=colour, hatch="//" if colour == OTHER else None, edgecolor="white"
        )
        if value["max"] > value["min"]:
            axes.errorbar(value["median"], position, xerr=spread, color=INK, capsize=3, linewidth=1)
        axes.text(value["max"] + 0.015, position, f"{value['median']:.2f}", va="center", fontweight="bold")
        axes.text(-0.01, position, label, va="center", ha="right")
    axes.set_yticks([])
    axes.set_xlim(0, max(1.1, *(1.12 * row[2]["max"] for row in rows)))
    axes.set_xlabel("speed as a share of the transcode's (bar: median of rounds, line: min to max)")
    return figure


def stages(figures: dict[str, Any]) -> Figure:
    """Milliseconds of processor time per frame, by stage."""
    rows = [
        (phase, stage, 1000 * seconds)
        for phase, parts in figures["phases"].items()
        for stage, seconds in sorted(parts.items(), key=lambda stage: -stage[1])
    ]
    figure = Figure(figsize=(8, 0.24 * len(rows) + 0.9), layout="constrained")
    axes = figure.subplots()
    largest = max(value for *_, value in rows)
    for position, (phase, _stage, value) in enumerate(rows):
        axes.barh(position, value, 0.75, color=PHASES.get(phase, PLAIN))
        axes.text(value + largest * 0.01, position, f"{value:.1f}", va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), [f"{phase}: {stage}" for phase, stage, _ in rows])
    axes.invert_yaxis()
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, largest * 1.1)
    axes.set_xlabel(f"ms of processor time per frame (total {1000 * figures['total']:.0f})")
    axes.tick_params(axis="y", length=0)
    return figure


def speech_left(figures: dict[str, Any]) -> Figure:
    """Speech that is left and other sound that is muted, in per cent, by loudness of the voices over the noise."""
    figure = Figure(figsize=(8, 2.9), layout="constrained")
    axes = figure.subplots()
    loudness = sorted(figures["snr"], key=int)
    for label, key, colour, form in (
        ("speech that is left", "left", OURS, "o-"),
        ("other sound that is muted", "muted", OTHER, "s--"),
    ):
        values = [100 * figures["snr"][snr][key] for snr in loudness]
        axes.plot([int(snr) for snr in loudness], values, form, color=colour, label=label)
        for snr, value in zip(loudness, values, strict=True):
            place = (int(snr), value)
            axes.annotate(f"{value:.1f}", place, (0, 6), textcoords="offset points", ha="center", fontsize=8)
    axes.set_xlabel("loudness of the voices over the noise, dB")
    axes.set_ylabel("% of time")
    axes.set_ylim(0, 1.2 * max(100 * row[key] for row in figures["snr"].values() for key in ("left", "muted")))
    axes.legend(frameon=False)
    return figure


def cost(figures: dict[str, Any]) -> Figure:
    """Cost per frame by resolution, and run time by length."""
    figure = Figure(figsize=(8, 2.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    _by_size(left, figures["sizes"])
    seconds = [float(length) for length in figures["lengths"]]
    run_times = [
        run["clip"]["frames"] / run["tools"]["passerby"]["speed"]["median"] for run in figures["lengths"].values()
    ]
    right.plot(seconds, run_times, "o-", color=OURS)
    for x, y in zip(seconds, run_times, strict=True):
        right.annotate(f"{y:.0f}", (x, y), textcoords="offset points", xytext=(-4, 6), ha="right", fontsize=8)
    right.set_xlabel("length of the clip, s (1080p)")
    right.set_ylabel("run time, s")
    right.set_xlim(0, max(seconds) * 1.08)
    right.set_ylim(0, max(run_times) * 1.15)
    return figure


def _by_size(axes: Axes, sizes: dict[str, Any]) -> None:
    for number, (tool, colour) in enumerate((("passerby", OURS), ("transcode", PLAIN))):
        values = [1000 * run["tools"][tool]["cpu"]["median"] for run in sizes.values()]
        bars = axes.bar(
            [position + (number - 0.5) * 0.4 for position in range(len(sizes))], values, 0.38, color=colour, label=tool
        )
        axes.bar_label(bars, [f"{value:.0f}" for value in values], fontsize=8, padding=1)
    axes.set_xticks(range(len(sizes)), list(sizes))
    axes.set_ylabel("ms of processor time per frame")
    axes.margins(y=0.12)
    axes.legend(frameon=False, loc="upper left")
