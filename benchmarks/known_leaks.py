"""What still shows at times, drawn: one picture for each kind. Nobody is in them."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse, FancyBboxPatch, Polygon, Rectangle
from plots import INK

SKIN, HAIR, CLOTH, PAPER, ROAD = "#d8b597", "#5a4636", "#7d92a8", "#f2efe8", "#c9c9c9"


def _turned_away(axes: Axes) -> None:
    """The back of a head at the lower edge, the body cut off."""
    axes.add_patch(Ellipse((0.5, 0.02), 0.62, 0.5, color=CLOTH))
    axes.add_patch(Circle((0.5, 0.42), 0.24, color=HAIR))
    axes.add_patch(Ellipse((0.71, 0.40), 0.07, 0.14, color=SKIN))


def _mask_and_goggles(axes: Axes) -> None:
    axes.add_patch(Ellipse((0.5, 0.5), 0.5, 0.66, color=SKIN))
    axes.add_patch(Polygon([(0.26, 0.62), (0.74, 0.62), (0.74, 0.95), (0.5, 1.0), (0.26, 0.95)], color=HAIR))
    axes.add_patch(FancyBboxPatch((0.3, 0.5), 0.4, 0.13, boxstyle="round,pad=0.02", fc="#3c3c3c", ec=INK))
    axes.add_patch(Polygon([(0.27, 0.44), (0.73, 0.44), (0.64, 0.17), (0.36, 0.17)], color="#9fc4cf"))


def _small_and_blurred(axes: Axes) -> None:
    """A head of 20 px in motion."""
    for step in range(9):
        axes.add_patch(Ellipse((0.3 + 0.05 * step, 0.6), 0.14, 0.19, color=SKIN, alpha=0.16, lw=0))
        axes.add_patch(Ellipse((0.3 + 0.05 * step, 0.67), 0.14, 0.09, color=HAIR, alpha=0.16, lw=0))
        axes.add_patch(Rectangle((0.22 + 0.05 * step, 0.08), 0.16, 0.42, color=CLOTH, alpha=0.16, lw=0))


def _printed(axes: Axes) -> None:
    """A printed face of which a hand covers a part."""
    axes.add_patch(Rectangle((0.2, 0.12), 0.6, 0.76, fc=PAPER, ec=INK))
    axes.add_patch(Ellipse((0.5, 0.54), 0.34, 0.46, color=SKIN))
    axes.add_patch(Circle((0.43, 0.6), 0.025, color=INK))
    axes.add_patch(Polygon([(0.48, 0.1), (0.86, 0.1), (0.86, 0.62), (0.62, 0.7), (0.5, 0.55)], color="#b98f6d"))


def _late_plate(axes: Axes) -> None:
    """A plate at the edge, in view for less than a second."""
    axes.add_patch(Rectangle((0.0, 0.0), 1.0, 0.3, color=ROAD))
    axes.add_patch(FancyBboxPatch((-0.5, 0.24), 0.85, 0.42, boxstyle="round,pad=0.02", color=CLOTH))
    axes.add_patch(Circle((0.2, 0.22), 0.11, color="#3c3c3c"))
    axes.add_patch(Rectangle((0.24, 0.36), 0.12, 0.06, fc=PAPER, ec=INK))


def _plain_plate(axes: Axes) -> None:
    """Light on dark, in two rows, and not on a vehicle."""
    axes.add_patch(Rectangle((0.24, 0.3), 0.52, 0.4, fc="#2d3a45", ec=INK))
    for row in (0.38, 0.54):
        for column in range(4):
            axes.add_patch(Rectangle((0.3 + 0.11 * column, row), 0.06, 0.1, color="#d5d8da"))


PICTURES: tuple[tuple[str, Callable[[Axes], None]], ...] = (
    ("head turned away,\nbody cut off", _turned_away),
    ("mask and goggles", _mask_and_goggles),
    ("20 pixels, blurred\nby motion", _small_and_blurred),
    ("printed face,\npartly covered", _printed),
    ("plate that passes\nin half a second", _late_plate),
    ("light on dark,\nno vehicle", _plain_plate),
)


def known_leaks() -> Figure:
    """All of them in a row."""
    figure = Figure(figsize=(9, 2.1), layout="constrained")
    for place, (title, draw) in zip(figure.subplots(1, len(PICTURES)), PICTURES, strict=True):
        draw(place)
        place.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], aspect="equal")
        place.set_title(title, fontsize=8)
    return figure
