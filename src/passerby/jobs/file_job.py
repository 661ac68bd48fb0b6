"""One file to redact, and the list of all files of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from passerby.cluster.manifest import RowSettings
from passerby.documents import file_names


@dataclass(frozen=True, slots=True)
class FileJob:
    """One file to redact, and the paths of its outputs."""

    source: Path
    output: Path
    #: Another output has the same name except for its suffix (a photo and the video of the same moment): then reports
    #: and plans are named after the full file name.
    name_collides: bool = False
    #: Settings from a manifest row, which override those of the command line (cluster/manifest.py).
    settings_override: RowSettings = field(default_factory=dict, hash=False)
    #: Other columns of that row, which are carried into the summary.
    carried: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Size of the source, where it is known before it is opened.
    size_bytes: int | None = None

    @property
    def report_path(self) -> Path:
        return file_names.report_path(self.output, whole_name=self.name_collides)

    @property
    def plan_path(self) -> Path:
        return file_names.plan_path(self.output, whole_name=self.name_collides)

    @property
    def preview_paths(self) -> tuple[Path, ...]:
        return file_names.preview_paths(self.output, whole_name=self.name_collides)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of a manifest that cannot be redacted: its file, why not, and its other columns."""

    path: Path
    reason: str
    carried: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class JobList:
    """All files of a run, and the inputs that cannot be redacted, with the reason.

    `unsupported` are files in folders that are neither video nor still, `unreadable` folders that cannot be opened,
    `rejected` rows of manifests whose file does not exist or whose cells are wrong. `summary_path` is where
    summary.json goes: for folders, and for several files with --out-dir.
    """

    jobs: list[FileJob] = field(default_factory=list)
    unsupported: list[Path] = field(default_factory=list)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    summary_path: Path | None = None

    @property
    def carried_columns(self) -> list[str]:
        """Columns of manifests that are no settings, in order of name."""
        rows = [*(job.carried for job in self.jobs), *(row.carried for row in self.rejected)]
        return sorted({column for row in rows for column in row})
