"""Validating counts at the command line: begin, and tell how it stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from passerby.cli.common.os_user import current_user
from passerby.core.clock import SystemClock, boot_id
from passerby.core.errors import UsageError
from passerby.documents.count_validation import CountBias, SignedCountValidation
from passerby.store.audit.log import AuditAction, AuditEntry, write
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.validation_draw import CountSubject, find_minutes
from passerby.store.counts.validations import Validations, ValidationState
from passerby.store.recordings.index import Recordings


def begin(recordings: Recordings, subject: CountSubject, number: int) -> None:
    """Draw the minutes. It is in the audit log once they are drawn: what was refused changed nothing."""
    now = SystemClock().now()
    minutes = find_minutes(recordings, CountStore(recordings.database, ""), subject)
    id = Validations(recordings.database).begin(subject, minutes, number, now.wall)
    details: dict[str, JsonValue] = {
        "subject": "count_validation",
        "validation": id,
        "camera": subject.camera,
        "location": subject.location,
        "stretches": number,
    }
    purpose = f"validate the counts of {subject.camera}/{subject.location}"
    entry = AuditEntry.of(current_user(), AuditAction.CHANGED, details, now, boot_id(), purpose)
    write(recordings.database, entry)


def result_text(state: ValidationState) -> str:
    """The result, or how many minutes are still to be counted."""
    name = f"{state.subject.camera}/{state.subject.location}"
    if state.signed is None:
        return (
            f"{name}: {state.done} of {state.drawn} minutes are counted. Count the others on the page Counts; the "
            "result is stated when all are done."
        )
    return f"{name}: {_finding(state.signed)}"


def check_signature(file: Path, key: str | None) -> str:
    """What a signed result says. Raises UsageError without a key, VerificationError where it is not genuine."""
    from passerby.verify.report.signing import verify_validation

    if key is None:
        raise UsageError("Give the public key of whoever signed it: --key FILE, or its fingerprint.")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}. Give the file that --output wrote.") from error
    signed = verify_validation(content, key)
    return f"Genuine. {signed.report.site}, {signed.report.camera}/{signed.report.location}: {_finding(signed)}"


def _finding(signed: SignedCountValidation) -> str:
    report = signed.report
    counted = sum(one.person is not None for one in report.stretches)
    day = datetime.fromtimestamp(report.finished).astimezone().strftime("%Y-%m-%d")
    sample = f"from {counted} of {len(report.stretches)} minutes that were drawn, on {day}"
    if report.both is None:
        return f"too little was counted to state a difference ({sample}). Draw again, with more --stretches."
    names = ("forward", "backward") if report.kind == "line" else ("entries", "exits")
    lines = [f"{_bias_text(report.both)}; {sample}"]
    for name, found in zip(names, (report.forward, report.backward), strict=True):
        lines.append(f"  {name}: {'too little was counted' if found is None else _bias_text(found)}")
    return "\n".join(lines)


def _bias_text(found: CountBias) -> str:
    off = abs(found.bias) * 100
    much = f"counts {off:.1f} % too {'few' if found.bias < 0 else 'many'}" if round(off, 1) else "counts as a person"
    return f"{much} (95 %: {found.low * 100:+.1f} to {found.high * 100:+.1f} %)"
