"""Content credentials: the C2PA library's own reader accepts what was written, and sees what was changed after."""

import encypher_c2pa
import pytest

from passerby.core.errors import UsageError, VerificationError
from passerby.source.fingerprint import fingerprint
from passerby.verify.released_file import ReleasedFile
from passerby.verify.report.c2pa import write_with_credentials
from tests import certificates, clips, stills
from tests.credentials import read_credentials
from tests.verify.factories import example_report


@pytest.fixture
def pair(tmp_path):
    return certificates.make(tmp_path)


@pytest.fixture(params=["film", "photo"])
def released(request, tmp_path):
    if request.param == "film":
        return clips.cfr(tmp_path / "yard.redacted.mp4")
    path = tmp_path / "yard.redacted.jpg"
    stills.image().save(path)
    return path


def signed(released, pair, tmp_path):
    target = tmp_path / f"signed{released.suffix}"
    added = write_with_credentials(released, target, *pair, example_report(fingerprint(released)[0]))
    assert (fingerprint(target)[0], target.stat().st_size) == (added.sha256, added.size)
    return target


def failures(credentials):
    """What the reader has to say against a file, but that nobody knows the test's authority."""
    codes = {status["code"] for status in credentials.get("validation_status", [])}
    return codes - {"signingCredential.untrusted"}


def test_the_librarys_reader_accepts_it(released, pair, tmp_path):
    credentials = read_credentials(signed(released, pair, tmp_path))
    assert set() == failures(credentials)
    manifest = credentials["manifests"][credentials["active_manifest"]]
    actions = next(a for a in manifest["assertions"] if a["label"].startswith("c2pa.actions"))["data"]["actions"]
    edits = ["c2pa.edited"] * 3
    assert ["c2pa.opened", *edits, "c2pa.edited.metadata", "c2pa.transcoded"] == [one["action"] for one in actions]
    assert ["c2pa.PII.present"] * 2 + [None] == [one.get("reason") for one in actions if one["action"] == "c2pa.edited"]
    shown = "Shown on purpose: Face 9 (video track 1), 2.000 to 3.500 s: =a request (up to 25% of it shows)"
    assert shown in actions[3]["description"]
    assert "decided by J. <Doe>" in actions[3]["description"]
    assert "thumbnail" not in str(credentials)
    assert "findings" in str(manifest)


def test_the_image_is_the_same(released, pair, tmp_path):
    with ReleasedFile.open(released) as before, ReleasedFile.open(signed(released, pair, tmp_path)) as after:
        for old, new in zip(before.frames(), after.frames(), strict=True):
            assert old.time == new.time
            assert [bytes(plane) for plane in old.av_frame.planes] == [bytes(plane) for plane in new.av_frame.planes]


def test_a_changed_image_is_found(released, pair, tmp_path):
    path = signed(released, pair, tmp_path)
    content = bytearray(path.read_bytes())
    content[-400] ^= 255
    path.write_bytes(content)
    assert failures(read_credentials(path))


def test_a_file_without_has_none(released):
    with pytest.raises(VerificationError, match="no C2PA manifest"):
        read_credentials(released)


def test_unusable_credentials_are_explained(released, pair, tmp_path):
    chain, key = pair
    made = example_report(fingerprint(released)[0])
    target = tmp_path / "t.mp4"
    (tmp_path / "other").mkdir()
    with pytest.raises(VerificationError, match="not the key of the certificate"):
        write_with_credentials(released, target, chain, certificates.make(tmp_path / "other")[1], made)
    with pytest.raises(VerificationError, match="not a certificate"):
        write_with_credentials(released, target, key, key, made)
    with pytest.raises(VerificationError, match="not a private key"):
        write_with_credentials(released, target, chain, chain, made)
    with pytest.raises(VerificationError, match="cannot be read"):
        write_with_credentials(released, target, tmp_path / "gone.pem", key, made)
    with pytest.raises(UsageError, match=r"\.mkv"):
        write_with_credentials(tmp_path / "a.mkv", target, chain, key, made)
    assert not target.exists()


@pytest.mark.parametrize("spoilt", [False, True])
def test_a_reader_of_other_people_accepts_it(spoilt, released, pair, tmp_path, monkeypatch):
    """encypher-c2pa shares no code with the library that writes. It knows nobody who signed, and asks nobody."""
    monkeypatch.setenv("ENCYPHER_C2PA_TELEMETRY", "off")
    path = signed(released, pair, tmp_path)
    if spoilt:
        content = bytearray(path.read_bytes())
        content[-400] ^= 255
        path.write_bytes(content)
    credentials = encypher_c2pa.verify(path, online=False, no_default_trust=True)
    assert ("valid", "mismatch" if spoilt else "match") == (credentials["signature"], credentials["hard_binding"])
    assert ("invalid" if spoilt else "valid") == credentials["integrity"]
    assert not credentials["network"]["enabled"]
    manifests = credentials["manifest_report"]["manifests"]
    labels = [one["label"] for one in manifests[credentials["manifest_report"]["active_manifest"]]["assertions"]]
    assert {"c2pa.actions.v2", "org.passerby.verify"} <= set(labels)
