"""What a file is known by."""

import pytest
from pydantic import ValidationError

from passerby.documents.plan_parts.made_from import Fingerprint


def test_a_file_is_known_by_a_whole_sha256():
    with pytest.raises(ValidationError, match="sha256"):
        Fingerprint(name="a.mp4", sha256="ab", size=3)
