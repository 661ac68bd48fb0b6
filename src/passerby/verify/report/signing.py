"""The signature on a report: Ed25519 over its canonical JSON, with a key that is made on first use.

Canonical JSON is that of RFC 8785 (sorted names, no spaces, numbers as ECMAScript writes them), so that anybody can
check a report without passerby. `report.json` itself must be, byte by byte, what `to_json` makes: a report in which
anything was changed, a space even, is refused.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

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

from passerby.core.errors import ProofError
from passerby.documents.verification_report import Proof, Signature, SignedProof
from passerby.source.fingerprint import fingerprint

#: The environment variable that names another folder for the key.
CONFIG_VARIABLE = "PASSERBY_CONFIG"
PRIVATE, PUBLIC = "signing-key.pem", "signing-key.pub"
#: Decimals that numbers in a report have at most: more than a box or a time needs, and never written with an exponent.
DECIMALS = 4


class SigningKey:
    """A private key; `public` is what to give to those who check, `fingerprint` what to read to them."""

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
    """The user's own folder for what is not to be lost; it need not exist."""
    if environment.get(CONFIG_VARIABLE):
        return Path(environment[CONFIG_VARIABLE])
    home = environment.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
    return Path(home) / "passerby"


def load_key(folder: Path | None = None) -> SigningKey:
    """The user's key, made if there is none: readable for its owner alone, its public half beside it.

    Raises ProofError when it cannot be read or made, or when others may read it.
    """
    folder = folder or config_folder(os.environ)
    path = folder / PRIVATE
    try:
        if not path.exists():
            _make(folder)
        if path.stat().st_mode & 0o077:
            raise ProofError(f"{path} can be read by others, so it proves nothing. Try: chmod 600 {path}")
        private = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise ProofError(
            f"The signing key {path} cannot be read or made: {error.strerror}. Set {CONFIG_VARIABLE} to another folder."
        ) from error
    except (ValueError, TypeError) as error:
        raise ProofError(
            f"{path} is not a private key in PEM. Put the right file back, or move this one away."
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ProofError(f"{path} is not an Ed25519 key. Put the right file back, or move this one away.")
    return SigningKey(private)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate()
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # The private half appears whole or not at all, and never with rights that others could use.
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
        pass  # another run has just made one: that one is taken
    finally:
        part.unlink(missing_ok=True)


def sign(proof: Proof, key: SigningKey) -> SignedProof:
    """The proof with its signature."""
    return SignedProof(
        proof=proof,
        signature=Signature(
            public_key=key.public.hex(), fingerprint=key.fingerprint, value=key.sign(canonical(proof)).hex()
        ),
    )


def canonical(proof: Proof) -> bytes:
    """The bytes that are signed."""
    return _compact(_plain(proof)).encode()


def to_json(signed: SignedProof) -> str:
    """The text of `report.json`."""
    return json.dumps(_plain(signed), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def check(report: bytes, file: Path, key: str) -> SignedProof:
    """Confirm that `report` (the bytes of a report.json) was signed with `key` and is about `file`.

    `key` is the path of a public key in PEM, the raw key in hex, or its fingerprint: 64 hexadecimal digits. Raises
    ProofError with the reason: changed, another key, another file.
    """
    wanted = _fingerprint(key)
    signed = read(report)
    signature = signed.signature
    public = bytes.fromhex(signature.public_key)
    if signature.fingerprint != hashlib.sha256(public).hexdigest():
        raise ProofError(
            "Refused: the report was changed: its key and the fingerprint of the key do not belong together."
        )
    if signature.fingerprint != wanted:
        raise ProofError(
            f"Refused: the report was signed with another key (fingerprint {signature.fingerprint[:16]}…), not with "
            f"the given one ({wanted[:16]}…). Somebody else made it."
        )
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature.value), canonical(signed.proof))
    except (InvalidSignature, ValueError):
        raise ProofError("Refused: the report was changed after it was signed: the signature does not fit.") from None
    _about(signed.proof, file)
    return signed


def read(report: bytes) -> SignedProof:
    """A report.json that is, byte by byte, as it was written; nothing is said of its signature. Raises ProofError."""
    try:
        signed = SignedProof.model_validate_json(report)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ProofError(
            f"Refused: this is not a report of passerby verify, or it was changed: {where}: {first['msg']}."
        ) from error
    if to_json(signed).encode() != report:
        raise ProofError("Refused: the report was changed after it was written: it is not in the form that is signed.")
    return signed


def _about(proof: Proof, file: Path) -> None:
    sha256, _ = fingerprint(file)
    known = {proof.file.sha256} | ({proof.credentials.sha256} if proof.credentials else set())
    if sha256 not in known:
        raise ProofError(
            f"Refused: the report is about another file, or {file.name} was changed. The report is about "
            f"{proof.file.name} with SHA-256 {proof.file.sha256[:16]}…, the file has {sha256[:16]}…."
        )


def _fingerprint(key: str) -> str:
    """The fingerprint of a key that is given in any of its forms."""
    path = Path(key)
    if path.is_file():
        try:
            public = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ProofError(f"{path} is not a public key in PEM. Ask whoever signed the report for it.") from error
        if not isinstance(public, Ed25519PublicKey):
            raise ProofError(f"{path} is not an Ed25519 key. Ask whoever signed the report for the right one.")
        return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
    digits = key.replace(":", "").replace(" ", "").lower()
    if len(digits) == 64 and all(c in "0123456789abcdef" for c in digits):
        return digits
    raise ProofError(f"There is no key {key}. Give the file of a public key, or its fingerprint of 64 digits.")


def _plain(value: Proof | SignedProof) -> object:
    return _numbers(value.model_dump(mode="json", exclude_none=True))


def _numbers(value: object) -> object:
    """Numbers as RFC 8785 has them: whole ones without a point, others short enough never to need an exponent."""
    if isinstance(value, dict):
        return {name: _numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ProofError("A number in the report is none. This is a fault of passerby.")
        short = round(value, DECIMALS)
        return int(short) if short == int(short) else short
    return value


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False, allow_nan=False)
