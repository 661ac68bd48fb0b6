"""A file and its services, without HTTP. More in tests/server/review/test_routes.py."""

import json

import pytest

from passerby.review.commands import DeleteTrack
from passerby.review.errors import NotFoundError, ReviewError
from passerby.review.open_file import FileNotReady, OpenFile
from passerby.review.release.verification import ReleaseFinding, ReleaseVerdict
from passerby.review.review_item import ReviewItem


def test_before_it_is_open_there_is_a_summary_and_no_more(paths):
    item = ReviewItem.of(OpenFile(0, paths, "J. Doe"))
    summary = item.summary()
    assert ("yard.mp4", "waiting", 0) == (summary.name, summary.state, summary.flagged)
    for request in (item.require_open, item.detail_json, item.queue, lambda: item.masked_jpeg(0, 0, None)):
        with pytest.raises(FileNotReady):
            request()


def test_a_summary_names_no_path(item, paths):
    assert str(paths.source.parent) not in item.summary().model_dump_json()


def test_details(item):
    detail = json.loads(item.detail_json())
    assert ([24], [[1]]) == (
        [video["frames"] for video in detail["videos"]],
        [[track["number"] for track in tracks] for tracks in detail["tracks"]],
    )


@pytest.mark.parametrize(("video", "frame"), [(1, 0), (0, 24)])
def test_frames_that_do_not_exist(item, video, frame):
    for jpeg in (item.masked_jpeg, item.original_jpeg):
        with pytest.raises(NotFoundError):
            jpeg(video, frame, None)


def test_an_entry_must_exist_to_be_reviewed(item):
    with pytest.raises(NotFoundError, match="no entry"):
        item.mark_reviewed("track-0-99", True)


def test_regression_cases(item, paths):
    assert "yard.track1.case.json" == item.save_regression_case(0, 1, "a note")
    assert (paths.source.parent / "yard.track1.case.json").exists()
    with pytest.raises(ReviewError, match="regression case video"):
        item.save_regression_case(1, 1, "")
    item.edits.apply(DeleteTrack(op="delete", track=1))
    with pytest.raises(ReviewError, match="no track: number 1"):
        item.save_regression_case(0, 1, "")


def test_a_finding_leads_to_its_own_frame_though_its_time_was_rounded_down(item, monkeypatch):
    """At 30000/1001 frames a second most times are: 33.367 ms become 0.033 s."""
    times, base = item.frame_times(0), item.file.time_base(0)
    found = [
        ReleaseFinding(time=round(float(time * base), 3), description=f"number {n}") for n, time in enumerate(times)
    ]
    verdict = ReleaseVerdict(independent=True, clean=False, findings=tuple(found))
    monkeypatch.setattr(item.export, "_verdict", verdict)
    led = {entry.detail: entry.frame for entry in item.queue() if "finding" in entry.reasons}
    assert {f"number {n}": n for n in range(len(times))} == led
