"""INPUT..., -o and --out-dir -> which file becomes which."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from passerby.cluster.manifest import Own, is_manifest
from passerby.config.object_path import is_away
from passerby.core.errors import SourceError, UsageError
from passerby.core.still_info import SUFFIXES
from passerby.source.still.sniff import fitting_name, still_kind
from passerby.source.video import container_sniff as kinds

#: What is written under its own ending; other videos become .mp4.
KEPT = {".mp4", ".m4v", ".mov", ".mkv"}
#: Endings of files in a folder that are taken for videos, whatever is in them: a broken one is to be told of.
VIDEOS = KEPT | {".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".flv", ".3gp", ".3g2", ".wmv", ".asf"}
STILLS = {suffix for suffixes in SUFFIXES.values() for suffix in suffixes}
#: What a run of ours leaves behind; never an input again.
OURS = ".redacted"
#: A piece of a film, until it is joined with the others.
PIECE = ".piece"
OURS_BESIDE = (".report.json", ".plan.json", "summary.json", "summary.parquet", "summary.svg", ".part", PIECE)


@dataclass(frozen=True, slots=True)
class Job:
    """One file to redact, and the names of what comes of it."""

    source: Path
    output: Path
    #: Another output has the same name but for its ending (a photo and the film of that moment): then reports and plans
    #: are called after the whole name.
    twin: bool = False
    #: Settings of its own, in place of those of the command line (cluster/manifest.py).
    own: Own = field(default_factory=dict, hash=False)
    #: Bytes of the source, where they are known before it is opened.
    size: int | None = None

    @property
    def report(self) -> Path:
        name = self.output.name if self.twin else self.output.stem
        return self.output.with_name(f"{name}.report.json")

    @property
    def plan(self) -> Path:
        name = self.output.stem.removesuffix(OURS)
        return self.output.with_name(f"{name}{self.output.suffix if self.twin else ''}.plan.json")


@dataclass(slots=True)
class Inputs:
    """All that is to be done, the files in folders that are neither video nor still, the folders that cannot be
    read, with the reason, and what a manifest names and is not there, with what to say of it.

    `summary` is where summary.json goes: for folders, and for many files with --out-dir.
    """

    jobs: list[Job] = field(default_factory=list)
    unsupported: list[Path] = field(default_factory=list)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    missing: list[tuple[Path, str]] = field(default_factory=list)
    summary: Path | None = None


def read_inputs(given: Sequence[Path], output: Path | None, out_dir: Path | None) -> Inputs:
    """One job a file. Raises UsageError when names do not make sense, SourceError when there is no such input."""
    if output is not None and out_dir is not None:
        raise UsageError("-o names one file and --out-dir a folder. Give one of them.")
    inputs = Inputs()
    for path in given:
        if is_manifest(path):
            from passerby.jobs.remote_inputs import add_manifest

            if output is not None:
                raise UsageError("-o names one file, and a manifest lists many. Use --out-dir, or its column `output`.")
            add_manifest(inputs, path, out_dir)
            inputs.summary = (out_dir or path.parent) / "summary.json"
        elif is_away(path):
            from passerby.jobs.remote_inputs import add_away

            add_away(inputs, path, output, out_dir)
        elif path.is_dir():
            _add_folder(inputs, path, out_dir)
            inputs.summary = (out_dir or path) / "summary.json"
        elif not os.path.lexists(path):
            raise SourceError(f"There is no file {path}. Check the name.")
        elif output is not None:
            inputs.jobs.append(Job(path, output))
        else:
            inputs.jobs.append(Job(path, out_dir / written(path) if out_dir else beside(path)))
    if output is not None and len(inputs.jobs) != 1:
        raise UsageError(f"-o names one file, but there are {len(inputs.jobs)} inputs. Use --out-dir for more.")
    if out_dir is not None and len(inputs.jobs) > 1:
        inputs.summary = out_dir / "summary.json"
    inputs.jobs = _told_apart(inputs.jobs)
    return inputs


def _add_folder(inputs: Inputs, folder: Path, out_dir: Path | None) -> None:
    """What is below a folder, in order of name, without what an earlier run wrote; links to folders are left out."""
    ours = out_dir.resolve() if out_dir is not None and not is_away(out_dir) else None
    found = False
    for path in _files(folder, inputs.unreadable):
        if is_ours(path):
            continue
        if ours is not None and ours != folder.resolve() and path.parent.resolve().is_relative_to(ours):
            continue
        if not _is_media(path):
            inputs.unsupported.append(path)
            continue
        found = True
        inside = path.relative_to(folder).parent
        inputs.jobs.append(Job(path, out_dir / inside / written(path) if out_dir else beside(path)))
    if not found and not inputs.unreadable:
        raise SourceError(
            f"There is no video or picture in {folder}. passerby takes {', '.join(sorted(VIDEOS | STILLS))}."
        )


def is_ours(path: Path) -> bool:
    """Was it written by a run of ours? Told by its name."""
    return path.stem.endswith(OURS) or path.name.endswith(OURS_BESIDE)


def _files(folder: Path, unreadable: list[tuple[Path, str]]) -> Iterator[Path]:
    """Everything that is no folder: links that lead nowhere and pipes too, so that they are told of."""

    def fault(error: OSError) -> None:
        unreadable.append((Path(error.filename), error.strerror or "it cannot be read"))

    for here, folders, names in os.walk(folder, onerror=fault):
        folders.sort()
        yield from (Path(here, name) for name in sorted(names))


def _is_media(path: Path) -> bool:
    return path.suffix.lower() in VIDEOS | STILLS or still_kind(path) is not None or _is_video(path)


def _is_video(path: Path) -> bool:
    """By its content."""
    try:
        if not path.is_file():  # reading from a pipe may never end
            return False
        with path.open("rb") as file:
            return kinds.kind_of(file.read(kinds.HEAD)) is not None
    except OSError:
        return False


def _told_apart(jobs: Sequence[Job]) -> list[Job]:
    """The same jobs, no two of which write the same file.

    Where a new ending would give a file the name of another (old.avi beside old.mp4), it keeps the old ending before
    the new one. Raises UsageError where that is not enough.
    """
    wanted = Counter(job.output for job in jobs)
    outputs: dict[Path, Job] = {}
    for job in jobs:
        output = job.output
        if wanted[output] > 1 and output.suffix.lower() != job.source.suffix.lower():
            ours = OURS if output.stem.endswith(OURS) else ""
            output = output.with_name(f"{job.source.name}{ours}{output.suffix}")
        if output in outputs:
            raise UsageError(
                f"{outputs[output].source} and {job.source} would both be written to {output}. Redact them in two runs."
            )
        outputs[output] = job
    stems = Counter(output.with_suffix("") for output in outputs)
    return [replace(job, output=output, twin=stems[output.with_suffix("")] > 1) for output, job in outputs.items()]


def beside(path: Path) -> Path:
    """Where the output goes when nobody says."""
    name = Path(written(path))
    return path.with_name(f"{name.stem}{OURS}{name.suffix}")


def written(path: Path) -> str:
    """The name of the output: the ending changes only where the content or the container asks for it."""
    kind = still_kind(path)
    if kind is not None:
        return fitting_name(path.name, kind)
    keeps = path.suffix.lower() in KEPT or (path.suffix.lower() in STILLS and not _is_video(path))
    return path.name if keeps else f"{path.stem}.mp4"
