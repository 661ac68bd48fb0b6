"""Whatever a plan says: what was detected and is not painted stands in the report, or the plan is refused or told.

The plans are made up by hypothesis and painted by the real painter on white frames; a pixel that stays white shows.
"""

import json
from fractions import Fraction

import av
import numpy as np
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from passerby.config.regions import Region
from passerby.config.settings import Settings, Style
from passerby.core.kinds import Kind
from passerby.core.media import Colour, Geometry, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.documents.kept import KeptSpan
from passerby.documents.plan import AnalysedRange, Keyframe, Plan, Track, VideoPlan
from passerby.documents.plan_parts.made_from import Fingerprint
from passerby.documents.trim import Trims
from passerby.mask.painter import Painter
from passerby.mask.shapes import to_shape
from passerby.redaction_log.log import hidden_summaries, redaction_log
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.sound import SoundFacts
from passerby.track.mask_schedule import MaskSchedule

WIDTH, HEIGHT, TIMES = 64, 48, [0, 10, 20, 30, 40, 50]
BASE = Fraction(1, 100)
INFO = VideoInfo(
    stream=0,
    codec="rawvideo",
    time_base=BASE,
    geometry=Geometry(WIDTH, HEIGHT),
    colour=Colour(full_range=False),
    pixel_format="yuv420p",
    bit_depth=8,
    frame_rate=Fraction(10),
    frames_estimate=6,
    bit_rate=None,
)
#: Pixels at the edge of a box that need not be painted.
EDGE = 2
WHO = {"author": "J. Doe", "created": "2026-03-01T10:30:00+00:00", "video": 0}


def detected(number, kind, *boxes):
    keys = tuple(Keyframe(time=time, box=box, score=0.9, origin="x") for time, box in zip((5, 35), boxes, strict=True))
    return Track(number=number, kind=kind, keyframes=keys)


TRACKS = (
    detected(1, Kind.FACE, (4, 4, 20, 24), (12, 4, 28, 24)),
    detected(2, Kind.PLATE, (30, 30, 60, 40), (30, 30, 60, 40)),
)
#: Lies in a region that is to be kept visible: never painted because of what was detected there.
KEPT = KeptSpan(kind=Kind.FACE, region=1, start=5, end=35)
PLAN = Plan(
    program="passerby test",
    source=Fingerprint(name="a.mp4", sha256="0" * 64, size=5, duration=None, frames=len(TIMES)),
    settings=Settings(
        hide=(Kind.FACE, Kind.PLATE),
        style=Style.SOLID,
        keep_regions=(Region(polygon=((36, 2), (60, 2), (60, 26), (36, 26))),),
    ),
    weights=(),
    videos=(
        VideoPlan(
            stream=0,
            time_base=BASE,
            width=WIDTH,
            height=HEIGHT,
            frames=len(TIMES),
            analysed=(AnalysedRange(first_frame=0, last_frame=5, first_time=0, last_time=50),),
            tracks=TRACKS,
            kept=(KEPT,),
        ),
    ),
).sealed()

#: A mask whose area is no number: what it leaves bare of the plate was not found.
HUGE = {
    "number": 2,
    "kind": "face",
    "keyframes": [
        {"time": 0, "box": [0, 0, 0, 0], "score": 0, "origin": "person"},
        {"time": 10, "box": [0, 0, 33, 1e308], "score": 0, "origin": "person"},
    ],
}

numbers = st.one_of(
    *[st.integers(-20, 90)] * 5, st.floats(-20, 90), st.sampled_from([1e308, -1e308, 1e6, -1e6, float("nan")])
)
spans = st.tuples(st.integers(-10, 60), st.integers(-10, 60)).map(lambda ends: {"start": min(ends), "end": max(ends)})
points = st.tuples(st.integers(-4, 68), st.integers(-4, 52))


@st.composite
def keyframes(draw):
    keys = []
    for time in draw(st.sets(st.integers(-5, 60), min_size=1, max_size=4)):
        polygon = draw(st.none() | st.lists(points, min_size=3, max_size=6))
        if polygon and draw(st.integers(0, 9)):
            xs, ys = zip(*polygon, strict=True)
            box = [min(xs), min(ys), max(xs), max(ys)]
        else:
            box = [*map(float, draw(st.lists(numbers, min_size=4, max_size=4)))]
            box = [*sorted(box[::2]), *sorted(box[1::2])]
            box = [box[0], box[2], box[1], box[3]]
        key = {"time": time, "box": box, "score": 0, "origin": "person"}
        keys.append(key | ({"polygon": polygon} if polygon else {}))
    return sorted(keys, key=lambda key: key["time"])


@st.composite
def tracks(draw, number):
    """Those that were detected, made visible; or any other."""
    visible = draw(st.lists(spans | st.just({"start": 0, "end": 10**9}), max_size=2))
    if number <= len(TRACKS) and draw(st.booleans()):
        return TRACKS[number - 1].model_dump(mode="json", exclude_none=True) | {"visible": visible}
    kind = draw(st.sampled_from(["face", "plate", "person", "region"]))
    return {"number": number, "kind": kind, "keyframes": draw(keyframes()), "visible": visible}


@st.composite
def corrections(draw):
    number = draw(st.integers(1, 3))
    action = "add" if number > len(TRACKS) else draw(st.sampled_from(["replace", "replace", "remove"]))
    track = {} if action == "remove" else {"track": draw(tracks(number))}
    return WHO | {"action": action, "number": number} | track


@st.composite
def edits(draw):
    """What a text editor can do to the analysis: the keys to a value, and the value."""
    number = draw(st.integers(0, 1))
    track = ("videos", 0, "tracks", number)
    return draw(
        st.sampled_from(
            [
                ((*track, "visible"), draw(st.lists(spans, max_size=2))),
                ((*track, "keyframes"), draw(keyframes())),
                (("videos", 0, "kept"), draw(st.sampled_from([[], [KEPT.model_dump() | {"start": 30}]]))),
                (("videos", 0, "tracks"), [draw(tracks(1))]),
                (("videos", 0, "analysed", 0, "last_frame"), draw(st.integers(0, 90))),
                (("settings", "keep_regions"), [{"polygon": [[0, 0], [60, 0], [60, 40]]}]),
                (("trim",), [{"start": 0.1, "end": draw(st.sampled_from([0.1, 0.3]))}]),
            ]
        )
    )


def changed(document, at, value):
    *parents, last = at
    for key in parents:
        document = document[key]
    document[last] = value


def painted(plan):
    """By time, which pixels of the white frames are still white."""
    painter, schedule, shown = Painter(INFO, "yuv420p"), MaskSchedule(plan.tracks(0)), {}
    for index, time in enumerate(TIMES):
        white = av.VideoFrame.from_ndarray(np.full((HEIGHT * 3 // 2, WIDTH), 235, np.uint8), format="yuv420p")
        white.pts, white.time_base = time, BASE
        frame = RawFrame(white, index, time)
        shapes = [to_shape(mask, INFO.geometry, plan.settings.style) for mask in schedule.at(time)]
        analysed = plan.videos[0].is_analysed(index, time)
        safe = painter.paint(frame, shapes) if analysed else painter.cover(frame)
        shown[time] = safe.av_frame.to_ndarray()[:HEIGHT] > 200
    return shown


def in_release(plan, time):
    """Seconds in the release; None where the frame is cut."""
    ticks = Trims(plan.trim, BASE).to_output_time(time)
    return None if ticks is None else ticks / 100


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(corrections(), max_size=2), st.none() | st.none() | edits())
@example([], (("videos", 0, "tracks", 0, "visible"), [{"start": 0, "end": 10**9}]))
@example([WHO | {"action": "remove", "number": 1}], None)
@example([], (("videos", 0, "kept"), []))
@example([WHO | {"action": "replace", "number": 2, "track": HUGE}], None)
def test_what_is_not_painted_is_in_the_report_or_the_plan_is_refused(made, edit):
    document = json.loads(PLAN.to_json())
    document["corrections"] = made
    if edit is not None:
        changed(document, *edit)
    try:
        plan = Plan.model_validate_json(json.dumps(document))
    except ValidationError:
        event("refused")
        return
    shown = painted(plan)
    covered = [time for index, time in enumerate(TIMES) if not plan.videos[0].is_analysed(index, time)]
    log = redaction_log(plan, [ReleaseTimes.of(plan, 0, TIMES, covered)], SoundFacts(Settings()), 0.6)
    listed = [entry for entry in log if not entry.withheld]
    hidden = {summary.kind: summary.tracks for summary in hidden_summaries(log, plan.settings)}
    assert {Kind.FACE, Kind.PLATE} <= set(hidden)
    event("edited by hand" if plan.edited_by_hand else "listed" if listed else "painted")
    for track in () if plan.edited_by_hand else TRACKS:
        for time in TIMES:
            key, moment = track.interpolate(time), in_release(plan, time)
            if key is None or moment is None:
                continue
            x1, y1, x2, y2 = (round(value) for value in key.box)
            if shown[time][y1 + EDGE : y2 - EDGE, x1 + EDGE : x2 - EDGE].sum() > 1:
                assert any(one.track == track.number and one.start <= moment < one.end for one in listed)
    if not plan.edited_by_hand:
        seen = [in_release(plan, time) for time in TIMES if KEPT.start <= time <= KEPT.end]
        for moment in [moment for moment in seen if moment is not None]:
            assert any(one.track is None and one.start <= moment < one.end for one in listed)
    if edit is not None and edit[0][0] in ("videos", "settings"):
        same = Plan.model_validate_json(json.dumps(document)).videos == PLAN.videos
        assert plan.edited_by_hand or (same and plan.settings == PLAN.settings)
