"""What is asked for when a film is done in pieces: the steps, and where the pieces lie in between."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from passerby.config.object_path import is_away
from passerby.core.errors import PasserbyError
from passerby.documents.plan import Plan
from passerby.jobs.inputs import PIECE, Job
from passerby.sink.output_file import remove_stale
from passerby.track.segments import Painted, Piece, Span


@dataclass(frozen=True, slots=True)
class Look:
    """Look at one span."""

    span: Span


@dataclass(frozen=True, slots=True)
class Paint:
    """Write piece `number`, by as much of the plan as concerns it. `within` holds it to the source's bit rate."""

    number: int
    plan: Plan
    piece: Piece
    within: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Join all pieces."""

    plan: Plan
    parts: tuple[tuple[Piece, Painted], ...]
    within: bool = False


Step = Look | Paint | Join


def piece_of(job: Job, number: int) -> Path:
    """Where a piece of a film lies until all are joined: masked, beside the output."""
    return job.output.with_name(f"{job.output.name}.{number:04}{PIECE}")


def made(step: Step | None) -> tuple[int, float]:
    """(frames, seconds) of a release that this step has made."""
    if not isinstance(step, Paint) or step.within:
        return 0, 0.0
    piece, base = step.piece, step.plan.videos[0].time_base
    return len(piece.times), float((piece.times[-1] - piece.times[0]) * base)


def forget(piece: Path) -> None:
    """Take away a piece, wherever it lies; what cannot be taken away now is masked, and known by its name."""
    with suppress(OSError, PasserbyError):
        if is_away(piece):
            from passerby.cluster.object_store import Objects

            Objects(piece).remove(piece)
        else:
            piece.unlink(missing_ok=True)
            remove_stale(piece)
