"""Content credentials: a copy of the released file with a C2PA manifest that says what was done to it.

The manifest is written and signed by the C2PA project's own library, with a certificate and key of the user's. It names
the redaction as actions on a parent of which nothing is told but that there was one; no thumbnail is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from passerby.core.errors import ProofError, UsageError
from passerby.documents.verification_report import Credentials, Proof
from passerby.source.fingerprint import fingerprint, printable

#: By the ending of the file, what C2PA calls its format.
FORMATS = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".png": "image/png", ".webp": "image/webp", ".tif": "image/tiff", ".tiff": "image/tiff", ".gif": "image/gif",
    ".heic": "image/heic", ".heif": "image/heif", ".avif": "image/avif",
}  # fmt: skip
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
#: No thumbnails, and nothing is fetched while signing.
_SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}


def add_credentials(file: Path, target: Path, certificate: Path, key: Path, proof: Proof) -> Credentials:
    """Write `target`: the same picture and sound as `file`, and a manifest.

    `certificate` is a chain in PEM, its own certificate first; `key` is its private key in PEM. Raises UsageError for a
    kind of file that C2PA does not know, ProofError when certificate and key cannot be used.
    """
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        raise UsageError(
            f"C2PA has no manifest for {file.suffix or 'files without an ending'}. Release an .mp4 instead."
        )
    chain, secret = _read(certificate), _read(key)
    algorithm = _algorithm(chain, secret, certificate, key)
    # Here, not above: it is a large library, and most runs do without it.
    import c2pa

    try:
        context = c2pa.Context(c2pa.Settings.from_dict(_SETTINGS))
        builder = c2pa.Builder(_manifest(proof), context)
        builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
        info = c2pa.C2paSignerInfo(algorithm.encode(), chain, secret, None)
        signer = c2pa.Signer.from_info(info)
        with file.open("rb") as source, target.open("w+b") as dest:
            builder.sign(signer, kind, source, dest)
    except (c2pa.C2paError, ValueError) as error:
        target.unlink(missing_ok=True)
        raise ProofError(f"The C2PA manifest cannot be made: {error}. Check the certificate and its key.") from error
    sha256, size = fingerprint(target)
    return Credentials(name=printable(target), sha256=sha256, size=size)


def read_credentials(file: Path) -> dict[str, Any]:
    """The manifests of a file as the C2PA library reads them. Raises ProofError when there is none."""
    import c2pa

    try:
        context = c2pa.Context(c2pa.Settings.from_dict(_SETTINGS))
        with file.open("rb") as stream, c2pa.Reader(FORMATS[file.suffix.lower()], stream, context=context) as reader:
            told = json.loads(reader.json())
    except (c2pa.C2paError, KeyError) as error:
        raise ProofError(f"{file.name} has no C2PA manifest that can be read: {error}.") from error
    assert isinstance(told, dict)
    return told


def _manifest(proof: Proof) -> dict[str, Any]:
    name, _, number = proof.program.partition(" ")
    return {
        "claim_generator_info": [{"name": name, "version": number}],
        "title": proof.file.name,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": list(_actions(proof))}},
            {
                "label": "org.passerby.verify",
                "data": {"verdict": proof.verdict.value, "sha256_before_credentials": proof.file.sha256},
            },
        ],
    }


def _actions(proof: Proof) -> Iterator[dict[str, Any]]:
    """What was done, as far as the report beside the file says so."""
    release = proof.release
    yield {
        "action": "c2pa.edited",
        "description": "Faces, plates or other places were painted over so that they cannot be brought back.",
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
    if release.dropped:
        yield {
            "action": "c2pa.edited.metadata",
            "description": "Not taken over from the source: " + "; ".join(release.dropped),
        }
    yield {"action": "c2pa.transcoded", "description": "The picture was encoded anew."}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProofError(f"{path} cannot be read: {error.strerror}. --c2pa takes a certificate and its key.") from error


def _algorithm(chain: bytes, secret: bytes, certificate: Path, key: Path) -> str:
    """The C2PA name of the algorithm that fits the key. Raises ProofError when there is none."""
    try:
        leaf = x509.load_pem_x509_certificates(chain)[0]
    except (ValueError, IndexError) as error:
        raise ProofError(f"{certificate} is not a certificate in PEM.") from error
    try:
        private = load_pem_private_key(secret, None)
    except (ValueError, TypeError) as error:
        raise ProofError(f"{key} is not a private key in PEM without a password.") from error
    if leaf.public_key() != private.public_key():
        raise ProofError(f"{key} is not the key of the certificate {certificate}.")
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    raise ProofError(f"C2PA knows no signature with such a key as {key}. Use one of the curve P-256.")
