"""The interface of `passerby review`, without a browser."""

import json
import os
import shutil
import time

import cv2
import numpy as np
import pytest

from passerby.review.answers import FileDetail, TrackResponse
from tests.clips import decoded
from tests.fake_detector import use_fake_detectors
from tests.server.fixtures import HEADERS, PATCH, opened, review_paths


def picture(answer):
    assert "image/jpeg" == answer.headers["content-type"]
    assert "no-store" == answer.headers["cache-control"]
    return cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)


def luma(image, box=PATCH):
    x1, y1, x2, y2 = (round(side) for side in box)
    return float(image[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2].mean())


def test_the_list_names_files_and_no_paths(review, tmp_path):
    answer = review.client.get("/api/files", headers=HEADERS)
    assert ["yard.mp4"] == [one["name"] for one in answer.json()]
    assert ["ready"] == [one["state"] for one in answer.json()]
    assert str(tmp_path) not in answer.text
    assert str(tmp_path) not in review.get("").text


def test_tracks_are_serialised_consistently(review):
    review.edit("region", first=3, last=6, polygon=[[60, 50], [120, 50], [60, 90]], reason="fence")
    review.edit("keep_visible", track=1, frame=5)
    history = review.library.items[0].file.history
    expected = [TrackResponse.of(track).model_dump(mode="json") for track in history.tracks(0)]
    assert expected == review.get("").json()["tracks"][0]
    FileDetail.model_validate_json(review.get("").text)


def test_times_are_those_of_the_frames(review):
    ticks = np.frombuffer(review.get("/times/0").content, "<f8")
    with_base = [float(time) for time, _ in decoded(review.paths.source)]
    assert with_base == pytest.approx((ticks * review.get("").json()["videos"][0]["time_base"]).tolist())


@pytest.mark.parametrize("frame", [0, 23, 11])
def test_masks_are_black_and_the_rest_is_unchanged(review, frame):
    masked, original = (picture(review.get(f"/{view}/0/{frame}?size=0")) for view in ("masked", "original"))
    assert luma(original) > 200
    assert luma(masked) < 20
    rest = np.abs(masked[40:].astype(int) - original[40:].astype(int))
    assert rest.max() < 12


def test_thumbnails_are_masked_and_small(review):
    image = picture(review.get("/masked/0/5?size=64&small=true"))
    assert 64 == max(image.shape)
    assert luma(cv2.resize(image, (128, 96))) < 20


@pytest.mark.parametrize("path", ["/masked/0/24", "/masked/1/0", "/original/0/99999", "/times/1"])
def test_missing_frames_are_not_found(review, path):
    assert 404 == review.get(path).status_code
    assert 404 == review.client.get("/api/files/1", headers=HEADERS).status_code


def test_a_frame_that_was_not_analysed_is_covered(review):
    plan = review.saved
    video = plan.videos[0]
    seen = video.analysed[0].model_copy(update={"last_frame": 10})
    plan = plan.model_copy(update={"videos": (video.model_copy(update={"analysed": (seen,)}),)})
    review.paths.plan.write_text(plan.to_json())
    again = opened(review.paths.source)
    assert picture(again.get("/masked/0/12")).max() < 20
    assert ["not_analysed"] in [entry["reasons"] for entry in again.get("/queue").json()]


def test_an_edit_is_on_the_disk_when_the_answer_comes(review):
    assert 200 == review.edit("delete", track=1, reason="a sign").status_code
    correction = review.saved.corrections[0]
    assert ("J. Doe", "remove", "a sign") == (correction.author, correction.action, correction.reason)
    assert luma(picture(review.get("/masked/0/5?size=0"))) > 200
    assert 200 == review.post("/undo").status_code
    assert [1] == [track.number for track in review.saved.tracks(0)]
    assert luma(picture(review.get("/masked/0/5?size=0"))) < 20


def test_a_drawn_box_is_propagated_in_both_directions_and_undone_as_one_edit(review):
    review.edit("delete", track=1)
    drawn = review.edit("draw", frame=12, box=[2, 2, 30, 22], kind="plate", reason="b(6)").json()
    number = drawn["selected"]
    assert "done" == review.propagated()["progress"]["state"]
    track = next(track for track in review.saved.tracks(0) if track.number == number)
    assert ("b(6)", "plate") == (track.reason, track.kind)
    for frame in (0, 12, 23):
        assert luma(picture(review.get(f"/masked/0/{frame}?size=0"))) < 20
    review.post("/undo")
    assert () == review.saved.tracks(0)
    assert luma(picture(review.get("/masked/0/23?size=0"))) > 200


def test_propagation_continues_from_a_corrected_box(review):
    number = review.edit("draw", frame=0, box=[60, 10, 80, 30]).json()["selected"]
    review.propagated()
    review.edit("move", track=number, frame=12, box=[90, 60, 110, 80])
    review.propagated()
    keys = next(track for track in review.saved.tracks(0) if track.number == number).keyframes
    assert [(60, 10, 80, 30), (90, 60, 110, 80)] == [key.box for key in keys if key.origin == "person"]
    assert keys[-1].box.x1 > 80


def test_propagation_ends_at_the_requested_frame(review):
    number = review.edit("draw", frame=5, box=[60, 60, 80, 80]).json()["selected"]
    review.propagated()
    times = review.library.items[0].file.times(0)
    review.edit("set_end", track=number, frame=8, side="end")
    review.edit("set_end", track=number, frame=4, side="start")
    here = review.tracks()[number]["times"]
    assert (times[4], times[8]) == (here[0], here[-1])
    review.edit("extend", track=number, frame=15)
    review.propagated()
    assert times[15] == review.tracks()[number]["times"][-1]


def test_split_merge_kind_and_reason(review):
    second = review.edit("split", track=1, frame=10).json()["selected"]
    assert {1, second} == set(review.tracks())
    review.edit("set_kind", track=second, kind="text")
    review.edit("set_reason", track=second, reason="Art. 9")
    assert ("text", "Art. 9") == (review.tracks()[second]["kind"], review.tracks()[second]["reason"])
    review.edit("merge", track=1, other=second)
    assert {1} == set(review.tracks())
    for _ in range(4):
        review.post("/undo")
    assert review.get("").json()["history"]["can_undo"] is False
    assert {1} == set(review.tracks())


def test_kept_visible_and_hidden_again(review):
    assert 200 == review.edit("keep_visible", track=1, frame=5).status_code
    assert luma(picture(review.get("/masked/0/5?size=0"))) > 200
    assert 200 == review.edit("hide_again", track=1, frame=5).status_code
    assert luma(picture(review.get("/masked/0/5?size=0"))) < 20


def test_regions_and_covered_frames(review):
    corners = [[60, 50], [120, 50], [60, 90]]
    review.edit("region", first=3, last=6, polygon=corners)
    assert picture(review.get("/masked/0/4?size=0"))[55, 65].max() < 20
    assert picture(review.get("/masked/0/7?size=0"))[55, 65].max() > 40
    number = review.saved.tracks(0)[-1].number
    review.edit("move", track=number, frame=4, box=[10, 50, 70, 90])
    assert picture(review.get("/masked/0/6?size=0"))[55, 15].max() < 20
    assert picture(review.get("/masked/0/6?size=0"))[55, 100].max() > 40
    review.edit("cover", first=10, last=12)
    assert picture(review.get("/masked/0/11")).max() < 20
    assert picture(review.get("/masked/0/13")).max() > 40


@pytest.mark.parametrize(
    ("op", "what", "code"),
    [
        ("draw", {"frame": 99, "box": [0, 0, 9, 9]}, "no_frame"),
        ("draw", {"frame": 0, "box": [900, 900, 990, 990]}, "box_outside_picture"),
        ("draw", {"frame": 0, "video": 3, "box": [0, 0, 9, 9]}, "no_video"),
        ("delete", {"track": 77}, "no_track"),
        ("merge", {"track": 1, "other": 1}, "merge_with_itself"),
        ("split", {"track": 1, "frame": 99}, "no_frame"),
        ("hide_again", {"track": 1, "frame": 5}, "already_hidden"),
        ("extend", {"track": 1, "frame": 5}, "track_already_there"),
        ("cover", {"first": 9, "last": 3}, "invalid_span"),
        ("audio", {"spans": [{"start": 3, "end": 2}]}, "invalid_span"),
        ("audio_mode", {"audio": "remove-voices"}, "no_speech_search"),
    ],
)
def test_impossible_edits_are_rejected_with_an_error_code(review, op, what, code):
    answer = review.edit(op, **what)
    assert 409 == answer.status_code
    assert code == answer.json()["error"]["code"]
    assert code.replace("_", " ") in answer.json()["detail"]
    assert () == review.saved.corrections


@pytest.mark.parametrize(
    "body",
    [
        {"op": "draw", "frame": 0, "box": [9, 9, 0, 0]},
        {"op": "draw", "frame": -1, "box": [0, 0, 9, 9]},
        {"op": "draw", "frame": 0, "box": [0, 0, 9, 9], "kind": "vehicle"},
        {"op": "draw", "frame": 0, "box": [0, 0, 9, 9], "path": "/etc/passwd"},
        {"op": "nothing"},
    ],
)
def test_invalid_edits_are_rejected(review, body):
    assert 422 == review.post("/edit", body).status_code


def test_two_programs_do_not_overwrite_each_other(review):
    review.paths.plan.write_text(review.saved.to_json())
    os.utime(review.paths.plan, (1, 1))
    answer = review.edit("delete", track=1)
    assert 409 == answer.status_code
    assert ("plan_changed", {"plan": "yard.plan.json"}) == (
        answer.json()["error"]["code"],
        answer.json()["error"]["params"],
    )
    assert () == review.saved.corrections


def test_a_plan_of_another_file_is_rejected(review):
    plan = review.saved
    other = plan.model_copy(update={"source": plan.source.model_copy(update={"sha256": "0" * 64})})
    review.paths.plan.write_text(other.to_json())
    again = opened(review.paths.source)
    again.library.items[0].file.check_fingerprint()
    first_file = again.client.get("/api/files", headers=HEADERS).json()[0]
    assert "failed" == first_file["state"]
    assert "file_mismatch" == first_file["error"]["code"]
    refused = again.get("/masked/0/0")
    assert (409, first_file["error"]) == (refused.status_code, refused.json()["error"])


def test_the_queue_remembers_what_was_reviewed(review):
    video = review.saved.videos[0]
    key = video.tracks[0].keyframes[0].model_copy(update={"score": 0.3, "origin": "model", "time": 0})
    faint = video.tracks[0].model_copy(update={"number": 2, "keyframes": (key,)})
    plan = review.saved.model_copy(update={"videos": (video.model_copy(update={"tracks": (faint,)}),)})
    review.paths.plan.write_text(plan.to_json())
    again = opened(review.paths.source)
    entry = again.get("/queue").json()[0]
    assert ["uncertain", "short"] == entry["reasons"]
    assert again.post("/queue", {"id": entry["id"]}).json()[0]["reviewed"]
    assert 404 == again.post("/queue", {"id": "nothing"}).status_code
    assert again.post("/finished", {"finished": True}).json()["finished"]
    later = opened(review.paths.source)
    assert later.get("/queue").json()[0]["reviewed"]
    assert later.client.get("/api/files", headers=HEADERS).json()[0]["finished"]


def test_a_correction_becomes_a_case_without_pixels(review):
    review.edit("set_kind", track=1, kind="face")
    name = review.post("/regression-case", {"track": 1, "note": "behind the fence"}).json()["name"]
    case = json.loads((review.paths.source.parent / name).read_text())
    assert {"schema_version", "source", "created", "note", "frames"} == set(case)
    assert {"path": "yard.mp4", "sha256": review.saved.source.sha256} == case["source"]
    assert 24 == len(case["frames"])
    assert {"kind": "face", "box": [4.0, 4.0, 28.0, 20.0], "track": 1} == case["frames"][0]["boxes"][0]


def test_cases_are_of_faces_and_plates_only(review):
    review.edit("set_kind", track=1, kind="screen")
    assert 409 == review.post("/regression-case", {"track": 1}).status_code


def test_a_file_without_a_plan_is_analysed_first(clip, tmp_path, monkeypatch):
    shutil.copy(clip, tmp_path)
    use_fake_detectors(monkeypatch)
    again = opened(tmp_path / clip.name)
    assert "ready" == again.client.get("/api/files", headers=HEADERS).json()[0]["state"]
    assert review_paths(tmp_path / clip.name).plan.exists()


def test_a_file_that_is_no_video_is_reported(tmp_path):
    (tmp_path / "yard.mp4").write_text("nothing")
    told_of = opened(tmp_path / "yard.mp4").client.get("/api/files", headers=HEADERS).json()[0]
    assert "failed" == told_of["state"]
    assert "UnsupportedSource" == told_of["error"]["code"]
    assert "not a video" in told_of["error"]["message"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(review, number):
    body = f'{{"op": "add_box", "track": {number}, "x": {number}, "frame": {number}, "box": [{number}, 1, 2, 3]}}'
    headers = HEADERS | {"content-type": "application/json"}
    answer = review.client.post("/api/files/0/edit", content=body, headers=headers)
    assert 422 == answer.status_code
    assert "no-store" == answer.headers["cache-control"]


def test_a_file_that_could_not_be_opened_is_tried_again(review):
    whole = review.paths.source.read_bytes()
    review.paths.source.write_bytes(b"no film")
    item = review.library.items[0]
    item.file.prepare()
    assert "failed" == review.client.get("/api/files", headers=HEADERS).json()[0]["state"]
    review.paths.source.write_bytes(whole)
    assert "waiting" == review.post("/retry").json()["state"]
    review.library.start()
    end = time.monotonic() + 20
    while item.file.state != "ready":
        assert time.monotonic() < end
        time.sleep(0.01)
    assert "ready" == review.post("/retry").json()["state"]
