import json
from pathlib import Path

from passerby.documents.redaction_log import LogAction, LogEntry
from passerby.documents.report import QuickCheck, QuickFinding
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
