"""Names of the files beside a released file, also where a photo and a video have the same stem."""

from pathlib import Path

import pytest

from passerby.documents.file_names import (
    case_path,
    find_report,
    notes_path,
    plan_path,
    portable_name,
    preview_paths,
    report_path,
)


@pytest.mark.parametrize(
    ("output", "whole_name", "report", "plan"),
    [
        ("yard.redacted.mp4", False, "yard.redacted.report.json", "yard.plan.json"),
        ("yard.mp4", False, "yard.report.json", "yard.plan.json"),
        ("IMG_1.jpg", True, "IMG_1.jpg.report.json", "IMG_1.jpg.plan.json"),
        ("IMG_1.redacted.mp4", True, "IMG_1.redacted.mp4.report.json", "IMG_1.mp4.plan.json"),
    ],
)
def test_report_and_plan_lie_beside_the_output(output, whole_name, report, plan):
    path = Path("out") / output
    assert Path("out") / report == report_path(path, whole_name=whole_name)
    assert Path("out") / plan == plan_path(path, whole_name=whole_name)


@pytest.mark.parametrize(
    ("output", "whole_name", "first"),
    [
        ("yard.redacted.mp4", False, "yard.redacted.preview-1.jpg"),
        ("yard.mp4", False, "yard.redacted.preview-1.jpg"),
        ("IMG_1.jpg", True, "IMG_1.jpg.redacted.preview-1.jpg"),
        ("IMG_1.redacted.mp4", True, "IMG_1.mp4.redacted.preview-1.jpg"),
    ],
)
def test_pictures_of_a_dry_run_have_the_mark_wherever_they_lie(output, whole_name, first):
    paths = preview_paths(Path("out") / output, whole_name=whole_name)
    assert Path("out") / first == paths[0]
    assert 3 == len(set(paths))


def test_notes_lie_beside_the_plan_and_cases_beside_the_source():
    assert Path("a/yard.review.json") == notes_path(Path("a/yard.plan.json"))
    assert Path("a/yard.track7.case.json") == case_path(Path("a/yard.mp4"), 7)


def test_a_report_is_found_under_either_name(tmp_path):
    photo, video = tmp_path / "IMG_1.jpg", tmp_path / "IMG_1.mp4"
    assert find_report(photo) is None
    short = tmp_path / "IMG_1.report.json"
    short.touch()
    assert short == find_report(photo) == find_report(video)
    own = tmp_path / "IMG_1.jpg.report.json"
    own.touch()
    assert (own, short) == (find_report(photo), find_report(video))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("yard 3. M\u00e4rz.mp4", "yard 3. M\u00e4rz.mp4"),
        ('<a>:"b"/c\\|d?*.mp4', "_a___b__c__d__.mp4"),
        ("a\x07b", "a_b"),
        ("end.", "end_"),
        ("end . ", "end___"),
        ("con", "_con"),
        ("LPT9 .mp4", "_LPT9 .mp4"),
        ("COM\u00b9.mp4", "_COM\u00b9.mp4"),
        ("conference.mp4", "conference.mp4"),
        ("com10.mp4", "com10.mp4"),
    ],
)
def test_what_windows_refuses_becomes_an_underscore(name, expected):
    assert expected == portable_name(name)
    assert expected == portable_name(expected)
