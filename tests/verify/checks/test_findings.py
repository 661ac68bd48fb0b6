from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check
from passerby.verify.checks.findings import MAX_LISTED, FindingCollector

BOX = Box(1, 2, 3.04, 4)


def mask_finding(findings, frame, seconds, score=None, track=1):
    findings.add_in_frame(Check.MASKS, "weak", 0, frame, seconds, Kind.FACE, BOX, score, track)


def test_consecutive_frames_of_one_track_are_one_finding_at_its_best_score():
    findings = FindingCollector()
    for frame, score in enumerate((0.2, 0.9, 0.4)):
        mask_finding(findings, frame, frame * 0.5, score)
    (one,) = findings.listed()
    assert (0.0, 1.0, 0.5, 1, 0.9) == (one.start, one.end, one.time, one.frame, one.score)
    assert (1, 2, 3, 4) == one.box


def test_after_a_gap_it_is_a_new_finding_and_so_is_another_track():
    findings = FindingCollector()
    for frame, seconds in enumerate((0.0, 1.0, 2.5)):
        mask_finding(findings, frame, seconds)
    mask_finding(findings, 3, 2.5, track=2)
    assert [(0.0, 1.0, 1), (2.5, 2.5, 1), (2.5, 2.5, 2)] == [(f.start, f.end, f.track) for f in findings.listed()]


def test_findings_are_numbered_in_order_of_time_those_without_one_first():
    findings = FindingCollector()
    findings.add(Check.CONTAINER, "late", 5.0)
    findings.add_in_frame(Check.FACES, "face", 0, 3, 2.0)
    findings.set_best_time(2.3456)
    findings.add(Check.REPORT, "size")
    assert [(1, "size", None), (2, "face", 2.346), (3, "late", 5.0)] == [
        (one.number, one.description, one.time) for one in findings.listed()
    ]


def test_all_are_counted_and_not_all_are_listed():
    findings = FindingCollector()
    for number in range(MAX_LISTED + 5):
        findings.add(Check.CONTAINER, f"box {number}")
    assert (MAX_LISTED, MAX_LISTED + 5) == (len(findings.listed()), findings.counts()[Check.CONTAINER])
