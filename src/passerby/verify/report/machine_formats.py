"""The result of a verification in the formats that forges and test runners read: SARIF 2.1.0 and JUnit XML."""

from __future__ import annotations

import json
from enum import StrEnum
from urllib.parse import quote
from xml.etree import ElementTree

from passerby.core.names import printable
from passerby.core.version import __version__
from passerby.documents.verification_report import CheckOutcome, Finding, Verdict, VerificationReport

_NO_CONTENT = "There is nothing in the file that could be checked."
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class MachineFormat(StrEnum):
    """Format of the result for a forge or a test runner."""

    SARIF = "sarif"
    JUNIT = "junit"


class FailOn(StrEnum):
    """What makes a gate fail: anything that looks like a leak, or also checks that were not run."""

    SUSPECT = "suspect"
    INCOMPLETE = "incomplete"


def fails(report: VerificationReport, fail_on: FailOn) -> bool:
    """Whether a gate fails: findings that nobody has answered, or nothing that could be checked."""
    if report.verdict in (Verdict.FINDINGS, Verdict.NO_CONTENT) or any(f.answer is None for f in report.findings):
        return True
    return fail_on is FailOn.INCOMPLETE and any(
        check.outcome in (CheckOutcome.PARTIAL, CheckOutcome.SKIPPED) for check in report.checks
    )


def to_sarif(report: VerificationReport, path: str) -> str:
    """Each finding as a result, answered ones as suppressed. `path` is the file as the caller names it."""
    rules = [{"id": check.check.value, "shortDescription": {"text": check.title}} for check in report.checks]
    results = [_result(finding, path) for finding in report.findings]
    if report.verdict is Verdict.NO_CONTENT:
        rules.append({"id": "content", "shortDescription": {"text": "Something can be checked"}})
        results.append(_error("content", _NO_CONTENT, path))
    driver = {"name": "passerby", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": results}
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _result(finding: Finding, path: str) -> dict[str, object]:
    result = _error(finding.check.value, f"{_when(finding)}: {finding.description}", path)
    result["properties"] = {
        name: value
        for name in ("start", "end", "time", "frame", "video", "kind", "box", "score", "track")
        if (value := getattr(finding, name)) is not None
    }
    if finding.answer is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.answer.reason}]
    return result


def _error(rule: str, text: str, path: str) -> dict[str, object]:
    where = {"artifactLocation": {"uri": quote(path.replace("\\", "/"))}}
    return {
        "ruleId": rule,
        "level": "error",
        "message": {"text": text},
        "locations": [{"physicalLocation": where}],
    }


def to_junit(report: VerificationReport, path: str) -> str:
    """Each check as a test case; one that was not run is skipped, and what was found is its failure."""
    path = printable(path)  # XML has no control characters
    open_findings = [finding for finding in report.findings if finding.answer is None]
    failed = {finding.check for finding in open_findings}
    skipped = [check for check in report.checks if check.outcome is CheckOutcome.SKIPPED]
    suite = ElementTree.Element(
        "testsuite",
        name=f"passerby verify {path}",
        tests=str(len(report.checks) + (report.verdict is Verdict.NO_CONTENT)),
        failures=str(len(failed) + (report.verdict is Verdict.NO_CONTENT)),
        skipped=str(len(skipped)),
        errors="0",
    )
    for check in report.checks:
        case = ElementTree.SubElement(suite, "testcase", classname=path, name=check.title)
        found = [finding for finding in open_findings if finding.check is check.check]
        if found:
            failure = ElementTree.SubElement(case, "failure", message=f"{len(found)} findings")
            failure.text = "\n".join(f"{_when(finding)}: {finding.description}" for finding in found)
        elif check.outcome is CheckOutcome.SKIPPED:
            ElementTree.SubElement(case, "skipped", message=check.limitation or "not run")
        elif check.limitation:
            ElementTree.SubElement(case, "system-out").text = check.limitation
    if report.verdict is Verdict.NO_CONTENT:
        case = ElementTree.SubElement(suite, "testcase", classname=path, name="content")
        ElementTree.SubElement(case, "failure", message=_NO_CONTENT)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode")


def _when(finding: Finding) -> str:
    return "the whole file" if finding.time is None else f"{finding.time:.2f} s"
