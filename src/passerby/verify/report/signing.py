"""The signature of a report: Ed25519 over its canonical JSON, with a key that is created on first use.

Canonical JSON is that of RFC 8785 (sorted names, no spaces, numbers as in ECMAScript), so that anybody can check a
report without passerby. `report.json` itself must be, byte for byte, what `to_json` writes: a report in which anything
was changed, even a space, is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pydantic import ValidationError

from passerby.core.errors import VerificationError
from passerby.documents.case_report import CaseReport, SignedCaseReport
from passerby.documents.count_validation import CountValidation, SignedCountValidation, ValidationSummary
from passerby.documents.verification_report import (
    Signature,
    SignedCopies,
    SignedVerificationReport,
    VerificationReport,
)
from passerby.source.fingerprint import fingerprint

#: The environment variable that names another folder for the key.
CONFIG_VARIABLE = "PASSERBY_CONFIG"
PRIVATE, PUBLIC = "signing-key.pem", "signing-key.pub"
#: Reports on one file, and on a case.
SignedReport = SignedVerificationReport | SignedCaseReport
_Signed = TypeVar("_Signed", SignedVerificationReport, SignedCaseReport)


class SigningKey:
    """A private key; `public` is its raw public key, `fingerprint` is what to read out to those who verify."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the raw public key, in hex."""
        return hashlib.sha256(self.public).hexdigest()

    def sign(self, content: bytes) -> bytes:
        return self._private.sign(content)


def config_folder(environment: Mapping[str, str]) -> Path:
    """The configuration folder of the user; it need not exist."""
    if environment.get(CONFIG_VARIABLE):
        return Path(environment[CONFIG_VARIABLE])
    home = environment.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
    return Path(home) / "passerby"


def load_key(folder: Path | None = None) -> SigningKey:
    """The key of the user, created if there is none: readable by its owner only, with the public key beside it.

    Raises VerificationError when it cannot be read or created, or when others may read it.
    """
    folder = folder or config_folder(os.environ)
    path = folder / PRIVATE
    try:
        if not path.exists():
            _create(folder)
        if path.stat().st_mode & 0o077:
            raise VerificationError(
                f"{path} can be read by other users, so its signatures prove nothing. Run: chmod 600 {path}"
            )
        private = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise VerificationError(
            f"The signing key {path} cannot be read or created: {error.strerror}. Set {CONFIG_VARIABLE} to another "
            "folder."
        ) from error
    except (ValueError, TypeError) as error:
        raise VerificationError(
            f"{path} is not a PEM private key. Restore the right file, or move this one away."
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise VerificationError(f"{path} is not an Ed25519 key. Restore the right file, or move this one away.")
    return SigningKey(private)


def own_public_key(folder: Path | None = None) -> Path | None:
    """The file with the public key of the user; None where there is none yet."""
    path = (folder or config_folder(os.environ)) / PUBLIC
    return path if path.is_file() else None


def _create(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate()
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # The private key is created atomically, and never with permissions for others.
    part = folder / f"{PRIVATE}.{os.getpid()}"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        (folder / PUBLIC).write_bytes(public)
        os.link(part, folder / PRIVATE)
    except FileExistsError:
        pass  # another run has just created one: that one is used
    finally:
        part.unlink(missing_ok=True)


def sign(report: VerificationReport, key: SigningKey) -> SignedVerificationReport:
    """The report with its signature."""
    return SignedVerificationReport(report=report, signature=_signature(report, key))


def sign_case(report: CaseReport, key: SigningKey) -> SignedCaseReport:
    """The report on a case with its signature, which covers the whole package by the hashes in the report."""
    return SignedCaseReport(report=report, signature=_signature(report, key))


def sign_validation(report: CountValidation, key: SigningKey) -> SignedCountValidation:
    """The result of a validation of counts with its signature."""
    summary = key.sign(ValidationSummary.of(report).canonical()).hex()
    return SignedCountValidation(report=report, signature=_signature(report, key), summary=summary)


def verify_validation(content: bytes, key: str) -> SignedCountValidation:
    """Verify that a signed validation of counts was signed with `key`, given as for `verify_signature`. Raises
    VerificationError with the reason."""
    try:
        signed = SignedCountValidation.model_validate_json(content)
    except ValidationError:
        raise VerificationError("Refused: this is not a validation of counts, or it was changed.") from None
    public = bytes.fromhex(signed.signature.public_key)
    if hashlib.sha256(public).hexdigest() != key_fingerprint(key):
        raise VerificationError("Refused: the validation was signed with another key, by somebody else.")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            bytes.fromhex(signed.signature.value), canonical(signed.report)
        )
    except InvalidSignature:
        raise VerificationError("Refused: the validation was changed after it was signed.") from None
    return signed


def _signature(report: VerificationReport | CaseReport | CountValidation, key: SigningKey) -> Signature:
    value = key.sign(canonical(report)).hex()
    return Signature(public_key=key.public.hex(), fingerprint=key.fingerprint, value=value)


def sign_copies(signed: _Signed, copies: Mapping[str, bytes], key: SigningKey) -> _Signed:
    """The same, with a signature over the files that show the report for reading."""
    files = {name: hashlib.sha256(content).hexdigest() for name, content in copies.items()}
    value = key.sign(_canonical_copies(signed.report, files)).hex()
    return signed.model_copy(update={"copies": SignedCopies(files=files, value=value)})


def _canonical_copies(report: VerificationReport | CaseReport, files: Mapping[str, str]) -> bytes:
    return rfc8785.dumps({"report": hashlib.sha256(canonical(report)).hexdigest(), "files": dict(files)})


def named_files(signed: SignedReport) -> dict[str, str]:
    """SHA-256 of the files that lie beside a report and are covered by its signature, by their paths from there."""
    named = {}
    if isinstance(signed, SignedCaseReport):
        named = {packed.path: packed.sha256 for packed in signed.report.package}
    if signed.copies is not None:
        named |= signed.copies.files
    return named


def check_copies(signed: SignedReport, folder: Path) -> list[str]:
    """Names of the files beside a report in `folder` that are those that were signed; the report's own signature must
    be verified already. Raises VerificationError where one was changed."""
    found = []
    for name, expected in named_files(signed).items():
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or not path.is_file():
            continue
        if fingerprint(path)[0] != expected:
            raise VerificationError(f"Refused: {name} was changed after it was signed. The report itself is genuine.")
        found.append(name)
    return found


def canonical(report: VerificationReport | CaseReport | CountValidation) -> bytes:
    """The bytes that are signed (RFC 8785). Raises VerificationError for a number that JSON does not have."""
    try:
        return rfc8785.dumps(report.model_dump(mode="json", exclude_none=True))
    except rfc8785.CanonicalizationError as error:
        raise VerificationError(f"The report cannot be signed: {error}. This is a bug in passerby.") from error


def to_json(signed: SignedReport) -> str:
    """The text of `report.json` or `case-report.json`."""
    content = signed.model_dump(mode="json", exclude_none=True)
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def verify_signature(report: bytes, file: Path, key: str) -> SignedReport:
    """Verify that `report` (the bytes of a report.json or case-report.json) was signed with `key` and is about `file`;
    a report on a case is about every file of the release.

    `key` is the path of a public key in PEM, the raw key in hex, or its fingerprint: 64 hexadecimal digits. Raises
    VerificationError with the reason: changed, another key, another file.
    """
    expected = key_fingerprint(key)
    signed = read_signed_report(report)
    signature = signed.signature
    public = bytes.fromhex(signature.public_key)
    if signature.fingerprint != hashlib.sha256(public).hexdigest():
        raise VerificationError("Refused: the report was changed: its key does not match the fingerprint of the key.")
    if signature.fingerprint != expected:
        raise VerificationError(
            f"Refused: the report was signed with another key (fingerprint {signature.fingerprint[:16]}…), not with "
            f"the given one ({expected[:16]}…). It was signed by somebody else."
        )
    try:
        verifier = Ed25519PublicKey.from_public_bytes(public)
        verifier.verify(bytes.fromhex(signature.value), canonical(signed.report))
        if signed.copies is not None:
            verifier.verify(bytes.fromhex(signed.copies.value), _canonical_copies(signed.report, signed.copies.files))
    except (InvalidSignature, ValueError):
        raise VerificationError("Refused: the report was changed after it was signed: invalid signature.") from None
    _refuse_other_file(signed, file)
    return signed


def read_signed_report(report: bytes) -> SignedReport:
    """Parse a report.json or case-report.json that is, byte for byte, as it was written. Its signature is not verified.

    Raises VerificationError.
    """
    signed: SignedReport
    try:
        if _is_on_case(report):
            signed = SignedCaseReport.model_validate_json(report)
        else:
            signed = SignedVerificationReport.model_validate_json(report)
    except ValidationError as error:
        first = error.errors()[0]
        location = ".".join(str(part) for part in first["loc"]) or "the file"
        raise VerificationError(
            f"Refused: this is not a report of passerby, or it was changed: {location}: {first['msg']}."
        ) from error
    if to_json(signed).encode() != report:
        raise VerificationError(
            "Refused: the report was changed after it was written: its format is not the signed one."
        )
    return signed


def _is_on_case(content: bytes) -> bool:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return False
    report = document.get("report") if isinstance(document, dict) else None
    return isinstance(report, dict) and "package" in report


def _refuse_other_file(signed: SignedReport, file: Path) -> None:
    sha256, _ = fingerprint(file)
    if isinstance(signed, SignedCaseReport):
        if sha256 not in named_files(signed).values():
            raise VerificationError(
                f"Refused: {file.name} is no file of this release, or it was changed: it has SHA-256 {sha256[:16]}…."
            )
        return
    report = signed.report
    known = {report.file.sha256} | ({report.credentials.sha256} if report.credentials else set())
    if sha256 not in known:
        raise VerificationError(
            f"Refused: the report is about another file, or {file.name} was changed. The report is about "
            f"{report.file.name} with SHA-256 {report.file.sha256[:16]}…, the file has {sha256[:16]}…."
        )


def key_fingerprint(key: str) -> str:
    """The fingerprint of a key in any of its forms. Raises VerificationError."""
    path = Path(key)
    if path.is_file():
        try:
            public = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise VerificationError(f"{path} is not a PEM public key. Ask the signer of the report for it.") from error
        if not isinstance(public, Ed25519PublicKey):
            raise VerificationError(f"{path} is not an Ed25519 key. Ask the signer of the report for the right one.")
        return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
    digits = key.replace(":", "").replace(" ", "").lower()
    if len(digits) == 64 and all(c in "0123456789abcdef" for c in digits):
        return digits
    raise VerificationError(f"There is no key {key}. Give the file of a public key, or its fingerprint of 64 digits.")
