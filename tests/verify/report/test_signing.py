"""The signature: what was signed is accepted, and whatever was changed is refused with its reason."""

import json
import stat

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from passerby.core.errors import VerificationError
from passerby.documents.verification_report import Verdict
from passerby.source.fingerprint import fingerprint
from passerby.verify.report.signing import (
    CONFIG_VARIABLE,
    canonical,
    check_copies,
    config_folder,
    load_key,
    sign,
    sign_case,
    sign_copies,
    to_json,
    verify_signature,
)
from tests.verify.factories import example_case_report, example_report


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "yard.redacted.mp4"
    path.write_bytes(b"a released film" * 100)
    return path


@pytest.fixture
def key(tmp_path):
    return load_key(tmp_path / "config")


@pytest.fixture
def report(file, key):
    return to_json(sign(example_report(fingerprint(file)[0]), key)).encode()


def test_the_key_is_made_once_for_its_owner_alone(tmp_path):
    folder = tmp_path / "a" / "config"
    first, again = load_key(folder), load_key(folder)
    assert first.fingerprint == again.fingerprint
    assert 0o600 == stat.S_IMODE((folder / "signing-key.pem").stat().st_mode)
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert ["signing-key.pem", "signing-key.pub"] == sorted(path.name for path in folder.iterdir())


def test_a_key_that_others_can_read_is_not_used(tmp_path, key):
    (tmp_path / "config" / "signing-key.pem").chmod(0o644)
    with pytest.raises(VerificationError, match="chmod 600"):
        load_key(tmp_path / "config")


def test_a_key_that_is_none_is_not_used(tmp_path, key):
    (tmp_path / "config" / "signing-key.pem").write_text("no key")
    with pytest.raises(VerificationError, match="not a PEM private key"):
        load_key(tmp_path / "config")


def test_the_folder_is_the_users_own():
    assert "/x" == str(config_folder({CONFIG_VARIABLE: "/x"}))
    assert "/y/passerby" == str(config_folder({"XDG_CONFIG_HOME": "/y"}))
    assert config_folder({}).parts[-2:] == (".config", "passerby")


@pytest.mark.parametrize("form", ["file", "fingerprint", "colons"])
def test_what_was_signed_is_accepted(form, file, key, report, tmp_path):
    digits = key.fingerprint
    given = {
        "file": str(tmp_path / "config" / "signing-key.pub"),
        "fingerprint": digits,
        "colons": ":".join(digits[n : n + 2] for n in range(0, 64, 2)).upper(),
    }[form]
    assert Verdict.FINDINGS is verify_signature(report, file, given).report.verdict


def test_the_signature_can_be_checked_without_this_program(report):
    """By the rules that the docs give: RFC 8785 of `report`, Ed25519."""
    document = json.loads(report)
    content = rfc8785.dumps(document["report"])
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(document["signature"]["public_key"]))
    public.verify(bytes.fromhex(document["signature"]["value"]), content)


def test_numbers_are_written_as_other_languages_write_them():
    text = canonical(example_report()).decode()
    assert '"duration":72,' in text
    assert '"score":0.8125' in text
    assert "e-" not in text.replace("face-", "").replace("gate-", "").replace("blaze-", "")


def why(report, file, key):
    """The reason of a refusal; nothing where the report is accepted."""
    try:
        verify_signature(report, file, key.fingerprint)
    except VerificationError as error:
        return str(error)
    return ""


def test_any_changed_byte_of_the_report_is_refused(file, key, report):
    accepted = []
    for at in range(0, len(report), 7):
        spoilt = bytearray(report)
        spoilt[at] ^= 1
        if why(bytes(spoilt), file, key).startswith("Refused"):
            continue
        accepted.append(at)
    assert [] == accepted


@pytest.mark.parametrize("more", [b" ", b"\n", b"x"])
def test_so_is_a_byte_too_many(more, file, key, report):
    with pytest.raises(VerificationError, match="Refused"):
        verify_signature(report + more, file, key.fingerprint)


def test_a_changed_verdict_is_refused(file, key, report):
    with pytest.raises(VerificationError, match="changed after it was signed"):
        verify_signature(report.replace(b'"verdict": "findings"', b'"verdict": "passed"'), file, key.fingerprint)


def test_a_changed_byte_of_the_file_is_refused(file, key, report):
    content = bytearray(file.read_bytes())
    content[700] ^= 1
    file.write_bytes(content)
    with pytest.raises(VerificationError, match="about another file, or .* was changed"):
        verify_signature(report, file, key.fingerprint)


def test_a_swapped_report_is_refused(file, key):
    other = to_json(sign(example_report("cd" * 32), key)).encode()
    with pytest.raises(VerificationError, match="about another file"):
        verify_signature(other, file, key.fingerprint)


def test_another_key_is_refused(file, report, tmp_path):
    other = load_key(tmp_path / "other")
    with pytest.raises(VerificationError, match="signed with another key"):
        verify_signature(report, file, other.fingerprint)
    with pytest.raises(VerificationError, match="signed with another key"):
        verify_signature(report, file, str(tmp_path / "other" / "signing-key.pub"))


def test_a_report_signed_with_another_key_is_refused(file, key, tmp_path):
    forged = to_json(
        sign(example_report(fingerprint(file)[0], verdict=Verdict.PASSED), load_key(tmp_path / "forger"))
    ).encode()
    with pytest.raises(VerificationError, match="signed with another key"):
        verify_signature(forged, file, key.fingerprint)


def test_a_forged_fingerprint_is_refused(file, key, report, tmp_path):
    """Somebody else's key under the fingerprint that is expected."""
    forger = load_key(tmp_path / "forger")
    forged = sign(example_report(fingerprint(file)[0]), forger)
    forged = forged.model_copy(
        update={"signature": forged.signature.model_copy(update={"fingerprint": key.fingerprint})}
    )
    with pytest.raises(VerificationError, match="does not match the fingerprint"):
        verify_signature(to_json(forged).encode(), file, key.fingerprint)


@pytest.mark.parametrize("given", ["nothing-here.pub", "12ab", "zz" * 32])
def test_an_unknown_key_is_an_error(given, file, report):
    with pytest.raises(VerificationError, match="There is no key"):
        verify_signature(report, file, given)


def test_what_is_no_report_is_refused(file, key):
    with pytest.raises(VerificationError, match="not a report"):
        verify_signature(b'{"a": 1}', file, key.fingerprint)


CASE = {"yard.redacted.mp4": b"a released film", "sub/report.json": b"{}"}
COPIES = {"case-report.html": b"<p>", "exemption-log.csv": b"file"}


@pytest.fixture
def release(tmp_path, key):
    """A folder with what a case releases; the bytes of its report."""
    folder = tmp_path / "release"
    (folder / "sub").mkdir(parents=True)
    for name, data in (CASE | COPIES).items():
        (folder / name).write_bytes(data)
    return folder, to_json(sign_copies(sign_case(example_case_report(CASE), key), COPIES, key)).encode()


def test_a_report_on_a_case_confirms_every_file_of_the_release(release, key):
    folder, report = release
    for name in CASE | COPIES:
        signed = verify_signature(report, folder / name, key.fingerprint)
        assert set(CASE | COPIES) == set(check_copies(signed, folder))
    (folder / "exemption-log.csv").unlink()
    assert "exemption-log.csv" not in check_copies(signed, folder)


@pytest.mark.parametrize("name", list(CASE | COPIES))
def test_a_changed_file_of_a_case_is_refused(release, key, name):
    folder, report = release
    (folder / name).write_bytes(b"something else")
    with pytest.raises(VerificationError, match="no file of this release, or it was changed"):
        verify_signature(report, folder / name, key.fingerprint)
    other = next(other for other in CASE | COPIES if other != name)
    with pytest.raises(VerificationError, match=f"{name} was changed after it was signed"):
        check_copies(verify_signature(report, folder / other, key.fingerprint), folder)


def test_any_changed_byte_of_a_report_on_a_case_is_refused(release, key):
    folder, report = release
    accepted = []
    for at in range(0, len(report), 7):
        spoilt = bytearray(report)
        spoilt[at] ^= 1
        if not why(bytes(spoilt), folder / "yard.redacted.mp4", key).startswith("Refused"):
            accepted.append(at)
    assert [] == accepted


def test_a_path_that_leads_out_of_the_release_is_not_read(release, key):
    folder, _ = release
    outside = {"yard.redacted.mp4": b"a released film", "../secret": b"x", str(folder.parent / "secret"): b"x"}
    (folder.parent / "secret").write_bytes(b"y")
    signed = sign_case(example_case_report(outside), key)
    assert ["yard.redacted.mp4"] == check_copies(signed, folder)
