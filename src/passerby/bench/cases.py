"""Regression cases (documents/regression_case.py) as ground truth for `passerby bench accuracy`."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from passerby.bench.annotations import MIN_SIDE_PX, AnnotatedFile, GroundTruthBox
from passerby.core.errors import SourceError
from passerby.documents.file_names import CASE_SUFFIX
from passerby.documents.regression_case import CaseBox, RegressionCase
from passerby.source.fingerprint import fingerprint
from passerby.source.still.sniff import is_still


def read_cases(folder: Path) -> list[AnnotatedFile]:
    """Every case in a folder, in order of name.

    Raises SourceError when one cannot be read, or its file is missing or has changed.
    """
    return [_entry(path, folder) for path in sorted(folder.glob(f"*{CASE_SUFFIX}"))]


def _entry(path: Path, folder: Path) -> AnnotatedFile:
    try:
        case = RegressionCase.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise SourceError(f"{path} is not a readable case: {error}. Save it again, or remove it.") from error
    source = folder / case.source.path
    if not source.is_file():
        raise SourceError(f"{path} refers to {source}, which does not exist. Put it back, or remove the case.")
    if fingerprint(source)[0] != case.source.sha256:
        raise SourceError(f"{source} is no longer the file that {path} refers to. Put it back, or remove the case.")
    frames = {frame.index: tuple(_box(box) for box in frame.boxes) for frame in case.frames}
    name = f"{path.name.removesuffix(CASE_SUFFIX)}{source.suffix}"
    return AnnotatedFile(name, source, is_still(source), frames, exhaustive=False)


def _box(box: CaseBox) -> GroundTruthBox:
    x1, y1, x2, y2 = box.box
    corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    is_scored = min(x2 - x1, y2 - y1) >= MIN_SIDE_PX
    return GroundTruthBox(box.kind.value, box.box, corners, is_scored, None if box.track is None else str(box.track))
