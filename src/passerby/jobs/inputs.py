"""INPUT..., -o and --out-dir of the command line -> a job for each file."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from passerby.cluster.manifest import is_manifest, read_manifest
from passerby.config.object_path import display_path, is_remote
from passerby.core.errors import PasserbyError, SourceError, UsageError
from passerby.documents.file_names import REDACTED_MARK, shortened
from passerby.jobs.file_job import FileJob, JobList, RejectedRow
from passerby.jobs.output_names import (
    STILL_SUFFIXES,
    VIDEO_SUFFIXES,
    is_media,
    is_own_output,
    output_beside,
    output_name,
)


def collect_jobs(
    paths: Sequence[Path], output: Path | None, out_dir: Path | None, *, stable_names: bool = False
) -> JobList:
    """One job per file. `stable_names`: what outputs and reports are called does not depend on which other files there
    are, since others will come; that two files have one output is left to the caller. Raises UsageError for options
    that contradict each other, SourceError for a missing input."""
    if output is not None and out_dir is not None:
        raise UsageError("-o names one file and --out-dir a folder. Use one of them.")
    job_list = _list_jobs(paths, output, out_dir)
    if output is not None and len(job_list.jobs) != 1:
        raise UsageError(f"-o names one file, but there are {len(job_list.jobs)} inputs. Use --out-dir for several.")
    if out_dir is not None and len(job_list.jobs) > 1:
        job_list.summary_path = out_dir / "summary.json"
    job_list.jobs = _unique_outputs(job_list.jobs, stable_names)
    return job_list


def list_media(path: Path) -> JobList:
    """What `collect_jobs` finds in one file or folder, for those that give the outputs names of their own. Raises
    SourceError."""
    return _list_jobs([path], None, None)


def _list_jobs(paths: Sequence[Path], output: Path | None, out_dir: Path | None) -> JobList:
    job_list = JobList()
    for path in paths:
        if is_manifest(path):
            if output is not None:
                raise UsageError("-o names one file, but a manifest lists many. Use --out-dir, or its column `output`.")
            _add_manifest(job_list, path, out_dir)
            job_list.summary_path = (out_dir or path.parent) / "summary.json"
        elif is_remote(path):
            from passerby.jobs.remote_inputs import add_objects

            add_objects(job_list, path, output, out_dir)
        elif path.is_dir():
            _add_folder(job_list, path, out_dir)
            job_list.summary_path = (out_dir or path) / "summary.json"
        elif not os.path.lexists(path):
            raise SourceError(f"There is no file {path}. Check the name.")
        elif output is not None:
            job_list.jobs.append(FileJob(path, output))
        else:
            job_list.jobs.append(FileJob(path, out_dir / output_name(path) if out_dir else output_beside(path)))
    return job_list


def _add_manifest(job_list: JobList, manifest: Path, out_dir: Path | None) -> None:
    """Every row of a manifest, each judged by itself. Its paths are relative to the manifest's folder, outputs to
    `out_dir` or that folder.

    Raises UsageError for a manifest of which nothing can be used; a row that is wrong, or whose file is missing, is
    reported and does not stop the others.
    """
    for row in read_manifest(manifest.name, _manifest_content(manifest)):
        source = _resolve(manifest, row.path)
        try:
            if row.fault is not None:
                raise UsageError(row.fault)
            output = None if row.output is None else _inside(out_dir or manifest.parent, row.output)
            row_jobs = collect_jobs([source], output, None if output is not None else out_dir)
        except PasserbyError as error:
            number = f"Row {row.number} of {display_path(manifest)}"
            reason = str(error) if str(error).startswith("Row ") else f"{number}: {error}"
            job_list.rejected.append(RejectedRow(source, reason, row.carried))
            continue
        job_list.jobs += [replace(job, settings_override=row.settings, carried=row.carried) for job in row_jobs.jobs]
        job_list.unsupported += row_jobs.unsupported
        job_list.unreadable += row_jobs.unreadable
        job_list.rejected += row_jobs.rejected


def _inside(folder: Path, name: str) -> Path:
    """A row's output below `folder`. Raises UsageError for one outside: whoever wrote the manifest chooses names, and
    whoever runs it the folder."""
    path = folder / name
    if "\0" in name or Path(name).is_absolute() or is_remote(Path(name)) or not _is_below(path, folder):
        raise UsageError(
            f"`output` leads out of {display_path(folder)}. Give a name in it, or another folder with --out-dir."
        )
    return path


def _is_below(path: Path, folder: Path) -> bool:
    if ".." in path.parts[len(folder.parts) :]:
        return False
    return is_remote(folder) or path.resolve().is_relative_to(folder.resolve())


def _manifest_content(path: Path) -> bytes:
    if is_remote(path):
        from passerby.cluster.object_store import ObjectStorage

        return ObjectStorage(path).read(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}. Check the name.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error


def _resolve(manifest: Path, text: str) -> Path:
    """A row's path; that of the manifest where it has none."""
    path = Path(text.replace("\0", "?")) if text else manifest
    return path if not text or is_remote(path) or path.is_absolute() else manifest.parent / path


def _add_folder(job_list: JobList, folder: Path, out_dir: Path | None) -> None:
    """The files below a folder in order of name, without outputs of an earlier run; symbolic links to folders are not
    followed."""
    outputs = out_dir.resolve() if out_dir is not None and not is_remote(out_dir) else None
    has_media = False
    for path in _walk(folder, job_list.unreadable):
        if is_own_output(path):
            continue
        if outputs is not None and outputs != folder.resolve() and path.parent.resolve().is_relative_to(outputs):
            continue
        if not is_media(path):
            job_list.unsupported.append(path)
            continue
        has_media = True
        subfolder = path.relative_to(folder).parent
        output = out_dir / subfolder / output_name(path) if out_dir else output_beside(path)
        job_list.jobs.append(FileJob(path, output))
    if not has_media and not job_list.unreadable:
        formats = ", ".join(sorted(VIDEO_SUFFIXES | STILL_SUFFIXES))
        raise SourceError(f"There is no video or still in {folder}. passerby reads {formats}.")


def _walk(folder: Path, unreadable: list[tuple[Path, str]]) -> Iterator[Path]:
    """Everything that is not a folder: broken links and pipes too, so that they are reported."""

    def record(error: OSError) -> None:
        unreadable.append((Path(error.filename), error.strerror or "it cannot be read"))

    for parent, folders, names in os.walk(folder, onerror=record):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names))


def _unique_outputs(jobs: Sequence[FileJob], stable_names: bool) -> list[FileJob]:
    """The same jobs, no two of which write the same file.

    Where a new suffix would give a file the name of another (old.avi beside old.mp4), it keeps the old suffix before
    the new one; with `stable_names` always. Raises UsageError where that is not enough, but for `stable_names`.
    """
    wanted = Counter(job.output for job in jobs)
    outputs: dict[Path, FileJob] = {}
    named: list[FileJob] = []
    for job in jobs:
        output = job.output
        if (stable_names or wanted[output] > 1) and output.suffix.lower() != job.source.suffix.lower():
            mark = REDACTED_MARK if output.stem.endswith(REDACTED_MARK) else ""
            output = output.with_name(shortened(f"{job.source.name}{mark}{output.suffix}", mark))
        if output in outputs and not stable_names:
            raise UsageError(
                f"{outputs[output].source} and {job.source} would both be written to {output}. Redact them in two runs."
            )
        outputs[output] = job
        named.append(replace(job, output=output))
    stems = Counter(output.with_suffix("") for output in outputs)
    return [replace(job, name_collides=stable_names or stems[job.output.with_suffix("")] > 1) for job in named]
