"""Whatever a person does in the editor: what the log of the release lists is what differs from the source, and nothing
else. Picture, sound and time.

The commands are made up by hypothesis. What differs is found without the log's own code: by painting each listed track
alone with the real painter, by running the sound through the real processing, and, for a few examples, by decoding a
real release.
"""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from passerby import Settings, redact
from passerby.config.settings import Audio, Style
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.core.raw_frame import RawFrame
from passerby.documents.plan import Keyframe, Plan, Track
from passerby.documents.redaction_log import DecidedBy, LogAction
from passerby.documents.trim import Trims
from passerby.mask.painter import Painter
from passerby.mask.shapes import to_shape
from passerby.redaction_log.log import redaction_log
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.sound import SoundFacts
from passerby.review import commands
from passerby.review.edit_service import EditService
from passerby.review.errors import ReviewError
from passerby.review.history import History
from passerby.review.open_file import OpenFile
from passerby.review.propagation_job import PropagationJob
from passerby.sink.audio.dsp import with_spans, without_cuts
from passerby.track.mask_schedule import MaskSchedule
from passerby.verify.checks.audio import _samples
from passerby.verify.released_file import ReleasedFile
from tests import clips
from tests.plans import plan_for
from tests.review.fixtures import review_paths

(WIDTH, HEIGHT), FRAMES, BASE = clips.SIZE, clips.FRAMES, clips.TIME_BASE
TIMES = clips.VARIABLE
#: The last frame lasts as long as the one before it.
END_S = float((2 * TIMES[-1] - TIMES[-2]) * BASE)
RATE = 8000
PAINTED = frozenset({LogAction.MASKED, LogAction.BLACKED_OUT, LogAction.COVERED})
#: Rounding of times in the log (ms), and of the samples at both ends of a range.
ROUNDING_S, EDGE_S = 0.0006, 0.002


def track(number, kind, *keys):
    frames = tuple(Keyframe(time=TIMES[n], box=Box(*box), score=0.9, origin="x") for n, box in keys)
    return Track(number=number, kind=kind, keyframes=frames)


DETECTED = (
    track(1, Kind.FACE, (2, (10, 10, 40, 44)), (18, (60, 14, 90, 50))),
    track(2, Kind.PLATE, (0, (70, 70, 110, 84)), (23, (70, 70, 110, 84))),
    track(3, Kind.FACE, (8, (50, 10, 76, 40)), (20, (46, 12, 72, 42))),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A clip of a variable frame rate with sound, and its plan, opened."""
    source = tmp_path_factory.mktemp("clip") / "yard.mp4"
    noise = np.random.default_rng(1).normal(0, 0.1, round(48000 * END_S))
    clips.write_clip(
        source,
        times=TIMES,
        prepare=lambda output, _: output.add_stream("aac", rate=48000, bit_rate=128_000),
        finish=lambda output: clips.sound(output, output.streams.audio[0], noise),
    )
    review_paths(source).plan.write_text(plan_for(source, *DETECTED).to_json())
    opened = OpenFile(0, review_paths(source), "J. Doe")
    opened.prepare()
    assert list(TIMES) == list(opened.times(0))
    return opened


frame = st.integers(0, FRAMES - 1)
number = st.integers(1, 5)
reason = st.none() | st.sampled_from(["b(6)", "=1+1", "she agreed"])
seconds = st.floats(0, END_S + 0.2).map(lambda value: round(value, 4)) | st.sampled_from(
    [float(time * BASE) for time in TIMES]
)


@st.composite
def boxes(draw):
    x, y = draw(st.floats(-20, WIDTH)), draw(st.floats(-20, HEIGHT))
    return (x, y, x + draw(st.floats(1, 70)), y + draw(st.floats(1, 70)))


polygons = st.lists(st.tuples(st.integers(-9, WIDTH + 9), st.integers(-9, HEIGHT + 9)), min_size=3, max_size=5)
ranges = st.tuples(seconds, seconds).map(sorted)
audio_spans = st.builds(
    lambda ends, action, why: {"start": ends[0], "end": ends[1], "action": action, "reason": why},
    ranges,
    st.sampled_from(["mute", "bleep"]),
    reason,
)
trim_spans = st.builds(lambda ends, why: {"start": ends[0], "end": ends[1], "reason": why}, ranges, reason)
kinds = st.sampled_from([Kind.FACE, Kind.PLATE, Kind.TEXT])


def edit(op, **fields):
    return st.fixed_dictionaries({"op": st.just(op)} | fields)


edits = st.one_of(
    edit("draw", frame=frame, box=boxes(), kind=kinds, reason=reason),
    edit("move", track=number, frame=frame, box=boxes()),
    edit("delete", track=number, reason=reason),
    edit("split", track=number, frame=frame),
    edit("merge", track=number, other=number),
    edit("set_end", track=number, frame=frame, side=st.sampled_from(["start", "end"])),
    edit("set_kind", track=number, kind=kinds),
    edit("set_reason", track=number, reason=st.sampled_from(["b(6)", ""])),
    edit("keep_visible", track=number, frame=frame, confirmed=st.booleans(), reason=reason),
    edit("hide_again", track=number, frame=frame),
    edit("region", first=frame, last=frame, polygon=polygons, reason=reason),
    edit("cover", first=frame, last=frame, reason=reason),
    edit("audio", spans=st.lists(audio_spans, max_size=3)),
    edit("trim", spans=st.lists(trim_spans, max_size=2)),
    edit("undo"),
    edit("redo"),
)
COMMAND = TypeAdapter(commands.Edit)


def edited(file, made):
    """The plan after these commands; what is not possible is left out."""
    file._history = History(Plan.load(file.paths.plan), "J. Doe")
    service = EditService(file, PropagationJob(file))
    for one in made:
        if one["op"] in ("undo", "redo"):
            getattr(file.history, one["op"])()
            continue
        try:
            outcome = service.outcome_of(COMMAND.validate_python(one))
        except (ReviewError, ValueError):
            continue
        file.history.apply(outcome.changes)
        event(one["op"])
    # As it is read again: what is written is what is rendered.
    return Plan.model_validate_json(file.history.to_json())


def log_of(plan, audio=Audio.KEEP):
    times = ReleaseTimes.of(plan, 0, TIMES)
    end = max(Trims(plan.trim, BASE).to_output_seconds(END_S), times.end)
    return redaction_log(plan, [times], SoundFacts(Settings(audio=audio), 1, 1, end, end), END_S)


def active(entry, second):
    return entry.start - ROUNDING_S <= second < entry.end - ROUNDING_S


def painted(tracks, index):
    """Which pixels of a white frame the painter changes for these tracks."""
    white = av.VideoFrame.from_ndarray(np.full((HEIGHT * 3 // 2, WIDTH), 235, np.uint8), format="yuv420p")
    white.pts, white.time_base = TIMES[index], BASE
    info = clips.video_info()
    shapes = [to_shape(mask, info.geometry, Style.SOLID) for mask in MaskSchedule(tracks).at(TIMES[index])]
    safe = Painter(info, "yuv420p").paint(RawFrame(white, index, TIMES[index]), shapes)
    return safe.av_frame.to_ndarray()[:HEIGHT] < 200


def in_release(plan):
    """(ordinal, seconds in the release) of the frames that are not cut."""
    trims = Trims(plan.trim, BASE)
    moved = [(index, trims.to_output_time(time)) for index, time in enumerate(TIMES)]
    return [(index, float(time * BASE)) for index, time in moved if time is not None]


HEAVY = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


@settings(max_examples=100, deadline=None, suppress_health_check=HEAVY)
@given(made=st.lists(edits, max_size=7))
@example(made=[{"op": "keep_visible", "track": 1, "frame": 4, "confirmed": True, "reason": "x"}])
@example(
    made=[
        {"op": "trim", "spans": [{"start": 0.2, "end": 0.6}]},
        {"op": "cover", "first": 3, "last": 15},
    ]
)
def test_the_picture_differs_where_the_log_says_so(file, made):
    plan = edited(file, made)
    log, tracks = log_of(plan), {one.number: one for one in plan.tracks(0)}
    assert [*range(1, len(log) + 1)] == [entry.number for entry in log]
    seen = set()
    for index, second in in_release(plan):
        listed = [entry for entry in log if entry.action in PAINTED and active(entry, second)]
        changed = painted(tracks.values(), index)
        alone = {entry.number: painted([tracks[entry.track]], index) for entry in listed}
        union = np.logical_or.reduce([np.zeros_like(changed), *alone.values()])
        assert (union == changed).all(), (index, listed)
        for entry in listed:
            assert alone[entry.number].any(), (index, entry)  # each line is true in each of its frames
            ys, xs = np.nonzero(alone[entry.number])
            x1, y1, x2, y2 = entry.area
            assert x1 <= xs.min() <= xs.max() < x2 + 2, (index, entry)
            assert y1 <= ys.min() <= ys.max() < y2 + 2, (index, entry)
            seen.add(entry.number)
    for entry in log:
        if entry.action in PAINTED:
            assert entry.number in seen, entry  # it lies in some frame of the release


@settings(max_examples=100, deadline=None, suppress_health_check=HEAVY)
@given(made=st.lists(edits, max_size=7))
@example(made=[{"op": "delete", "track": 3, "reason": "a poster"}, {"op": "undo"}, {"op": "redo"}])
def test_what_was_detected_and_shows_is_listed_and_nothing_else(file, made):
    plan = edited(file, made)
    shown = [entry for entry in log_of(plan) if entry.action is LogAction.SHOWN]
    assert all(entry.decided_by is DecidedBy.PERSON and entry.by == "J. Doe" and entry.created for entry in shown)
    edge = 2
    for index, second in in_release(plan):
        changed = painted(plan.tracks(0), index)
        for one in DETECTED:
            key = one.interpolate(TIMES[index])
            listed = [entry for entry in shown if entry.track == one.number and active(entry, second)]
            if key is None:
                continue
            x1, y1, x2, y2 = (round(side) for side in key.box.clip(WIDTH, HEIGHT))
            inner, outer = changed[y1 + edge : y2 - edge, x1 + edge : x2 - edge], changed[y1:y2, x1:x2]
            if not inner.all():
                assert listed, (index, one.number)
            if outer.all():
                assert not listed, (index, listed)


@settings(max_examples=100, deadline=None, suppress_health_check=HEAVY)
@given(made=st.lists(edits, max_size=7))
@example(
    made=[
        {"op": "audio", "spans": [{"start": 0.1, "end": 0.8}, {"start": 0.3, "end": 0.5, "action": "bleep"}]},
        {"op": "trim", "spans": [{"start": 0.4, "end": 0.6}, {"start": 0.5, "end": 9}]},
    ]
)
@example(
    made=[
        {"op": "audio", "spans": [{"start": 0.5, "end": 0.7}, {"start": 0.8, "end": 0.9, "action": "bleep"}]},
        {"op": "trim", "spans": [{"start": 0.1, "end": 0.3}, {"start": 0.75, "end": 0.85}]},
    ]
)
def test_sound_and_time_differ_where_the_log_says_so(file, made):
    plan = edited(file, made)
    log = log_of(plan)
    cuts = [entry for entry in log if entry.action is LogAction.CUT]
    # From the log alone: which time of the source a time of the release shows.
    for index, second in in_release(plan):
        taken_out = sum(entry.removed for entry in cuts if entry.start <= second + ROUNDING_S)
        assert float(TIMES[index] * BASE) == pytest.approx(second + taken_out, abs=ROUNDING_S * (len(cuts) + 1))
    samples = np.random.default_rng(2).uniform(0.3, 0.9, (1, round(END_S * RATE))).astype(np.float32)
    trims = Trims(plan.trim, BASE)
    pieces = [*without_cuts(with_spans([samples], RATE, plan.audio), RATE, trims.seconds)]
    heard = np.concatenate(pieces, axis=1)[0] if pieces else np.zeros(0, np.float32)
    moments = np.arange(len(heard)) / RATE
    total = sum(entry.removed for entry in cuts)
    assert len(heard) / RATE == pytest.approx(END_S - total, abs=EDGE_S * (len(cuts) + 1))
    muted, bleeped, near = (np.zeros(len(heard), bool) for _ in range(3))
    for entry in log:
        if entry.action in (LogAction.MUTED, LogAction.BLEEPED):
            inside = (moments >= entry.start) & (moments < entry.end)
            (muted if entry.action is LogAction.MUTED else bleeped)[inside] = True
            near |= (abs(moments - entry.start) < EDGE_S) | (abs(moments - entry.end) < EDGE_S)
    for entry in cuts:
        near |= abs(moments - entry.start) < EDGE_S
    assert not (muted & bleeped).any()
    assert (heard[muted & ~near] == 0).all()
    assert (abs(heard[bleeped & ~near]) <= 0.11).all()
    assert (heard[~muted & ~bleeped & ~near] >= 0.29).all()
    spans = [*plan.audio, *plan.trim]
    for entry in log:
        if entry.action in (LogAction.MUTED, LogAction.BLEEPED, LogAction.CUT):
            assert entry.reason in {span.reason for span in spans}
            assert (DecidedBy.PERSON, "J. Doe") == (entry.decided_by, entry.by)


@settings(max_examples=4, deadline=None, suppress_health_check=HEAVY)
@given(made=st.lists(edits, min_size=2, max_size=6))
@example(
    made=[
        {"op": "keep_visible", "track": 1, "frame": 4, "confirmed": True},
        {"op": "audio", "spans": [{"start": 0.1, "end": 0.3}, {"start": 0.7, "end": 0.9, "action": "bleep"}]},
        {"op": "trim", "spans": [{"start": 0.4, "end": 0.6}]},
        {"op": "region", "first": 3, "last": 9, "polygon": [(90, 5), (125, 5), (110, 40)]},
    ]
)
def test_a_real_release_differs_where_its_report_says_so(file, tmp_path_factory, made):
    plan, out = edited(file, made), tmp_path_factory.mktemp("out") / "out.mp4"
    if not in_release(plan):
        return
    report = redact(file.paths.source, out, Settings(audio=Audio.KEEP, quality=8), plan=plan, verify=False)
    expected = [entry.model_dump(exclude={"end"}) for entry in log_of(plan)]
    assert expected == [entry.model_dump(exclude={"end"}) for entry in report.redaction_log]
    source = clips.decoded(file.paths.source)
    tracks = {one.number: one for one in plan.tracks(0)}
    for (index, second), (time, picture) in zip(in_release(plan), clips.decoded(out), strict=True):
        assert second == pytest.approx(float(time), abs=1e-3)
        listed = [entry for entry in report.redaction_log if entry.action in PAINTED and active(entry, second)]
        mask = np.logical_or.reduce(
            [np.zeros((HEIGHT, WIDTH), bool), *(painted([tracks[entry.track]], index) for entry in listed)]
        )
        wide, narrow = _dilated(mask, 5), ~_dilated(~mask, 5)
        difference = abs(picture.astype(int) - source[index][1]).max(axis=2)
        assert np.percentile(difference[~wide], 99) < 30 if (~wide).any() else True
        assert picture[narrow].max() < 40 if narrow.any() else True
    levels = _levels(out)
    for entry in report.redaction_log:
        inside = [level for at, level in levels if entry.start + 0.08 < at < entry.end - 0.1]
        if entry.action is LogAction.MUTED and inside:
            assert max(inside) < 0.004
    spans = [entry for entry in report.redaction_log if entry.action in (LogAction.MUTED, LogAction.BLEEPED)]
    free = [level for at, level in levels if all(not entry.start - 0.1 < at < entry.end + 0.08 for entry in spans)]
    # The first and the last few packets of a codec are quieter.
    assert min(free[3:-6], default=1) > 0.02


def _dilated(mask, by):
    grown = mask.copy()
    for dy in range(-by, by + 1):
        for dx in range(-by, by + 1):
            grown |= np.roll(np.roll(mask, dy, 0), dx, 1)
    return grown


def _levels(path, step=0.02):
    """(seconds, RMS level) of the sound, every 20 ms."""
    from passerby.source.video.audio import AudioReader

    with ReleasedFile.open(path) as opened:
        sound = opened.info.audio_tracks[0]
        with AudioReader(path, opened.info, sound) as reader:
            parts = [samples for _, samples in _samples(reader, sound)]
    samples = np.concatenate(parts)
    size = round(16000 * step)
    return [(n / 16000, float((samples[n : n + size] ** 2).mean() ** 0.5)) for n in range(0, len(samples) - size, size)]
