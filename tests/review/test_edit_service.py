"""Commands carried out without HTTP. More in tests/server/review/test_routes.py."""

from typing import get_args

import pytest

from passerby.config.settings import Audio, VoiceFill
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.spans import AudioSpan
from passerby.documents.plan_parts.speech import AudioMode
from passerby.review import commands
from passerby.review.errors import ReviewError
from passerby.review.history import Change, History

ALL = get_args(get_args(commands.Edit)[0])


def test_every_command_has_a_handler(item):
    handlers = vars(type(item.edits))["outcome_of"].dispatcher.registry
    assert set(ALL) == set(handlers) - {object}
    assert all(handlers[command].__name__ != "_" for command in ALL)


def test_a_drawn_box_is_clipped_and_selected(item):
    command = commands.DrawBox(op="draw", frame=0, box=(-50, 40, 60, 900), kind=Kind.TEXT, propagate=False)
    response = item.edits.apply(command)
    ((_, track),) = response.tracks
    assert (response.selected, Kind.TEXT, (0, 40, 60, 96)) == (track.number, track.kind, track.boxes)


def test_a_drawn_box_requests_propagation_in_both_directions(item):
    outcome = item.edits.outcome_of(commands.DrawBox(op="draw", frame=5, box=(0, 0, 9, 9)))
    request = outcome.propagation
    assert (5, True, True, None) == (request.frame, request.forward, request.backward, request.until)
    assert 0 == item.file.history.revision  # nothing is changed yet


def test_a_rectangle_needs_no_polygon(item):
    rectangle = commands.AddRegion(op="region", first=0, last=3, polygon=((0, 0), (9, 0), (9, 9), (0, 9)))
    (change,) = item.edits.outcome_of(rectangle).changes
    assert {(None, Box(0, 0, 9, 9))} == {(key.polygon, key.box) for key in change.track.keyframes}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (commands.DrawBox(op="draw", frame=0, box=(500, 500, 510, 510)), "box_outside_picture"),
        (commands.AddRegion(op="region", first=0, last=3, polygon=((0, 0), (9, 0), (5, 0))), "invalid_polygon"),
        (commands.ExtendTrack(op="extend", track=1, frame=3), "track_already_there"),
        (commands.MergeTracks(op="merge", track=1, other=1), "merge_with_itself"),
        (commands.SplitTrack(op="split", track=8, frame=3), "no_track"),
    ],
)
def test_what_is_not_possible(item, command, code):
    with pytest.raises(ReviewError) as raised:
        item.edits.apply(command)
    assert (code, 0) == (raised.value.info.code, item.file.history.revision)


def test_undo_and_redo(item):
    item.edits.apply(commands.DeleteTrack(op="delete", track=1))
    assert [1] == [track.number for _, track in item.edits.undo().tracks]
    assert ((0, 1),) == item.edits.redo().removed


def test_muted_and_cut_ranges_keep_who_decided_them(item):
    """What a client says about who decided it is not taken over; what was there stays as it was."""
    mine = {"start": 0.1, "end": 0.2, "reason": "b(6)", "by": "Mallory"}
    item.edits.apply(commands.SetAudioSpans(op="audio", spans=(mine,)))
    item.edits.apply(commands.SetTrimSpans(op="trim", spans=(mine,)))
    history = item.file.history
    assert [("J. Doe", "b(6)")] * 2 == [(span.by, span.reason) for span in (*history.audio, *history.trim)]
    item.file.reviewer = "A. Clerk"
    item.edits.apply(commands.SetAudioSpans(op="audio", spans=(mine, {"start": 0.5, "end": 0.6})))
    assert ["J. Doe", "A. Clerk"] == [span.by for span in history.audio]
    item.edits.apply(commands.SetTrimSpans(op="trim", spans=(mine | {"reason": "b(7)"},)))
    assert [("A. Clerk", "b(7)")] == [(span.by, span.reason) for span in history.trim]


def ranges(item, of):
    return [(span.start, span.end) for span in getattr(item.file.history, of)]


@pytest.mark.parametrize(
    ("of", "command"),
    [
        ("audio", lambda **fields: commands.SetAudioSpans(op="audio", **fields)),
        ("trim", lambda **fields: commands.SetTrimSpans(op="trim", **fields)),
    ],
)
def test_two_pages_do_not_overwrite_each_others_ranges(item, of, command):
    """Each sends the whole list as it knows it, and what it has seen."""
    first, second, third = ({"start": float(n), "end": n + 0.5} for n in range(3))
    item.edits.apply(command(spans=(first,), seen=()))
    item.edits.apply(command(spans=(second,), seen=()))  # it has not seen the first one
    assert [(0.0, 0.5), (1.0, 1.5)] == ranges(item, of)
    item.edits.apply(command(spans=(first, third), seen=(first,)))
    assert [(0.0, 0.5), (1.0, 1.5), (2.0, 2.5)] == ranges(item, of)
    item.edits.apply(command(spans=(first, second), seen=(first, second, third)))
    longer = first | {"end": 0.8}
    item.edits.apply(command(spans=(longer,), seen=(first,)))  # it has not seen the second one
    assert [(0.0, 0.8), (1.0, 1.5)] == ranges(item, of)
    for spans in ((first | {"end": 0.9},), ()):  # to change, or to remove, what is not so any more
        with pytest.raises(ReviewError) as raised:
            item.edits.apply(command(spans=spans, seen=(first,)))
        assert "ranges_changed" == raised.value.info.code
    assert [(0.0, 0.8), (1.0, 1.5)] == ranges(item, of)
    item.edits.apply(command(spans=(longer, third)))  # who does not say what was seen replaces all
    assert [(0.0, 0.8), (2.0, 2.5)] == ranges(item, of)


def test_a_changed_range_stays_below_those_that_were_drawn_over_it(item):
    """The last of overlapping ranges applies, and another page has drawn a tone over the first."""
    muted, last = {"start": 0.0, "end": 1.0}, {"start": 3.0, "end": 4.0}
    tone = {"start": 0.2, "end": 0.4, "action": "bleep"}

    def send(spans, seen=None):
        item.edits.apply(commands.SetAudioSpans(op="audio", spans=spans, seen=seen))

    send((muted, last, tone))
    longer = muted | {"end": 1.5}
    send((longer, last), seen=(muted, last))
    assert [(0.0, 1.5), (3.0, 4.0), (0.2, 0.4)] == ranges(item, "audio")
    send((last,), seen=(longer, last))
    assert [(3.0, 4.0), (0.2, 0.4)] == ranges(item, "audio")
    first = {"start": 2.0, "end": 2.5}
    send((first, longer, last), seen=(longer, last))  # before one that is gone meanwhile
    assert [(2.0, 2.5), (3.0, 4.0), (0.2, 0.4)] == ranges(item, "audio")


def test_a_reason_is_for_hiding_or_where_it_is_visible_for_showing(item):
    item.edits.apply(commands.KeepVisible(op="keep_visible", track=1, frame=3, reason="she agreed"))
    item.edits.apply(commands.SetReason(op="set_reason", track=1, reason="b(6)"))
    track = item.file.history.track(0, 1)
    assert ("b(6)", "she agreed", "J. Doe") == (track.reason, track.visible[0].reason, track.visible[0].by)
    item.edits.apply(commands.SetReason(op="set_reason", track=1, reason="in writing", frame=3))
    track = item.file.history.track(0, 1)
    assert ("b(6)", "in writing") == (track.reason, track.visible[0].reason)


def test_redo_gives_the_reason_again(item):
    item.edits.apply(commands.DeleteTrack(op="delete", track=1, reason="a statue"))
    item.edits.undo()
    item.edits.redo()
    assert ["a statue", None, "a statue"] == [made.reason for made in item.file.history.plan.corrections]


@pytest.fixture
def crowd(item):
    """A plate (1) and three faces: 2 and 3 cross at the end, 4 is apart."""
    times = item.file.times(0)
    paths = {2: (0, 40), 3: (60, 40), 4: (90, 10)}
    for number, (x, y) in paths.items():
        box = (x, y, x + 12, y + 12)
        drawn = commands.DrawBox(op="draw", frame=0, box=box, kind=Kind.FACE, propagate=False)
        track = item.edits.outcome_of(drawn).changes[0].track
        last = Box(*box).translate(58 if number == 2 else 0, 0)  # 2 walks to 3
        key = track.keyframes[0].model_copy(update={"time": times[-1], "box": last})
        item.file.edit(
            [Change(0, number, track.model_copy(update={"number": number, "keyframes": (*track.keyframes, key)}))]
        )
    return item


def visible(item):
    return {track.number: bool(track.visible) for track in item.file.history.tracks(0)}


def many(action, *tracks, **how):
    return commands.EditMany(op="many", tracks=tracks, action=action, **how)


def test_several_are_changed_in_one_step(crowd):
    crowd.edits.apply(many("reason", 1, 2, 4, reason="b(6)"))
    assert {1: "b(6)", 2: "b(6)", 3: None, 4: "b(6)"} == {t.number: t.reason for t in crowd.file.history.tracks(0)}
    crowd.edits.undo()
    assert {None} == {track.reason for track in crowd.file.history.tracks(0)}
    crowd.edits.apply(many("kind", 2, 3, kind=Kind.PERSON))
    assert [Kind.PERSON] * 2 == [track.kind for track in crowd.file.history.tracks(0) if track.number in (2, 3)]
    assert ((0, 2), (0, 3)) == crowd.edits.apply(many("remove", 2, 3)).removed
    crowd.edits.undo()
    assert {1, 2, 3, 4} == set(visible(crowd))


def test_what_is_shown_ends_where_somebody_else_crosses(crowd):
    """Beyond a crossing the track may be of somebody who is to be hidden."""
    crowd.edits.apply(many("show", 2, 4))
    tracks = {track.number: track for track in crowd.file.history.tracks(0)}
    times = crowd.file.times(0)
    assert tracks[2].visible[0].end < times[-1] == tracks[4].visible[0].end
    assert tracks[2].visible[0].end < next(
        time for time in times if tracks[2].interpolate(time).box.intersection(tracks[3].interpolate(time).box) > 0
    )
    assert not visible(crowd)[3]
    crowd.edits.apply(many("show", 2, 3))  # both are to be seen: their crossing hides nobody
    assert times[-1] == crowd.file.history.track(0, 2).visible[0].end
    crowd.edits.apply(many("hide", 2, 3, 4))
    assert not any(visible(crowd).values())


def test_everybody_but_one_person_is_hidden(crowd):
    crowd.edits.apply(many("show", 1, 3, 4))
    response = crowd.edits.apply(commands.EverybodyBut(op="everybody_but", track=4, frame=0, reason="consent"))
    assert {1: False, 2: False, 3: False, 4: True} == visible(crowd)
    assert (4, {1, 3}) == (response.selected, {track.number for _, track in response.tracks} - {4})
    crowd.edits.undo()
    assert {1: True, 2: False, 3: True, 4: True} == visible(crowd)


def test_one_of_many_that_is_gone_changes_nothing(crowd):
    before = crowd.file.history.revision
    with pytest.raises(ReviewError, match="no track"):
        crowd.edits.apply(many("remove", 2, 99))
    assert before == crowd.file.history.revision


def test_muting_keeps_the_rest_of_the_sound_and_one_step_undoes_both(item):
    history = item.file.history
    assert Audio.REMOVE is history.mode.audio
    item.edits.apply(commands.SetAudioSpans(op="audio", spans=({"start": 0.1, "end": 0.2},)))
    assert (Audio.KEEP, 1) == (history.mode.audio, len(history.audio))
    history.undo()
    assert (Audio.REMOVE, 0) == (history.mode.audio, len(history.audio))


def test_the_choice_of_sound_is_saved_with_the_plan(item):
    command = commands.SetAudioMode(op="audio_mode", audio="unnatural-voice", voice_fill="room-tone")
    item.edits.apply(command)
    saved = Plan.parse(item.file.history.to_json().encode(), item.file.paths.plan)
    assert (Audio.UNNATURAL_VOICE, VoiceFill.ROOM_TONE) == (saved.run_settings.audio, saved.run_settings.voice_fill)
    assert not saved.edited_by_hand
    again = History(saved, "J. Doe")
    assert Audio.UNNATURAL_VOICE is again.mode.audio
    again.undo()
    assert Audio.REMOVE is again.mode.audio
    assert not again.plan.edited_by_hand


def test_voices_are_not_removed_where_nobody_looked_for_them(item):
    with pytest.raises(ReviewError) as caught:
        item.edits.apply(commands.SetAudioMode(op="audio_mode", audio="remove-voices"))
    assert "no_speech_search" == caught.value.info.code


def test_a_detected_range_that_is_moved_is_a_persons(item):
    found = AudioSpan(start=0.1, end=0.3, origin="silero-vad", score=0.9)
    item.file.history.apply([Change(audio=(found,))])
    sent = found.model_dump()
    item.edits.apply(commands.SetAudioSpans(op="audio", spans=(sent, {**sent, "start": 0.5, "end": 0.6})))
    same, moved = item.file.history.audio
    assert found == same
    assert (None, None, "J. Doe") == (moved.origin, moved.score, moved.by)


def test_a_detected_range_that_gets_a_reason_stays_detected(item):
    found = AudioSpan(start=0.1, end=0.3, origin="silero-vad", score=0.9)
    item.file.history.apply([Change(audio=(found,), mode=AudioMode(audio=Audio.REMOVE))])
    item.edits.apply(commands.SetAudioSpans(op="audio", spans=({**found.model_dump(), "reason": "b(6)"},)))
    assert (found.model_copy(update={"reason": "b(6)", "by": "J. Doe"}),) == item.file.history.audio
    assert Audio.REMOVE is item.file.history.mode.audio
    item.edits.apply(commands.SetAudioSpans(op="audio", spans=(found.model_dump(),)))  # the reason was wrong
    assert (found,) == item.file.history.audio
