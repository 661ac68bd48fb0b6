"""Names of the files beside a source or a released file: report, plan, review notes, regression cases.

A photo and a video of one moment often differ only in their suffix (`IMG_1.jpg`, `IMG_1.mp4`). Where both are released
into one folder, their reports and plans keep the whole name: `IMG_1.jpg.report.json`, not `IMG_1.report.json`.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

#: Marks a released file that lies beside its source: `NAME.redacted.mp4`.
REDACTED_MARK = ".redacted"
REPORT_SUFFIX, PLAN_SUFFIX, NOTES_SUFFIX = ".report.json", ".plan.json", ".review.json"
CASE_SUFFIX = ".case.json"
#: The masked pictures that a dry run writes, behind the mark: `NAME.redacted.preview-1.jpg`.
PREVIEW_SUFFIXES = (".preview-1.jpg", ".preview-2.jpg", ".preview-3.jpg")
#: Bytes of the longest file name that common file systems take, and of those what is added to the name of an output:
#: .redacted.mp4 before it is one, .report.json or .0001.piece, and .part until it is complete.
MAX_NAME_BYTES, _ROOM_BYTES = 255, 42

#: Characters that file names on Windows cannot have, and names that are devices there, whatever follows the first dot.
_NOT_ON_WINDOWS = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\.|$)", re.IGNORECASE)


def portable_name(name: str) -> str:
    """A name that can be unpacked on Windows too: what it refuses there becomes an underscore."""
    text = _NOT_ON_WINDOWS.sub("_", name)
    end = len(text.rstrip(". "))
    text = text[:end] + "_" * (len(text) - end)
    return f"_{text}" if _DEVICES.match(text) else text


def shortened(name: str, mark: str = "") -> str:
    """A name that leaves room for those of report and plan: a longer one is cut, and a part of its hash tells it from
    others that begin alike. `mark` is a part before the suffix that is kept."""
    room = MAX_NAME_BYTES - _ROOM_BYTES
    if len(os.fsencode(name)) <= room:
        return name
    path = Path(name)
    end = f"~{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}{mark}{path.suffix[:16]}"
    start = path.stem.removesuffix(mark)
    while len(os.fsencode(start + end)) > room:
        start = start[:-1]
    return start + end


def report_path(output: Path, *, whole_name: bool = False) -> Path:
    """Where the report on a released file goes. `whole_name`: another file in the folder has the same stem."""
    return output.with_name((output.name if whole_name else output.stem) + REPORT_SUFFIX)


def plan_path(output: Path, *, whole_name: bool = False) -> Path:
    """Where the plan of a released file goes: named after the source, without the mark. `whole_name` as above."""
    stem = output.stem.removesuffix(REDACTED_MARK)
    return output.with_name(f"{stem}{output.suffix if whole_name else ''}{PLAN_SUFFIX}")


def preview_paths(output: Path, *, whole_name: bool = False) -> tuple[Path, ...]:
    """Where the pictures of a dry run go: always with the mark, which tells them from a photo of somebody else's that
    is called `NAME.preview-1.jpg`. `whole_name` as above."""
    stem = output.stem.removesuffix(REDACTED_MARK)
    name = f"{stem}{output.suffix if whole_name else ''}{REDACTED_MARK}"
    return tuple(output.with_name(f"{name}{suffix}") for suffix in PREVIEW_SUFFIXES)


def notes_path(plan: Path) -> Path:
    """Where the notes of a review lie, beside the plan."""
    return plan.with_name(plan.name.removesuffix(PLAN_SUFFIX) + NOTES_SUFFIX)


def case_path(source: Path, track: int) -> Path:
    """Where a track of a source is kept as a regression case."""
    return source.with_name(f"{source.stem}.track{track}{CASE_SUFFIX}")


def find_report(output: Path) -> Path | None:
    """The report on a released file that lies beside it, under either of its names; None where there is none."""
    candidates = (report_path(output, whole_name=True), report_path(output))
    return next((path for path in candidates if path.is_file()), None)
