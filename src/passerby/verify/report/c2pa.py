"""Content credentials: a copy of the released file with a C2PA manifest that states what was done to it.

The manifest is written and signed by the library of the C2PA project, with a certificate and key of the user. It lists
the redaction as actions on a parent, of which it reveals nothing but its existence; it contains no thumbnail.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from passerby.core.errors import UsageError, VerificationError
from passerby.documents.verification_report import ContentCredentials, VerificationReport
from passerby.source.fingerprint import fingerprint, printable_name
from passerby.verify.report.log_table import item_name, reason, who

#: C2PA formats by file suffix.
FORMATS = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".png": "image/png", ".webp": "image/webp", ".tif": "image/tiff", ".tiff": "image/tiff", ".gif": "image/gif",
    ".heic": "image/heic", ".heif": "image/heif", ".avif": "image/avif",
}  # fmt: skip
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
#: No thumbnails, and no network access while signing.
_SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}


def write_with_credentials(
    file: Path, target: Path, certificate: Path, key: Path, report: VerificationReport
) -> ContentCredentials:
    """Write `target`: the video and audio of `file`, and a manifest.

    `certificate` is a chain in PEM, its own certificate first; `key` is its private key in PEM. Raises UsageError for a
    kind of file that C2PA does not know, VerificationError when certificate and key cannot be used.
    """
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        raise UsageError(f"C2PA does not support {file.suffix or 'files without a suffix'}. Release an .mp4 instead.")
    chain, secret = _read(certificate), _read(key)
    algorithm = _algorithm(chain, secret, certificate, key)
    # Here, not above: it is a large library, and most runs do not need it.
    import c2pa

    try:
        context = c2pa.Context(c2pa.Settings.from_dict(_SETTINGS))
        builder = c2pa.Builder(_manifest(report), context)
        builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
        info = c2pa.C2paSignerInfo(algorithm.encode(), chain, secret, None)
        signer = c2pa.Signer.from_info(info)
        with file.open("rb") as source, target.open("w+b") as dest:
            builder.sign(signer, kind, source, dest)
    except (c2pa.C2paError, ValueError) as error:
        target.unlink(missing_ok=True)
        raise VerificationError(
            f"The C2PA manifest cannot be created: {error}. Check the certificate and its key."
        ) from error
    sha256, size = fingerprint(target)
    return ContentCredentials(name=printable_name(target), sha256=sha256, size=size)


def _manifest(report: VerificationReport) -> dict[str, Any]:
    name, _, number = report.program.partition(" ")
    return {
        "claim_generator_info": [{"name": name, "version": number}],
        "title": report.file.name,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": list(_actions(report))}},
            {
                "label": "org.passerby.verify",
                "data": {"verdict": report.verdict.value, "sha256_before_credentials": report.file.sha256},
            },
        ],
    }


def _actions(report: VerificationReport) -> Iterator[dict[str, Any]]:
    """What was done, as far as the report beside the file states it."""
    release = report.release
    yield {
        "action": "c2pa.edited",
        "description": "Faces, plates or other objects were irreversibly masked.",
        "reason": "c2pa.PII.present",
    }
    if release is None:
        return
    for hidden in release.hidden:
        if hidden.tracks:
            yield {
                "action": "c2pa.edited",
                "description": f"Hidden: {hidden.kind}, {hidden.tracks} tracks, {release.settings.style}.",
                "reason": "c2pa.PII.present",
            }
    for shown in release.shown_on_purpose:
        yield {
            "action": "c2pa.edited",
            "description": f"Shown on purpose: {item_name(shown, several=True)}, {shown.start:.3f} to "
            f"{shown.end:.3f} s: {reason(shown)}; decided by {who(shown)}.",
        }
    if release.edited_by_hand:
        yield {"action": "c2pa.edited", "description": "The plan was edited by hand, without a correction."}
    if release.dropped:
        yield {
            "action": "c2pa.edited.metadata",
            "description": "Not kept from the source: " + "; ".join(release.dropped),
        }
    yield {"action": "c2pa.transcoded", "description": "The video was re-encoded."}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise VerificationError(
            f"{path} cannot be read: {error.strerror}. --c2pa takes a certificate and its key."
        ) from error


def _algorithm(chain: bytes, secret: bytes, certificate: Path, key: Path) -> str:
    """The C2PA name of the algorithm that fits the key. Raises VerificationError when there is none."""
    try:
        leaf = x509.load_pem_x509_certificates(chain)[0]
    except (ValueError, IndexError) as error:
        raise VerificationError(f"{certificate} is not a certificate in PEM.") from error
    try:
        private = load_pem_private_key(secret, None)
    except (ValueError, TypeError) as error:
        raise VerificationError(f"{key} is not a private key in PEM without a password.") from error
    if leaf.public_key() != private.public_key():
        raise VerificationError(f"{key} is not the key of the certificate {certificate}.")
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    raise VerificationError(f"C2PA supports no signature with a key like {key}. Use one of the curve P-256.")
