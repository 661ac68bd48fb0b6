"""The format of a backup: JSON that says how it is encrypted, and the encrypted content.

The key is derived from a passphrase by scrypt, which takes 128 MiB and a second for each guess; the content is
encrypted and authenticated by AES-256-GCM, the head of the file included. What is in it: `backup.py`, beside this file.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from typing import Annotated, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import Field, ValidationError

from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel

#: Cost of scrypt: 128 * N * r bytes, as RFC 7914 and OWASP's password storage cheat sheet (N = 2^17) have it.
SCRYPT_N: Final = 131072
SCRYPT_R: Final = 8
SCRYPT_P: Final = 1
MIN_PASSPHRASE_CHARS = 12
#: Bytes of the content at most, unpacked.
MAX_CONTENT_BYTES = 8 << 20
_Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class BackupFile(FrozenModel):
    """A backup, as it is in its file."""

    format: Literal["passerby-backup"] = "passerby-backup"
    schema_version: Literal[1] = 1
    kdf: Literal["scrypt"] = "scrypt"
    n: Literal[131072] = SCRYPT_N
    r: Literal[8] = SCRYPT_R
    p: Literal[1] = SCRYPT_P
    salt: _Base64
    nonce: _Base64
    content: _Base64


def encrypt_backup(content: dict[str, object], passphrase: str) -> bytes:
    """The file. Raises UsageError for a passphrase that is too short."""
    if len(passphrase) < MIN_PASSPHRASE_CHARS:
        raise UsageError(
            f"The passphrase of a backup needs {MIN_PASSPHRASE_CHARS} characters or more: it holds secrets."
        )
    salt, nonce = os.urandom(16), os.urandom(12)
    packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 9)
    head = BackupFile(salt=_text(salt), nonce=_text(nonce), content="")
    encrypted = AESGCM(_key(passphrase, salt)).encrypt(nonce, packed, _authenticated(head))
    return (head.model_copy(update={"content": _text(encrypted)}).model_dump_json(indent=1) + "\n").encode()


def decrypt_backup(data: bytes, passphrase: str) -> dict[str, object]:
    """The content. Raises UsageError for what is no backup, was changed, or has another passphrase."""
    try:
        file = BackupFile.model_validate_json(data)
    except ValidationError:
        raise UsageError(
            "This is not a backup of a site. Choose a file that the page Administration has made."
        ) from None
    try:
        salt, nonce, encrypted = (base64.b64decode(text) for text in (file.salt, file.nonce, file.content))
        head = file.model_copy(update={"content": ""})
        packed = AESGCM(_key(passphrase, salt)).decrypt(nonce, encrypted, _authenticated(head))
    except (InvalidTag, ValueError):
        raise UsageError("Wrong passphrase, or the backup was damaged.") from None
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, MAX_CONTENT_BYTES)
    if unpacking.unconsumed_tail:
        raise UsageError("The backup is too large.")
    found = json.loads(content)
    if not isinstance(found, dict):
        raise UsageError("This is not a backup of a site. Choose a file that the page Administration has made.")
    return found


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase.encode())


def _authenticated(head: BackupFile) -> bytes:
    return head.model_dump_json().encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
