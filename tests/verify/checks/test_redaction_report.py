import json

import pytest

from passerby.config.settings import Settings
from passerby.core.errors import VerificationError
from passerby.documents.plan_parts.made_from import Fingerprint
from passerby.documents.report import OutputSummary, QuickCheck, Report
from passerby.documents.verification_report import CheckedFile, VideoSummary
from passerby.verify.checks.redaction_report import differences, is_about, read_report, summarise_release

REPORT = Report(
    program="passerby test",
    created="2026-03-01T10:30:00+00:00",
    source=Fingerprint(name="a.mp4", sha256="0" * 64, size=5, duration=None, frames=10),
    output=OutputSummary(name="b.mp4", sha256="1" * 64, size=50, codec="libx264", frames=10, covered=2),
    settings=Settings(),
    weights=(),
    plan_edited=False,
    hidden=(),
    dropped=(),
    warnings=(),
    check=QuickCheck(ran=True),
)


def checked(sha256="1" * 64, size=50, frames=10, black=2):
    video = VideoSummary(width=64, height=48, frames=frames, analysed=1, black=black)
    return CheckedFile(name="b.mp4", sha256=sha256, size=size, container="mp4", videos=(video,))


def test_a_file_that_matches_its_report_has_no_differences():
    assert is_about(REPORT, checked())
    assert not is_about(REPORT, checked(sha256="2" * 64))
    assert [] == list(differences(REPORT, checked(), still=False))


@pytest.mark.parametrize(
    ("change", "still", "expected"),
    [
        ({"size": 51}, False, ["the report states 50 bytes, the file has 51"]),
        ({"frames": 9}, False, ["the report states 10 frames, the file has 9"]),
        ({"frames": 9}, True, []),  # identical frames of an animation are merged
        ({"frames": 11}, True, ["the report states 10 frames, the file has 11"]),
        ({"black": 1}, False, ["the report states that 2 frames were covered whole, but 1 are black"]),
    ],
)
def test_each_difference_is_listed(change, still, expected):
    assert expected == list(differences(REPORT, checked(**change), still))


def test_a_report_is_read_with_its_hash(tmp_path):
    path = tmp_path / "b.report.json"
    path.write_text(REPORT.to_json())
    report, sha256 = read_report(path)
    release = summarise_release(report, path, sha256)
    assert (REPORT, "b.report.json", 2, 64) == (report, release.name, release.covered, len(release.sha256))


def test_what_is_no_report_is_refused(tmp_path):
    path = tmp_path / "b.report.json"
    with pytest.raises(VerificationError, match="There is no report"):
        read_report(path)
    path.write_text("{}")
    with pytest.raises(VerificationError, match="not a report of passerby redact"):
        read_report(path)


def test_a_report_with_old_names_is_refused_and_the_new_one_given(tmp_path):
    path = tmp_path / "b.report.json"
    document = json.loads(REPORT.to_json())
    document["made"] = document.pop("created")
    path.write_text(json.dumps(document))
    with pytest.raises(VerificationError, match="made: this field is called created now"):
        read_report(path)
