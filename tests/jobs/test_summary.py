import json
from pathlib import Path

from passerby.jobs.inputs import Job
from passerby.jobs.job import Outcome, State
from passerby.jobs.summary import say, summary, table

BAD = Outcome(Job(Path("in/b.mp4"), Path("out/b.mp4")), State.FAILED, error="It is empty.", exit_code=1)


def test_a_failed_file_is_told_of_on_stderr_with_its_reason(capsys):
    say(BAD, json=False)
    assert ("", "passerby: It is empty.\n") == capsys.readouterr()


def test_a_failed_file_is_one_json_line(capsys):
    say(BAD, json=True)
    line = json.loads(capsys.readouterr().out)
    assert {"event": "error", "file": "in/b.mp4", "state": "failed", "message": "It is empty."} == line


def test_the_summary_has_every_file_in_order_of_name_and_counts_them():
    told = json.loads(summary([BAD], [Path("in/a.txt")]))
    assert ["in/a.txt", "in/b.mp4"] == [line["file"] for line in told["files"]]
    assert 1 == told["counts"]["failed"]
    assert 1 == told["counts"]["unsupported"]
    assert 0 == told["counts"]["done"]


def test_names_that_are_no_text_do_not_stop_the_summary(capsys):
    odd = Path("in/\udcff\n.mp4")
    told = summary([Outcome(Job(odd, odd), State.FAILED, error="x", exit_code=1)], [odd])
    assert 2 == len(json.loads(told)["files"])
    say(Outcome(Job(odd, odd), State.FAILED, error=f"{odd} is empty.", exit_code=1), json=False)
    table([], [odd])
    assert "unsupported" in capsys.readouterr().out
