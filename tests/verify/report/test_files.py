"""The files of a report, and their signature."""

import hashlib
import json
from pathlib import Path

import pytest

from passerby.core.errors import VerificationError
from passerby.verify.report.agency import Agency
from passerby.verify.report.files import NAMES, check_page, report_files
from passerby.verify.report.signing import check_copies, load_key, verify_signature
from tests.verify.factories import example_report


@pytest.fixture
def written(tmp_path):
    """A file, its report and the copies of it: (folder, key, file)."""
    file = tmp_path / "yard.redacted.mp4"
    file.write_bytes(b"a film")
    key = load_key(tmp_path / "key")
    _, content = report_files(example_report(hashlib.sha256(b"a film").hexdigest()), key, Agency("Records"))
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    assert set(NAMES) == set(content)
    return tmp_path, key.fingerprint, file


def verified(folder, key, file):
    return verify_signature((folder / "report.json").read_bytes(), file, key)


def test_all_copies_are_signed(written):
    folder = written[0]
    signed = verified(*written)
    assert ["report.csv", "report.html", "report.pdf"] == sorted(check_copies(signed, folder))
    assert "Records" == signed.report.agency
    assert (folder / "report.csv").read_bytes().startswith(b"\xef\xbb\xbffile,")


@pytest.mark.parametrize("name", ["report.html", "report.csv", "report.pdf"])
def test_a_changed_copy_is_refused_and_a_missing_one_is_not(written, name):
    folder = written[0]
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(VerificationError, match=f"{name} was changed"):
        check_copies(verified(*written), folder)
    (folder / name).unlink()
    assert name not in check_copies(verified(*written), folder)


def test_hashes_of_copies_cannot_be_exchanged(written):
    """Nor may their signature be taken away unnoticed: then nothing vouches for the copies, and none is named."""
    folder, path = written[0], written[0] / "report.json"
    document = json.loads(path.read_text())
    document["copies"]["files"]["report.csv"] = "0" * 64
    path.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    with pytest.raises(VerificationError, match="changed after it was signed"):
        verified(*written)
    del document["copies"]
    path.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    assert [] == check_copies(verified(*written), folder)


def test_the_documentation_names_the_page_for_recipients():
    """Its hash, so that a recipient can find out whether it is ours."""
    guide = Path(__file__).parents[3] / "docs" / "guide" / "verify.md"
    assert hashlib.sha256(check_page()).hexdigest() in guide.read_text(encoding="utf-8")
