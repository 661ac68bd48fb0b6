"""Videos that are distributed over a cluster: which step comes after which."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.cluster.scheduler import TaskRun
from passerby.config.object_path import display_path
from passerby.documents.plan import Plan
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.jobs.video_steps import AnalyseStep, JoinStep, RenderStep, chunk_path, remove_chunk
from passerby.track.segments import RenderChunk, RenderedChunk, SegmentRange

if TYPE_CHECKING:
    from passerby.engine.distributed import SegmentAnalysis


@dataclass(slots=True)
class DistributedVideo:
    """One video: its spans are analysed, then its chunks are rendered, then they are joined. Each stage starts when the
    one before is complete."""

    task: Task
    spans: Sequence[SegmentRange]
    runs: list[TaskRun] = field(default_factory=list)
    pending: int = 0
    steps_done: int = 0
    failed: JobOutcome | None = None
    #: It turned out that it cannot be distributed, and is to be redacted as one file.
    undivided: bool = False
    _plan: Plan | None = None
    _chunks: list[tuple[Plan, RenderChunk]] = field(default_factory=list)
    _analyses: dict[int, SegmentAnalysis] = field(default_factory=dict)
    _rendered: dict[int, RenderedChunk] = field(default_factory=dict)
    _rate_capped: bool = False

    @property
    def fraction_done(self) -> float:
        """0 to 1, estimated by the number of steps."""
        return min(1.0, self.steps_done / (2 * len(self.spans) + 1))

    def analyse_tasks(self) -> list[Task]:
        return [replace(self.task, step=AnalyseStep(span)) for span in self.spans]

    def next_tasks(self, task: Task, outcome: JobOutcome) -> list[Task]:
        """The tasks that can start now that this step is done."""
        self.steps_done += 1
        if isinstance(task.step, AnalyseStep):
            self._analyses[task.step.span.first] = outcome.result  # type: ignore[assignment]
            return self._plan_chunks() if len(self._analyses) == len(self.spans) else []
        if isinstance(task.step, RenderStep):
            self._rendered[task.step.number] = outcome.result  # type: ignore[assignment]
            return self._join_tasks() if len(self._rendered) == len(self._chunks) else []
        return []  # it was joined

    def remove_chunks(self) -> None:
        """Delete everything that was rendered of it."""
        for number in range(len(self.spans)):
            remove_chunk(chunk_path(self.task.job, number))

    def _plan_chunks(self) -> list[Task]:
        from passerby.engine.distributed import merge_plan, plan_chunks

        analyses = [self._analyses[span.first] for span in self.spans]
        self._plan = merge_plan(analyses, self.task.settings)
        if self._plan is None:
            self.undivided = True
            return []
        self._chunks = plan_chunks(self._plan, analyses)
        return self._render_tasks()

    def _render_tasks(self) -> list[Task]:
        return [
            replace(self.task, step=RenderStep(number, plan, chunk, self._rate_capped))
            for number, (plan, chunk) in enumerate(self._chunks)
        ]

    def _join_tasks(self) -> list[Task]:
        from passerby.engine.distributed import exceeds_bit_rate

        assert self._plan is not None
        source = self._analyses[0].source
        assert source is not None
        rendered = [self._rendered[number] for number in range(len(self._chunks))]
        if not self._rate_capped and exceeds_bit_rate(source, self._plan, self.task.job.output, rendered):
            self._rate_capped, self._rendered = True, {}
            return self._render_tasks()
        chunks = tuple((chunk, result) for (_, chunk), result in zip(self._chunks, rendered, strict=True))
        return [replace(self.task, step=JoinStep(self._plan, chunks, self._rate_capped))]


class DistributedVideos:
    """All distributed videos that are in progress. Their next tasks go to the front of `tasks`: a video that was
    started is finished before another starts."""

    def __init__(self, tasks: deque[Task]) -> None:
        self._tasks = tasks
        self._videos: dict[Path, DistributedVideo] = {}

    def record(self, task: Task, outcome: JobOutcome, run: TaskRun) -> tuple[JobOutcome, TaskRun] | None:
        """The outcome of the file that this task belongs to; None while more of the file is to be done."""
        video = None if task.step is None else self._videos.get(task.job.output)
        if video is None:
            if not isinstance(outcome.result, list):
                return outcome, run
            video = self._videos[task.job.output] = DistributedVideo(task, outcome.result, [run])
            self._enqueue(video, video.analyse_tasks())
            return None
        video.pending -= 1
        video.runs.append(run)
        if outcome.state is JobState.FAILED:
            video.failed = video.failed or outcome
            # A span that cannot be analysed is damaged: redacting the whole video at once handles that.
            video.undivided = video.undivided or (isinstance(task.step, AnalyseStep) and bool(run.node))
            self._drop_queued(video)
        elif video.failed is None:
            self._advance(video, task, outcome)
        if video.pending:
            return None
        del self._videos[task.job.output]
        if video.undivided:
            self._tasks.appendleft(replace(video.task, min_span_segments=0))
            return None
        if video.failed is not None:
            video.remove_chunks()
        return video.failed or outcome, combined_run(video.runs)

    def fraction_done(self, task: Task) -> float:
        """Of the video that this task is a step of: 0 to 1, estimated by the number of steps."""
        video = self._videos.get(task.job.output)
        return 0.0 if video is None else video.fraction_done

    def _advance(self, video: DistributedVideo, task: Task, outcome: JobOutcome) -> None:
        try:
            self._enqueue(video, video.next_tasks(task, outcome))
        except Exception as error:  # one video never stops the rest, whatever the cause
            text = f"{display_path(task.job.source)}: {type(error).__name__}: {error}\nThis is a bug in passerby."
            video.failed = JobOutcome(task.job, JobState.FAILED, error=text, exit_code=1)
            self._drop_queued(video)

    def _enqueue(self, video: DistributedVideo, tasks: Sequence[Task]) -> None:
        video.pending += len(tasks)
        self._tasks.extendleft(reversed(tasks))

    def _drop_queued(self, video: DistributedVideo) -> None:
        """No further task of it is started."""
        queued = [task for task in self._tasks if task.step is not None and task.job == video.task.job]
        for task in queued:
            self._tasks.remove(task)
        video.pending -= len(queued)


def combined_run(runs: Sequence[TaskRun]) -> TaskRun:
    """Where and when a video was redacted that several tasks worked on: the seconds from the first to the last."""
    finished = [run for run in runs if run.node]
    if not finished:
        return TaskRun()
    started = min(run.started for run in finished)
    nodes = ", ".join(dict.fromkeys(run.node for run in finished))
    return TaskRun(nodes, started, max(run.started + run.seconds for run in finished) - started)
