"""The report on a case: which files were asked for, which go out, what is withheld, and what is missing.

It is saved, signed, as `case-report.json` at the top of what is released. docs/ref/case-report.md explains it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passerby.core.model import FrozenModel
from passerby.documents.case_file import CaseDetails
from passerby.documents.verification_report import Signature, SignedCopies

#: Who hid what no person has touched.
BY_PROGRAM = "program"
#: Why a file does not go out.
MissingReason = Literal["not_reviewed", "not_open", "failed", "waiting"]


class WithheldItem(FrozenModel):
    """One thing that is withheld, or shown on purpose. `start` and `end` in seconds of the released file; of what was
    cut, both are the time of the cut, and a photo has none. `code` empty: no reason was given, and there is no default
    for its kind."""

    file: str
    item: str
    start: float | None = None
    end: float | None = None
    code: str = ""
    statute: str = ""
    text: str = ""
    by: str = BY_PROGRAM


class MissingFile(FrozenModel):
    """A file that was asked for and does not go out. `detail` in English, where there is more to say."""

    name: str
    reason: MissingReason
    detail: str = ""


class CaseReportFile(FrozenModel):
    """A file that goes out, with its path in the package. `verdict` is that of the independent check."""

    path: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    source: str
    verdict: Literal["clean", "review", "unchecked"]
    findings: int = 0
    reviewer: str = ""


class PackedFile(FrozenModel):
    """Any file in the package, so that whoever receives it can tell whether one is missing or was changed."""

    path: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int


class CaseReport(FrozenModel):
    """What goes out in a case. `agency` is who answers for the report, as on the reports of the check; `case.agency` is
    what a person wrote about the case."""

    schema_version: Literal[1] = 1
    program: str
    created: str = Field(description="ISO 8601 with offset")
    agency: str | None = None
    case: CaseDetails
    files: tuple[CaseReportFile, ...]
    missing: tuple[MissingFile, ...]
    withheld: tuple[WithheldItem, ...]
    shown: tuple[WithheldItem, ...] | None = Field(
        default=None, description="what is shown on purpose, though it was detected; None from versions before it"
    )
    package: tuple[PackedFile, ...] = ()


class SignedCaseReport(FrozenModel):
    """The content of `case-report.json`. The signature covers every file of the package by its SHA-256, and `copies`
    the report for reading and the exemption log."""

    report: CaseReport
    signature: Signature
    copies: SignedCopies | None = None
