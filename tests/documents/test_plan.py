import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from passerby.config.settings import Settings, Style
from passerby.core.box import Box
from passerby.core.errors import PlanError
from passerby.core.kinds import Kind
from passerby.documents.plan import AnalysedRange, Correction, Keyframe, Plan, Track, VideoPlan
from passerby.documents.plan_parts.made_from import Fingerprint, WeightsUsed
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan, VisibleSpan
from passerby.documents.plan_parts.speech import AudioMode, SpeechSpan

SQUARE = Box(0, 0, 10, 10)


def key(time, box=SQUARE, polygon=None):
    return Keyframe(time=time, box=box, score=0.5, origin="test", polygon=polygon)


def track(number, *keys, kind=Kind.FACE):
    return Track(number=number, kind=kind, keyframes=keys or (key(0), key(100)))


def correction(action, number, changed=None, video=0):
    created = "2026-03-01T10:30:00+00:00"
    return Correction(author="J. Doe", created=created, video=video, action=action, number=number, track=changed)


def plan(*tracks, corrections=()):
    """A plan that uses every field."""
    video = VideoPlan(
        stream=0,
        time_base=Fraction(1, 90000),
        width=640,
        height=360,
        frames=10,
        analysed=(AnalysedRange(first_frame=0, last_frame=9, first_time=0, last_time=900),),
        cuts=(300,),
        tracks=tracks,
    )
    return Plan(
        program="passerby test",
        source=Fingerprint(name="a.mp4", sha256="0" * 64, size=5, duration=1.5, frames=10),
        settings=Settings(hide=(Kind.FACE, Kind.SCREEN), style=Style.BLUR),
        weights=(WeightsUsed(id="centerface", sha256="1" * 64),),
        videos=(video,),
        trim=(TrimSpan(start=0, end=1),),
        speech=(SpeechSpan(track=1, start=0, end=1, score=0.9, origin="silero-vad", channels=(1,)),),
        audio=(AudioSpan(start=0, end=1, action="bleep"),),
        audio_mode=AudioMode(audio="keep"),
        corrections=corrections,
    )


FULL = plan(
    track(1, key(0), key(10, polygon=((0, 0), (9.5, 0), (9.5, 9.5)))),
    track(2),
    corrections=(correction("add", 3, track(3)), correction("remove", 1)),
).sealed()


def test_what_is_saved_is_what_is_loaded(tmp_path):
    path = tmp_path / "a.plan.json"
    path.write_text(FULL.to_json())
    assert FULL == Plan.load(path)
    assert FULL.to_json() == Plan.load(path).to_json()
    assert set() == {name for name in Plan.model_fields if name not in json.loads(FULL.to_json())}


corners = st.tuples(*[st.integers(0, 300)] * 4)
paths = st.dictionaries(st.integers(0, 500), corners, min_size=1)


def test_a_file_that_does_not_state_its_length_has_a_plan_all_the_same(tmp_path):
    source = FULL.source.model_copy(update={"duration": None})
    made = FULL.model_copy(update={"source": source})
    path = tmp_path / "a.plan.json"
    path.write_text(made.to_json())
    assert made == Plan.load(path)


@given(paths.map(lambda path: sorted(path.items())), st.integers(-5, 505))
def test_between_two_keyframes_the_position_is_interpolated(places, time):
    keys = [key(t, Box(min(a, c), min(b, d), max(a, c), max(b, d))) for t, (a, b, c, d) in places]
    here = track(1, *keys).masked_at(time)
    if not keys[0].time <= time <= keys[-1].time:
        assert here is None
        return
    before = max((k for k in keys if k.time <= time), key=lambda k: k.time)
    after = min((k for k in keys if k.time >= time), key=lambda k: k.time)
    share = (time - before.time) / (after.time - before.time) if after is not before else 0
    assert here.box == pytest.approx([a + (b - a) * share for a, b in zip(before.box, after.box, strict=True)])


def test_polygons_of_as_many_corners_move_as_well():
    a, b = ((0, 0), (10, 0), (10, 10)), ((20, 0), (30, 0), (30, 10))
    assert ((5, 0), (15, 0), (15, 10)) == track(1, key(0, polygon=a), key(100, Box(20, 0, 30, 10), b)).masked_at(
        25
    ).polygon


def test_where_shapes_do_not_match_both_are_covered():
    """A box that is to become a polygon, or a triangle a square: what lies between is not known, so all of it."""
    moved = track(1, key(0, Box(0, 0, 10, 10)), key(100, Box(50, 0, 60, 10), polygon=((50, 0), (60, 0), (60, 10))))
    here = moved.masked_at(1)
    assert (None, Box(0, 0, 60, 10)) == (here.polygon, here.box)


def test_a_frame_is_analysed_when_both_its_ordinal_and_its_time_are():
    video = FULL.videos[0]
    assert video.is_analysed(0, 0)
    assert video.is_analysed(9, 900)
    assert not video.is_analysed(10, 900)
    assert not video.is_analysed(9, 901)


def test_corrections_come_in_their_order_and_the_last_one_counts():
    other = track(1, key(7))
    corrections = (
        correction("replace", 1, other),
        correction("add", 5, track(5)),
        correction("remove", 5),
        correction("add", 5, track(5, key(3))),
    )
    changed = plan(track(1), track(2), corrections=corrections)
    assert (other, track(2), track(5, key(3))) == changed.tracks(0)
    assert (track(1), track(2)) == changed.videos[0].tracks  # the analysis itself is never edited


def tracks(data):
    return data["videos"][0]["tracks"]


def keyframe(data):
    return tracks(data)[0]["keyframes"][0]


#: What a person may spoil in an editor, and what the error must name.
SPOILT = {
    "a typing error": (lambda data: tracks(data)[0].update(kidn="face"), "videos.0.tracks.0.kidn"),
    "an unknown kind": (lambda data: tracks(data)[0].update(kind="nose"), "videos.0.tracks.0.kind"),
    "a missing field": (lambda data: tracks(data)[0].pop("number"), "videos.0.tracks.0.number"),
    "keyframes out of order": (lambda data: tracks(data)[0]["keyframes"].reverse(), "in order of time"),
    "no keyframe": (lambda data: tracks(data)[0].update(keyframes=[]), "videos.0.tracks.0.keyframes"),
    "a box inside out": (lambda data: keyframe(data).update(box=[9, 9, 1, 1]), "left, top, right, bottom"),
    # What it leaves bare could not be told: areas of this size are no numbers any more.
    "a box that is far too large": (lambda data: keyframe(data).update(box=[0, 0, 1, 1e308]), "a million pixels"),
    "a box without end": (lambda data: keyframe(data).update(box=[0, 0, 1, float("inf")]), "box"),
    "a polygon of two": (lambda data: keyframe(data).update(polygon=[[1, 2], [3, 4]]), "polygon"),
    "two tracks of one number": (lambda data: tracks(data)[0].update(number=2), "more than one track 2"),
    "no video": (lambda data: data.update(videos=[]), "videos"),
    "no time base": (lambda data: data["videos"][0].update(time_base="1/0"), "videos.0.time_base"),
    "time that stands still": (lambda data: data["videos"][0].update(time_base="0/1"), "videos.0.time_base"),
    "another version": (lambda data: data.update(schema_version=2), "schema_version"),
    "half a hash": (lambda data: data["source"].update(sha256="00"), "source.sha256"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_an_error_names_the_field_and_the_next_step(name, tmp_path):
    change, named = SPOILT[name]
    path = tmp_path / "a.plan.json"
    data = json.loads(FULL.to_json())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(PlanError, match=named) as caught:
        Plan.load(path)
    assert "--save-plan" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff\xfe", "null"])
def test_what_is_not_a_plan_at_all_is_an_error_too(text, tmp_path):
    path = tmp_path / "a.plan.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(PlanError, match=r"a\.plan\.json is not a valid plan"):
        Plan.load(path)


def test_a_plan_that_is_not_there(tmp_path):
    with pytest.raises(PlanError, match="There is no plan .*--save-plan"):
        Plan.load(tmp_path / "none.json")
    with pytest.raises(PlanError, match="cannot be read"):
        Plan.load(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        pytest.param(lambda: [correction("add", 1, track(1))], "already exists", id="number taken"),
        pytest.param(lambda: [correction("remove", 7)], "does not exist", id="remove nothing"),
        pytest.param(lambda: [correction("replace", 7, track(7))], "does not exist", id="replace nothing"),
        pytest.param(lambda: [correction("remove", 1)] * 2, "does not exist", id="remove twice"),
        pytest.param(lambda: [correction("remove", 1, video=1)], "no video 1", id="no such video"),
        pytest.param(lambda: [correction("add", 7)], "track is required", id="add nothing"),
        pytest.param(lambda: [correction("remove", 1, track(1))], "track is required", id="remove and add"),
        pytest.param(lambda: [correction("add", 7, track(8))], "its track is number 8", id="two numbers"),
    ],
)
def test_a_correction_of_a_missing_track_is_an_error_not_a_leak(wrong, why):
    with pytest.raises(ValueError, match=why):
        plan(track(1), corrections=wrong())


def test_where_a_track_is_kept_visible_it_is_not_hidden_but_still_there():
    one = track(1, key(0), key(100)).model_copy(update={"visible": (VisibleSpan(start=20, end=40),)})
    assert [False, True, True, False] == [one.masked_at(time) is None for time in (19, 20, 40, 41)]
    assert one.interpolate(30) == track(1, key(0), key(100)).masked_at(30)


def test_corrections_of_audio_and_trim_have_no_track():
    made = {"author": "x", "created": "2026-03-01T10:30:00+00:00", "video": 0}
    sound = Correction(**made, action="audio", audio_before=(), audio_after=(AudioSpan(start=0, end=1),))
    one = plan(track(1))
    assert one.tracks(0) == plan(track(1), corrections=(sound,)).tracks(0)
    for wrong in (
        {"action": "audio"},
        {"action": "trim", "audio_before": (), "audio_after": ()},
        {"action": "trim", "trim_before": (), "trim_after": (), "track": track(1)},
        {"action": "remove", "number": 1, "trim_before": (), "trim_after": ()},
    ):
        with pytest.raises(ValidationError):
            Correction(**made, **wrong)
