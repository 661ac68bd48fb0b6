import json
from pathlib import Path

from passerby.core.kinds import Kind
from passerby.documents.dry_run import DryRun
from passerby.documents.redaction_log import LogAction, LogEntry
from passerby.documents.report import HiddenSummary, QuickCheck, QuickFinding, TimeRange
from passerby.jobs.file_job import FileJob
from passerby.jobs.summary import print_outcome, print_table, summary_json, summary_row
from passerby.jobs.task import JobOutcome, JobState
from tests.documents.test_report import report

BAD = JobOutcome(FileJob(Path("in/b.mp4"), Path("out/b.mp4")), JobState.FAILED, error="It is empty.", exit_code=1)


def test_a_failed_file_is_reported_on_stderr_with_its_reason(capsys):
    print_outcome(BAD)
    assert ("", "passerby: It is empty.\n") == capsys.readouterr()


def test_the_summary_lists_every_file_by_name_and_counts_states():
    text = json.loads(summary_json([BAD], [Path("in/a.txt")]))
    assert ["in/a.txt", "in/b.mp4"] == [line["file"] for line in text["files"]]
    assert 1 == text["counts"]["failed"]
    assert 1 == text["counts"]["unsupported"]
    assert 0 == text["counts"]["done"]


def test_what_a_file_says_is_not_obeyed_by_the_terminal(capsys):
    """Warnings and findings hold names of tags and codecs."""
    evil = "x\x1b[2K\x9b"
    check = QuickCheck(ran=True, findings=(QuickFinding(time=1.0, description=evil),))
    document = report().model_copy(update={"warnings": (evil,), "damage": (evil,), "check": check})
    print_outcome(JobOutcome(BAD.job, JobState.NEEDS_REVIEW, report=document))
    out = capsys.readouterr().out
    assert 3 == out.count("x?[2K?")
    assert not set("\x1b\x9b").intersection(out)


def test_sound_that_was_taken_out_is_told(capsys):
    muted, bleeped = (
        LogEntry(number=n, action=action, start=n, end=n + 1.25, channels="all", decided_by="program")
        for n, action in enumerate((LogAction.MUTED, LogAction.BLEEPED), 1)
    )
    for entries, expected in (((), ""), ((muted, bleeped), "; sound taken out: 2 x, 2.5 s in all")):
        document = report().model_copy(update={"redaction_log": entries})
        print_outcome(JobOutcome(BAD.job, JobState.DONE, report=document))
        line = capsys.readouterr().out.splitlines()[0]
        assert line.endswith(expected)
        assert ("sound" in line) is bool(entries)


def test_names_that_are_not_text_do_not_stop_the_summary(capsys):
    odd = Path("in/\udcff\n.mp4")
    text = summary_json([JobOutcome(FileJob(odd, odd), JobState.FAILED, error="x", exit_code=1)], [odd])
    assert 2 == len(json.loads(text)["files"])
    print_outcome(JobOutcome(FileJob(odd, odd), JobState.FAILED, error=f"{odd} is empty.", exit_code=1))
    print_table([], [odd])
    assert "unsupported" in capsys.readouterr().out


def test_columns_of_a_manifest_are_carried():
    job = FileJob(Path("a.mp4"), Path("b.mp4"), carried={"case": "2030-17"})
    assert {"case": "2030-17"} == summary_row(JobOutcome(job, JobState.DONE))["carried"]
    assert "carried" not in summary_row(JobOutcome(FileJob(Path("a.mp4"), Path("b.mp4")), JobState.DONE))


def test_a_dry_run_is_told_in_a_few_lines(capsys):
    ranges = tuple(TimeRange(start=10.0 * n, end=10.0 * n + 2) for n in range(8))
    found = DryRun(
        frames=2000,
        duration=80.0,
        hidden=(
            HiddenSummary(kind=Kind.FACE, tracks=9, ranges=ranges),
            HiddenSummary(kind=Kind.PLATE, tracks=0, ranges=()),
        ),
        covered=3,
        speech=ranges[:1],
        seconds=3725.0,
        pictures=("b.preview-1.jpg",),
    )
    print_outcome(JobOutcome(BAD.job, JobState.DONE, result=found))
    said = capsys.readouterr().out
    assert "face: 9, 0.0 to 2.0 s, 10.0 to 12.0 s" in said
    assert "and 2 more" in said
    assert "plate: none found" in said
    assert "speech: 1, 0.0 to 2.0 s" in said
    assert "cannot be analysed: 3" in said
    assert "about 1 h 2 min" in said
    assert "picture: out/b.preview-1.jpg" in said
    for seconds, expected in ((0.2, "1 s"), (75.0, "1 min 15 s")):
        short = found.model_copy(update={"seconds": seconds, "duration": None, "frames": 2, "speech": None})
        print_outcome(JobOutcome(BAD.job, JobState.DONE, result=short))
        said = capsys.readouterr().out
        assert f"about {expected} on" in said
        assert "2 pages" in said
