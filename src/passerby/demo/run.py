"""The demo: a synthetic sample clip, redacted, with before and after side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passerby import Report, redact
from passerby.core.errors import OutputError
from passerby.demo.comparison import write_comparison
from passerby.demo.portrait import portrait
from passerby.demo.sample import make_sample
from passerby.jobs.progress_output import make_progress
from passerby.sink.output_file import write_text_atomically


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """The output files of the demo."""

    sample: Path
    redacted: Path
    report: Path
    comparison: Path


def run_demo(out_dir: Path) -> tuple[DemoFiles, Report]:
    """Create a sample clip in `out_dir`, redact it, and write a comparison. Raises OutputError."""
    files = DemoFiles(
        out_dir / "sample.mp4",
        out_dir / "sample.redacted.mp4",
        out_dir / "sample.redacted.report.json",
        out_dir / "before-after.png",
    )
    face = portrait()
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        make_sample(files.sample, face)
    except OSError as error:
        raise OutputError(f"{out_dir} cannot be written: {error.strerror}. Choose another with --out-dir.") from error
    report = redact(files.sample, files.redacted, force=True, progress=make_progress())
    write_text_atomically(files.report, report.to_json(), force=True)
    write_comparison(files.comparison, files.sample, files.redacted)
    return files, report
