"""Was the report beside a released file signed by somebody who is trusted? Then it is believed about what is shown on
purpose, where no plan is given."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from passerby.core.errors import VerificationError
from passerby.documents.case_report import SignedCaseReport
from passerby.documents.file_names import REPORT_SUFFIX
from passerby.verify.report.signing import named_files, verify_signature

#: How many folders above a file the report on its case may lie.
MAX_FOLDERS_ABOVE = 8


def signer_of(file: Path, report: Path, report_sha256: str, trusted: Collection[str]) -> str | None:
    """The fingerprint of the trusted key that vouches for the `report` on this very file: by a verification report or
    a report on a case that lies beside them. None where there is none."""
    for path in _candidates(file, report) if trusted else ():
        try:
            content = path.read_bytes()
        except OSError:
            continue
        for key in trusted:
            try:
                signed = verify_signature(content, file, key)
            except VerificationError:
                continue
            if isinstance(signed, SignedCaseReport):
                vouches = report_sha256 in named_files(signed).values()
            else:
                vouches = signed.report.release is not None and signed.report.release.sha256 == report_sha256
            if vouches:
                return signed.signature.fingerprint
    return None


def _candidates(file: Path, report: Path) -> Iterator[Path]:
    yield report.with_name(report.name.removesuffix(REPORT_SUFFIX) + ".verification") / "report.json"
    yield file.with_name("report.json")
    yield from (folder / "case-report.json" for folder in [*file.absolute().parents][:MAX_FOLDERS_ABOVE])
