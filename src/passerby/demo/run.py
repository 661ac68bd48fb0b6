"""The demo: a sample clip made on the spot, redacted, before and after side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passerby import Report, redact
from passerby.core.errors import OutputError
from passerby.demo.comparison import make_strip
from passerby.demo.portrait import portrait
from passerby.demo.sample import make_sample
from passerby.jobs.progress_output import progress
from passerby.sink.output_file import write_text_atomically


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What a demo leaves in its folder."""

    sample: Path
    redacted: Path
    report: Path
    comparison: Path


def run_demo(out_dir: Path) -> tuple[DemoFiles, Report]:
    """Make a sample clip in `out_dir`, redact it, and draw both side by side. Raises OutputError."""
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
    report = redact(files.sample, files.redacted, force=True, progress=progress())
    write_text_atomically(files.report, report.to_json(), force=True)
    make_strip(files.comparison, files.sample, files.redacted)
    return files, report
