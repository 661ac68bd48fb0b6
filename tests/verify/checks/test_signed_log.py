import hashlib

import pytest

from passerby.verify.checks.signed_log import signer_of
from passerby.verify.report.signing import load_key, sign, sign_case, to_json
from tests.verify.factories import example_case_report, example_report

FILM, REPORT = b"a released film", b"its report"
REPORT_SHA256, FILM_SHA256 = hashlib.sha256(REPORT).hexdigest(), hashlib.sha256(FILM).hexdigest()


@pytest.fixture
def film(tmp_path):
    folder = tmp_path / "release" / "north"
    folder.mkdir(parents=True)
    (folder / "yard.mp4").write_bytes(FILM)
    (folder / "yard.mp4.report.json").write_bytes(REPORT)
    return folder / "yard.mp4"


@pytest.fixture
def key(tmp_path):
    return load_key(tmp_path / "key")


def signer(film, *keys):
    report = film.with_name("yard.mp4.report.json")
    return signer_of(film, report, hashlib.sha256(report.read_bytes()).hexdigest(), [key.fingerprint for key in keys])


def verification(release_sha256=REPORT_SHA256, film_sha256=FILM_SHA256):
    report = example_report(film_sha256)
    return report.model_copy(update={"release": report.release.model_copy(update={"sha256": release_sha256})})


@pytest.mark.parametrize("where", ["yard.mp4.verification/report.json", "report.json"])
def test_a_verification_report_vouches_for_the_report_it_was_made_with(film, key, where):
    path = film.parent / where
    path.parent.mkdir(exist_ok=True)
    path.write_text(to_json(sign(verification(), key)))
    assert key.fingerprint == signer(film, key)
    for other in (verification("0" * 64), verification(film_sha256="0" * 64)):
        path.write_text(to_json(sign(other, key)))
        assert signer(film, key) is None


def test_a_report_on_a_case_vouches_for_all_of_its_release(film, key):
    names = {"north/yard.mp4": FILM, "north/yard.mp4.report.json": REPORT}
    path = film.parents[1] / "case-report.json"
    path.write_text(to_json(sign_case(example_case_report(names), key)))
    assert key.fingerprint == signer(film, key)
    film.with_name("yard.mp4.report.json").write_bytes(b"changed")
    assert signer(film, key) is None


def test_only_those_who_are_trusted_are_believed(film, key, tmp_path):
    film.with_name("report.json").write_text(to_json(sign(verification(), key)))
    other = load_key(tmp_path / "other")
    assert signer(film) is None
    assert signer(film, other) is None
    assert key.fingerprint == signer(film, other, key)
    film.with_name("report.json").write_text("{}")
    assert signer(film, key) is None
