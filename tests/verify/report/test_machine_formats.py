import json
from xml.etree import ElementTree

import pytest

from passerby.documents.verification_report import CheckOutcome, Finding, FindingAnswer, Verdict
from passerby.verify.report.machine_formats import FailOn, fails, to_junit, to_sarif
from tests.verify.factories import example_report

ANSWER = FindingAnswer(by="Diaz", created="2030-01-01T00:00:00+00:00", reason="A poster.")
OPEN = Finding(number=1, check="faces", description="a face <1>", time=2.5, box=(1, 2, 3, 4), kind="face")
ANSWERED = OPEN.model_copy(update={"number": 2, "answer": ANSWER})


def report(verdict, *findings, outcome=CheckOutcome.PASSED):
    made = example_report(verdict=verdict)
    checks = tuple(check.model_copy(update={"outcome": outcome}) for check in made.checks)
    return made.model_copy(update={"findings": findings, "checks": checks})


@pytest.mark.parametrize(
    ("made", "suspect", "incomplete"),
    [
        (report(Verdict.PASSED), False, False),
        (report(Verdict.FINDINGS, OPEN), True, True),
        (report(Verdict.REVIEWED, ANSWERED), False, False),
        (report(Verdict.NO_CONTENT), True, True),
        (report(Verdict.INCOMPLETE, outcome=CheckOutcome.SKIPPED), False, True),
    ],
)
def test_a_gate_fails_for_what_nobody_has_answered(made, suspect, incomplete):
    assert (suspect, incomplete) == (fails(made, FailOn.SUSPECT), fails(made, FailOn.INCOMPLETE))


def test_sarif_has_each_finding_and_suppresses_answered_ones():
    sarif = json.loads(to_sarif(report(Verdict.FINDINGS, OPEN, ANSWERED), "out/a.mp4"))
    (run,) = sarif["runs"]
    first, second = run["results"]
    assert ("2.1.0", "faces", "2.50 s: a face <1>") == (sarif["version"], first["ruleId"], first["message"]["text"])
    assert "out/a.mp4" == first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert ([1, 2, 3, 4], "face") == (first["properties"]["box"], first["properties"]["kind"])
    assert ("suppressions" in first, second["suppressions"][0]["justification"]) == (False, "A poster.")
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert len(rules) == len(example_report().checks)


def test_junit_has_a_case_for_each_check():
    made = report(Verdict.FINDINGS, OPEN, ANSWERED)
    suite = ElementTree.fromstring(to_junit(made, "out/a.mp4"))
    assert len(made.checks) == len(suite.findall("testcase")) == int(suite.get("tests"))
    faces = [check.title for check in made.checks if check.check == "faces"]
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert faces == failed
    assert str(len(failed)) == suite.get("failures")
    skipped = ElementTree.fromstring(to_junit(report(Verdict.INCOMPLETE, outcome=CheckOutcome.SKIPPED), "a"))
    assert len(made.checks) == len(skipped.findall("testcase/skipped"))
    empty = ElementTree.fromstring(to_junit(report(Verdict.NO_CONTENT), "a"))
    assert "1" == empty.get("failures")


def test_nothing_that_could_be_checked_is_a_result_too():
    (run,) = json.loads(to_sarif(report(Verdict.NO_CONTENT), "a"))["runs"]
    (result,) = run["results"]
    assert "There is nothing in the file that could be checked." == result["message"]["text"]
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}


@pytest.mark.parametrize(
    ("name", "uri"), [("out/a b#1.mp4", "out/a%20b%231.mp4"), ("50%.mp4", "50%25.mp4"), ("a\x01.mp4", "a%01.mp4")]
)
def test_any_name_of_a_file_makes_documents_that_can_be_read(name, uri):
    made = report(Verdict.FINDINGS, OPEN)
    (run,) = json.loads(to_sarif(made, name))["runs"]
    assert uri == run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert ElementTree.fromstring(to_junit(made, name)).get("name").startswith("passerby verify ")
