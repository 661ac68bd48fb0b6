"""Plans that would show somebody silently: what is not painted stands in the report, or the plan is refused."""

import json

import pytest

from passerby import Plan, redact
from passerby.config.settings import Settings
from passerby.core.box import Box
from passerby.core.errors import PlanError
from passerby.core.kinds import Detection, Kind
from passerby.documents.plan import Correction, Keyframe
from passerby.documents.plan_parts.spans import TrimSpan, VisibleSpan
from passerby.redaction_log.log import hidden_summaries, redaction_log
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.sound import SoundFacts
from tests import clips
from tests.fake_detector import fake_detectors
from tests.plans import permanent_track, plan_for, still_track
from tests.white_patch import PATCH, hidden

#: Keyframes far outside the clip are not painted: the clip has 24 frames.
LAST = (clips.FRAMES - 1) * clips.STEP
#: Until when the clip shows its last frame, in seconds.
END = float(clips.FRAMES * clips.STEP * clips.TIME_BASE)
AWAY = Box(80, 60, 120, 90)
FOREVER = (VisibleSpan(start=0, end=10**9),)


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "clip.mp4")


def corrected(plan, action, track=None, number=1, reason="a request"):
    made = Correction(
        author="J. Doe",
        created="2026-03-01T10:30:00+00:00",
        video=0,
        action=action,
        number=number,
        track=track,
        reason=reason,
    )
    return plan.model_copy(update={"corrections": (*plan.corrections, made)})


def face(box=PATCH, number=1):
    return permanent_track(number, box, Kind.FACE)


def edited(plan, tmp_path, change):
    """The plan as a text editor leaves it."""
    document, path = json.loads(plan.to_json()), tmp_path / "edited.plan.json"
    change(document["videos"][0]["tracks"])
    path.write_text(json.dumps(document))
    return path


def summaries(plan):
    times = ReleaseTimes.of(plan, 0, [number * clips.STEP for number in range(clips.FRAMES)])
    log = redaction_log(plan, [times], SoundFacts(Settings()), END)
    kinds = {one.kind: one for one in hidden_summaries(log, plan.settings)}
    return kinds, [entry for entry in log if not entry.withheld]


def test_visible_without_a_correction_is_refused(clip, tmp_path):
    path = edited(plan_for(clip, face()), tmp_path, lambda tracks: tracks[0].update(visible=[{"start": 0, "end": 9}]))
    with pytest.raises(PlanError, match="visible without a correction.*append a correction `replace`"):
        Plan.load(path)


def test_a_correction_that_shows_a_face_is_in_the_report_and_not_among_the_hidden(clip, tmp_path):
    plan = plan_for(clip, face())
    plan = corrected(plan, "replace", face().model_copy(update={"visible": FOREVER}))
    report = redact(clip, tmp_path / "out.mp4", plan=plan, verify=False)
    assert [] == hidden(clips.decoded(tmp_path / "out.mp4"))
    assert [(Kind.FACE, 0), (Kind.PLATE, 0)] == [(one.kind, one.tracks) for one in report.hidden]
    (shown,) = report.shown_on_purpose
    assert (1, Kind.FACE, 0.0, 1.0) == (shown.track, shown.kind, shown.start, shown.share)
    assert round(END, 3) == shown.end
    assert ("J. Doe", "2026-03-01T10:30:00+00:00", "a request") == (shown.by, shown.created, shown.reason)
    assert (False, False) == (report.edited_by_hand, report.needs_review)


def test_a_track_that_is_taken_out_by_hand_is_told(clip, tmp_path):
    plan = Plan.load(edited(plan_for(clip, face()), tmp_path, lambda tracks: tracks.clear()))
    report = redact(clip, tmp_path / "out.mp4", plan=plan, verify=False)
    assert (True, True) == (report.edited_by_hand, report.needs_review)
    assert "edited by hand" in report.warnings[0]


def test_a_plan_without_the_hash_of_its_analysis_is_told_too(clip):
    assert plan_for(clip, face()).model_copy(update={"analysis_sha256": None}).edited_by_hand


SLIVER = ((0, 0), (32, 24), (32, 23))
TWICE = ((0, 0), (32, 0), (32, 24), (0, 24), (0, 0), (32, 0), (32, 24), (0, 24))


@pytest.mark.parametrize(
    ("polygon", "why"),
    [
        pytest.param(SLIVER, "fill at least 25%", id="a sliver"),
        pytest.param(TWICE, "cannot be painted", id="twice round: the even-odd rule leaves it bare"),
        pytest.param(((0, 0), (32, 24), (32, 0), (0, 20)), "edges cross", id="a bow tie"),
        pytest.param(((0, 0), (10, 0), (10, 10)), "box must be its hull", id="another box"),
        pytest.param(((0, 0), (32, 0), (16, 0)), "cannot be painted", id="a line"),
        pytest.param(((0, 0), (float("nan"), 0), (32, 24)), "finite number", id="no numbers"),
    ],
)
def test_a_polygon_that_leaves_its_box_bare_is_refused(polygon, why, clip, tmp_path):
    def change(tracks):
        for key in tracks[0]["keyframes"]:
            key["polygon"] = polygon

    with pytest.raises(PlanError, match=why):
        Plan.load(edited(plan_for(clip, face()), tmp_path, change))


def test_between_polygons_that_turn_inside_out_everything_is_painted(clip, tmp_path):
    """The same square, its corners listed from the opposite one on: in the middle it is a point."""
    square = ((0, 0), (32, 0), (32, 24), (0, 24))
    keys = [
        Keyframe(time=time, box=PATCH, score=0, origin="person", polygon=polygon)
        for time, polygon in ((0, square), (LAST, (*square[2:], *square[:2])))
    ]
    track = face().model_copy(update={"keyframes": tuple(keys)})
    redact(clip, tmp_path / "out.mp4", plan=plan_for(clip, track), verify=False)
    assert [*range(clips.FRAMES)] == hidden(clips.decoded(tmp_path / "out.mp4"))


@pytest.mark.parametrize(
    ("track", "share"),
    [
        pytest.param(None, 1.0, id="removed"),
        pytest.param(face(AWAY), 1.0, id="moved away"),
        pytest.param(face(Box(0, 0, 16, 24)), 0.5, id="made smaller"),
        pytest.param(still_track(1, PATCH, 0, 5 * clips.STEP, Kind.FACE), 1.0, id="ended"),
        pytest.param(face(Box(-99, -99, -50, -50)), 1.0, id="outside the picture"),
    ],
)
def test_what_a_correction_leaves_bare_is_listed(track, share, clip):
    plan = corrected(plan_for(clip, face()), "remove" if track is None else "replace", track)
    (shown,) = summaries(plan)[1]
    assert share == pytest.approx(shown.share, abs=0.04)
    assert END == pytest.approx(shown.end, abs=1e-3)


def test_what_others_hide_all_the_same_is_not_listed(clip):
    plan = plan_for(clip, face(), face(Box(0, 0, 20, 24), 2), face(Box(18, 0, 40, 24), 3))
    assert [] == summaries(corrected(plan, "remove"))[1]


def test_a_box_moved_by_less_than_a_pixel_is_not_listed(clip):
    plan = corrected(plan_for(clip, face()), "replace", face(PATCH.translate(0.4, 0.4)))
    assert [] == summaries(plan)[1]


def test_a_track_outside_the_picture_hides_nothing(clip):
    assert 0 == summaries(plan_for(clip, face(Box(-99, -99, -50, -50))))[0][Kind.FACE].tracks


def test_times_are_those_of_the_release(clip):
    """Frames 6 to 11 are cut: what is shown in frames 12 to 23 is shown in 6 to 17 of the release."""
    step = float(clips.STEP * clips.TIME_BASE)
    later = face().model_copy(update={"visible": (VisibleSpan(start=12 * clips.STEP, end=LAST),)})
    plan = corrected(plan_for(clip, face()), "replace", later)
    plan = plan.model_copy(update={"trim": (TrimSpan(start=6 * step, end=12 * step),)})
    kinds, (shown,) = summaries(plan)
    assert (round(6 * step, 3), round(18 * step, 3)) == (shown.start, shown.end)
    assert [(0.0, round(6 * step, 3))] == [(one.start, one.end) for one in kinds[Kind.FACE].ranges]


@pytest.mark.parametrize("visible", [False, True])
def test_the_check_finds_a_face_beside_what_is_painted(visible, clip, tmp_path):
    """A triangle leaves half of its box bare; and a picture-wide visible track explains no small face."""
    track = face(Box(0, 0, *clips.SIZE))
    corner = ((0, 0), (clips.SIZE[0], 0), (0, clips.SIZE[1]))
    keys = tuple(key.model_copy(update={"polygon": corner}) for key in track.keyframes)
    plan = plan_for(clip, track.model_copy(update={"keyframes": keys}))
    if visible:
        plan = corrected(plan_for(clip), "add", track.model_copy(update={"visible": FOREVER}))
    found = [Detection(Kind.FACE, Box(95, 70, 120, 90), 0.9, "fake")]
    report = redact(clip, tmp_path / "out.mp4", plan=plan, detectors=fake_detectors(lambda frame, scope: found))
    assert report.check.findings[0].description == "a face is visible"
