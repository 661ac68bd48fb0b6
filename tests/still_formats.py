"""What becomes of each kind of still, and the page that tells: docs/ref/stills.md.

`python -m tests.still_formats` writes the page from a run; tests/test_still_formats.py fails when it says anything
else.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from passerby import Report
from passerby.core.still_info import StillInfo
from passerby.engine import still as stills
from passerby.source.still.file import StillFile
from passerby.source.still.sniff import with_matching_suffix
from tests import stills as makers

PAGE = Path(__file__).parent.parent / "docs" / "ref" / "stills.md"

#: What people bring -> its file name, and how one is made.
RECIPES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "JPEG, 4:2:0": ("a.jpg", lambda path: makers.image().save(path, quality=85, subsampling=2)),
    "JPEG, 4:2:2, progressive": ("a.jpg", lambda path: makers.image().save(path, subsampling=1, progressive=True)),
    "JPEG, grey": ("a.jpg", lambda path: makers.image().convert("L").save(path)),
    "JPEG, CMYK": ("a.jpg", lambda path: makers.image().convert("CMYK").save(path)),
    "JPEG, with everything cameras and phones add": ("a.jpg", makers.jpeg_with_everything),
    "PNG, RGB": ("a.png", lambda path: makers.image().save(path)),
    "PNG, RGB with alpha": ("a.png", lambda path: makers.with_alpha().save(path)),
    "PNG, palette": ("a.png", lambda path: makers.few_colours().save(path)),
    "PNG, grey with alpha": ("a.png", lambda path: makers.with_alpha().convert("LA").save(path)),
    "PNG, black and white": ("a.png", lambda path: makers.bilevel().save(path)),
    "PNG, grey, 16 bits": ("a.png", lambda path: makers.deep_grey().save(path)),
    "PNG, RGB, 16 bits": ("a.png", makers.deep_rgb_png),
    "PNG, animated": ("a.png", makers.apng),
    "PNG, with everything": ("a.png", makers.png_with_everything),
    "WebP, lossy": ("a.webp", lambda path: makers.image().save(path, quality=80)),
    "WebP, lossless, with alpha": ("a.webp", lambda path: makers.with_alpha().save(path, lossless=True)),
    "WebP, animated": ("a.webp", makers.webp_animation),
    "WebP, with everything": ("a.webp", makers.webp_with_everything),
    "TIFF, four pages: RGB, grey, 16 bits, fax": ("a.tif", makers.tiff_pages),
    "TIFF, with everything": ("a.tif", makers.tiff_with_everything),
    "BMP": ("a.bmp", lambda path: makers.image().save(path)),
    "BMP, with trailing bytes": ("a.bmp", makers.bmp_with_everything),
    "GIF": ("a.gif", lambda path: makers.few_colours().save(path)),
    "GIF, animated": ("a.gif", makers.gif),
    "GIF, animated, with everything": ("a.gif", makers.gif_with_everything),
    "HEIC": ("a.heic", makers.heic),
    "HEIC, 10 bits": ("a.heic", makers.deep_heic),
    "HEIC, with everything": ("a.heic", makers.heic_with_everything),
    "AVIF": ("a.avif", lambda path: makers.image().save(path, quality=80)),
    "AVIF, animated": ("a.avif", makers.avif_animation),
    "AVIF, with everything": ("a.avif", makers.avif_with_everything),
    "PNG that is called .jpg": ("a.jpg", lambda path: makers.image().save(path, "PNG")),
}


def run(name: str, folder: Path) -> tuple[StillInfo, StillInfo, Report]:
    """Make the file and redact it: the source, the output and the report. Whoever calls has planted a looker."""
    file, make = RECIPES[name]
    source = folder / file
    make(source)
    with StillFile.open(source) as still:
        output = folder / f"out-{with_matching_suffix(file, still.info.kind)}"
        report = stills.redact(source, output)
        with StillFile.open(output) as written:
            return still.info, written.info, report


def page() -> str:
    """docs/ref/stills.md"""
    rows = []
    for name in RECIPES:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_row(name, *run(name, Path(folder))))
    return (
        "<!-- Made by `make docs` from a run over a small file of each kind. Change the program, not this page. -->\n"
        "\n# Stills\n\n"
        "What becomes of each kind of still. A still stays of its kind and comes out upright, in its size, with its\n"
        "colour profile. The fourth column says what of the picture itself is not as it was, the last one what lay\n"
        "beside the picture and is not in the output. [Photos](../guide/photos.md) says more.\n\n"
        "| source | becomes | pages or frames | changed | dropped |\n| --- | --- | --- | --- | --- |\n"
    ) + "".join(rows)


def _row(name: str, source: StillInfo, written: StillInfo, report: Report) -> str:
    modes = ", ".join(dict.fromkeys(page.mode for page in written.pages))
    rate = f"{len(written.pages)}, each for its time" if written.animated else str(len(written.pages))
    changed, dropped = " ".join(report.warnings), "; ".join(report.dropped)
    return f"| {name} | .{report.output.name.rpartition('.')[2]} {modes} | {rate} | {changed} | {dropped} |\n"


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        makers.plant(patch)
        PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write("docs/ref/stills.md\n")
