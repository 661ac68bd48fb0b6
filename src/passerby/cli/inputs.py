"""INPUT..., -o and --out-dir -> which file becomes which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from passerby.base.errors import SourceError, UsageError

#: What is written under its own ending; other videos become .mp4.
KEPT = {".mp4", ".m4v", ".mov", ".mkv"}
#: Files in a folder that are taken for videos.
VIDEOS = KEPT | {".webm"}
#: What a run of ours leaves behind; never an input again.
OURS = ".redacted"


@dataclass(frozen=True, slots=True)
class Job:
    """One file to redact, and the names of what comes of it."""

    source: Path
    output: Path

    @property
    def report(self) -> Path:
        return self.output.with_name(f"{self.output.stem}.report.json")

    @property
    def plan(self) -> Path:
        return self.output.with_name(f"{self.output.stem.removesuffix(OURS)}.plan.json")


def jobs_for(inputs: Sequence[Path], output: Path | None, out_dir: Path | None) -> list[Job]:
    """One job a video. Raises UsageError when names do not make sense, SourceError when there is no such input."""
    if output is not None and out_dir is not None:
        raise UsageError("-o names one file and --out-dir a folder. Give one of them.")
    jobs = list(_jobs(inputs, output, out_dir))
    if output is not None and len(jobs) != 1:
        raise UsageError(f"-o names one file, but there are {len(jobs)} inputs. Use --out-dir for more.")
    names: dict[Path, Path] = {}
    for job in jobs:
        if job.output in names:
            raise UsageError(
                f"{names[job.output]} and {job.source} would both be written to {job.output}. Redact them in two runs."
            )
        names[job.output] = job.source
    return jobs


def _jobs(inputs: Sequence[Path], output: Path | None, out_dir: Path | None) -> Iterator[Job]:
    for given in inputs:
        if given.is_dir():
            found = list(_videos(given, out_dir))
            if not found:
                raise SourceError(f"There is no video in {given}. passerby takes {', '.join(sorted(VIDEOS))}.")
            for video in found:
                yield Job(video, _inside(out_dir, video, given) if out_dir else _beside(video))
        elif not given.exists():
            raise SourceError(f"There is no file {given}. Check the name.")
        elif output is not None:
            yield Job(given, output)
        else:
            yield Job(given, out_dir / _written(given) if out_dir else _beside(given))


def _videos(folder: Path, out_dir: Path | None) -> Iterator[Path]:
    """The videos below a folder, in order of name, without what an earlier run wrote."""
    for path in sorted(folder.rglob("*")):
        written_there = out_dir is not None and out_dir.resolve() in path.resolve().parents
        if path.is_file() and path.suffix.lower() in VIDEOS and not path.stem.endswith(OURS) and not written_there:
            yield path


def _inside(out_dir: Path, video: Path, folder: Path) -> Path:
    return out_dir / video.relative_to(folder).parent / _written(video)


def _beside(video: Path) -> Path:
    written = Path(_written(video))
    return video.with_name(f"{written.stem}{OURS}{written.suffix}")


def _written(video: Path) -> str:
    return video.name if video.suffix.lower() in KEPT else f"{video.stem}.mp4"
