"""The steps of a video that is distributed over several machines, and where its chunks lie in between."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from passerby.config.object_path import is_remote
from passerby.core.errors import PasserbyError
from passerby.documents.plan import Plan
from passerby.jobs.file_job import FileJob
from passerby.jobs.output_names import CHUNK_SUFFIX
from passerby.sink.output_file import remove_stale_temporary
from passerby.track.segments import RenderChunk, RenderedChunk, SegmentRange


@dataclass(frozen=True, slots=True)
class AnalyseStep:
    """Analyse one span."""

    span: SegmentRange


@dataclass(frozen=True, slots=True)
class RenderStep:
    """Render chunk `number` by the part of the plan that concerns it. `rate_capped` holds the encoder to the source's
    bit rate."""

    number: int
    plan: Plan
    chunk: RenderChunk
    rate_capped: bool = False


@dataclass(frozen=True, slots=True)
class JoinStep:
    """Join all chunks."""

    plan: Plan
    chunks: tuple[tuple[RenderChunk, RenderedChunk], ...]
    rate_capped: bool = False


VideoStep = AnalyseStep | RenderStep | JoinStep


def chunk_path(job: FileJob, number: int) -> Path:
    """Where a chunk lies until all are joined: masked, beside the output."""
    return job.output.with_name(f"{job.output.name}.{number:04}{CHUNK_SUFFIX}")


def rendered_amount(step: VideoStep | None) -> tuple[int, float]:
    """(frames, seconds) of the output that this step has rendered."""
    if not isinstance(step, RenderStep) or step.rate_capped:
        return 0, 0.0
    chunk, base = step.chunk, step.plan.videos[0].time_base
    return len(chunk.times), float((chunk.times[-1] - chunk.times[0]) * base)


def remove_chunk(path: Path) -> None:
    """Delete a chunk, wherever it lies; one that cannot be deleted now is masked, and recognised by its name."""
    with suppress(OSError, PasserbyError):
        if is_remote(path):
            from passerby.cluster.object_store import ObjectStorage

            ObjectStorage(path).delete(path)
        else:
            path.unlink(missing_ok=True)
            remove_stale_temporary(path)
