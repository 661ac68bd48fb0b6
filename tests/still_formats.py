"""One still image of every format, its redacted output, and the page with the results: docs/ref/stills.md.

`python -m tests.still_formats` writes the page from a run; tests/test_still_formats.py fails when it
differs.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from passerby import Report
from passerby.core.still_info import StillInfo
from passerby.engine.api import redact
from passerby.source.still.file import StillFile
from passerby.source.still.sniff import with_matching_suffix
from tests import stills
from tests.fake_detector import use_fixed_face_in_stills

PAGE = Path(__file__).parent.parent / "docs" / "ref" / "stills.md"

#: Format -> file name, and how one is made.
RECIPES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "JPEG, 4:2:0": ("a.jpg", lambda path: stills.image().save(path, quality=85, subsampling=2)),
    "JPEG, 4:2:2, progressive": ("a.jpg", lambda path: stills.image().save(path, subsampling=1, progressive=True)),
    "JPEG, grey": ("a.jpg", lambda path: stills.image().convert("L").save(path)),
    "JPEG, CMYK": ("a.jpg", lambda path: stills.image().convert("CMYK").save(path)),
    "JPEG, with the metadata of cameras and phones": ("a.jpg", stills.jpeg_with_everything),
    "PNG, RGB": ("a.png", lambda path: stills.image().save(path)),
    "PNG, RGB with alpha": ("a.png", lambda path: stills.with_alpha().save(path)),
    "PNG, palette": ("a.png", lambda path: stills.few_colours().save(path)),
    "PNG, grey with alpha": ("a.png", lambda path: stills.with_alpha().convert("LA").save(path)),
    "PNG, black and white": ("a.png", lambda path: stills.bilevel().save(path)),
    "PNG, grey, 16 bits": ("a.png", lambda path: stills.deep_grey().save(path)),
    "PNG, RGB, 16 bits": ("a.png", stills.deep_rgb_png),
    "PNG, animated": ("a.png", stills.apng),
    "PNG, with all metadata": ("a.png", stills.png_with_everything),
    "WebP, lossy": ("a.webp", lambda path: stills.image().save(path, quality=80)),
    "WebP, lossless, with alpha": ("a.webp", lambda path: stills.with_alpha().save(path, lossless=True)),
    "WebP, animated": ("a.webp", stills.webp_animation),
    "WebP, with all metadata": ("a.webp", stills.webp_with_everything),
    "TIFF, four pages: RGB, grey, 16 bits, fax": ("a.tif", stills.tiff_pages),
    "TIFF, with all metadata": ("a.tif", stills.tiff_with_everything),
    "BMP": ("a.bmp", lambda path: stills.image().save(path)),
    "BMP, with trailing bytes": ("a.bmp", stills.bmp_with_everything),
    "GIF": ("a.gif", lambda path: stills.few_colours().save(path)),
    "GIF, animated": ("a.gif", stills.gif),
    "GIF, animated, with all metadata": ("a.gif", stills.gif_with_everything),
    "HEIC": ("a.heic", stills.heic),
    "HEIC, 10 bits": ("a.heic", stills.deep_heic),
    "HEIC, with all metadata": ("a.heic", stills.heic_with_everything),
    "AVIF": ("a.avif", lambda path: stills.image().save(path, quality=80)),
    "AVIF, animated": ("a.avif", stills.avif_animation),
    "AVIF, with all metadata": ("a.avif", stills.avif_with_everything),
    "PNG named .jpg": ("a.jpg", lambda path: stills.image().save(path, "PNG")),
}


def run(name: str, folder: Path) -> tuple[StillInfo, StillInfo, Report]:
    """Make the file and redact it: the source, the output and the report. The caller has installed a
    fake detector."""
    file, make = RECIPES[name]
    source = folder / file
    make(source)
    with StillFile.open(source) as opened:
        output = folder / f"out-{with_matching_suffix(file, opened.info.kind)}"
        report = redact(source, output)
        with StillFile.open(output) as written:
            return opened.info, written.info, report


def page() -> str:
    """The text of docs/ref/stills.md."""
    rows = []
    for name in RECIPES:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_row(name, *run(name, Path(folder))))
    return (
        "<!-- Made by `make docs` from a run over a small file of each format. Change the program, not this page. -->\n"
        "\n# Still images\n\n"
        "The output for each still image format. An image keeps its format, its size and its colour profile, and is\n"
        "written upright. The fourth column lists what changes in the image itself, the last one what the file held\n"
        "besides the image and is not in the output. More in [Photos](../guide/photos.md).\n\n"
        "| input | output | pages or frames | changed | removed |\n| --- | --- | --- | --- | --- |\n"
    ) + "".join(rows)


def _row(name: str, source: StillInfo, written: StillInfo, report: Report) -> str:
    modes = ", ".join(dict.fromkeys(page.mode for page in written.pages))
    rate = f"{len(written.pages)}, each with its duration" if written.animated else str(len(written.pages))
    changed, dropped = " ".join(report.warnings), "; ".join(report.dropped)
    return f"| {name} | .{report.output.name.rpartition('.')[2]} {modes} | {rate} | {changed} | {dropped} |\n"


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        use_fixed_face_in_stills(patch)
        PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write("docs/ref/stills.md\n")
