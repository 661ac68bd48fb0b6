"""Which file this is."""

import hashlib

import pytest

from passerby.core.errors import SourceError
from passerby.source.fingerprint import fingerprint


def test_fingerprint(tmp_path):
    content = bytes(range(251)) * 10_000
    (tmp_path / "f").write_bytes(content)
    assert fingerprint(tmp_path / "f") == (hashlib.sha256(content).hexdigest(), len(content))


def test_missing(tmp_path):
    with pytest.raises(SourceError, match="cannot be read.*Check the path"):
        fingerprint(tmp_path / "no")
