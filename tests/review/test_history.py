from hypothesis import given
from hypothesis import strategies as st

from passerby.config.settings import Audio
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan, Track
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan
from passerby.documents.plan_parts.speech import AudioMode
from passerby.review.history import Change, History
from tests.documents.test_plan import plan as empty_plan
from tests.plans import still_track

BOX = Box(0, 0, 10, 10)


def history(*tracks):
    plan = empty_plan()
    video = plan.videos[0].model_copy(update={"tracks": tracks})
    return History(plan.model_copy(update={"videos": (video,)}), "J. Doe")


def state(one: History):
    return one.tracks(0), one.audio, one.mode, one.trim, one.can_undo, one.can_redo


def again(one: History) -> History:
    """The same after a restart."""
    return History(Plan.model_validate_json(one.to_json()), "J. Doe")


def test_the_analysis_is_never_edited():
    one = history(still_track(1, BOX, 0, 10))
    before = one.plan.videos
    one.apply([Change(0, 1, None)])
    assert before == one.plan.videos
    assert [] == one.tracks(0)
    assert ("J. Doe", "remove") == (one.plan.corrections[0].author, one.plan.corrections[0].action)


def test_undo_appends_corrections():
    one = history(still_track(1, BOX, 0, 10))
    one.apply([Change(0, 1, None), Change(0, 2, still_track(2, BOX, 0, 5))])
    one.undo()
    assert [1] == [t.number for t in one.tracks(0)]
    assert 4 == one.revision
    one.redo()
    assert [2] == [t.number for t in one.tracks(0)]
    assert 6 == one.revision


def test_undo_survives_a_restart():
    one = history(still_track(1, BOX, 0, 10))
    one.apply([Change(0, 1, None)])
    one.apply([Change(audio=(AudioSpan(start=1, end=2),))])
    one.undo()
    two = again(one)
    assert state(one) == state(two)
    two.undo()
    assert [1] == [t.number for t in two.tracks(0)]
    assert not two.can_undo
    two.redo()
    two.redo()
    assert (AudioSpan(start=1, end=2),) == two.audio


def test_a_new_edit_clears_redo():
    one = history()
    one.apply([Change(0, 1, still_track(1, BOX, 0, 5))])
    one.undo()
    assert one.can_redo
    one.apply([Change(0, 2, still_track(2, BOX, 0, 5))])
    assert not one.can_redo


def test_edits_of_one_group_are_undone_as_one():
    one = history()
    group = one.apply([Change(0, 1, still_track(1, BOX, 0, 1))])
    for end in (5, 9):
        one.apply([Change(0, 1, still_track(1, BOX, 0, end))], group)
    one.undo()
    assert [] == one.tracks(0)
    assert not one.can_undo


def test_what_is_followed_is_in_the_plan_once():
    """A box that is followed is saved each second: the plan of one box had 81 kB."""
    one = history()
    group = one.apply([Change(0, 1, still_track(1, BOX, 0, 10))])
    revisions = [one.revision]
    for end in range(20, 100, 10):
        one.apply([Change(0, 1, still_track(1, BOX, 0, end))], group)
        revisions.append(one.revision)
    assert ["add", "replace"] == [correction.action for correction in one.plan.corrections]
    assert sorted(set(revisions)) == revisions  # each is another picture
    assert 90 == one.tracks(0)[0].end == again(one).tracks(0)[0].end
    one.undo()
    assert ([], []) == (one.tracks(0), again(one).tracks(0))
    one.redo()
    assert 90 == again(one).tracks(0)[0].end


def test_what_a_person_does_while_a_box_is_followed_stays():
    one = history()
    group = one.apply([Change(0, 1, still_track(1, BOX, 0, 10))])
    one.apply([Change(0, 1, still_track(1, BOX, 0, 20))], group)
    one.apply([Change(0, 2, still_track(2, BOX, 0, 5))])
    one.apply([Change(0, 1, still_track(1, BOX, 0, 30))], group)
    one.apply([Change(0, 1, still_track(1, BOX, 0, 40))], group)
    assert [1, 1, 2, 1] == [correction.number for correction in one.plan.corrections]
    assert state(one) == state(again(one))


def test_numbers_are_never_used_again():
    one = history(still_track(3, BOX, 0, 1))
    one.apply([Change(0, 4, still_track(4, BOX, 0, 1))])
    one.undo()
    assert 5 == one.next_number()


def test_corrections_of_other_programs_cannot_be_undone():
    plan = empty_plan()
    text = plan.model_dump()
    made = {"author": "x", "created": "2026-01-01T00:00:00+00:00", "video": 0, "action": "add", "number": 1}
    hand = Plan.model_validate(text | {"corrections": [made | {"track": still_track(1, BOX, 0, 1).model_dump()}]})
    one = History(hand, "J. Doe")
    assert [1] == [t.number for t in one.tracks(0)]
    assert not one.can_undo


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 4), st.integers(0, 9)),
        st.tuples(st.just("remove"), st.integers(1, 4)),
        st.tuples(st.just("audio"), st.integers(0, 3)),
        st.tuples(st.just("mode"), st.sampled_from(list(Audio))),
        st.tuples(st.just("trim"), st.integers(0, 3)),
        st.tuples(st.just("undo")),
        st.tuples(st.just("redo")),
        st.tuples(st.just("restart")),
    ),
    max_size=30,
)


@given(STEPS)
def test_any_sequence_of_edits_can_be_undone_and_redone(steps):
    one = history(still_track(1, BOX, 0, 10))
    past, future = [contents(one)], []
    for name, *values in steps:
        if name == "restart":
            one = again(one)
        elif name == "undo":
            one.undo()
            if len(past) > 1:
                future.append(past.pop())
        elif name == "redo":
            one.redo()
            if future:
                past.append(future.pop())
        else:
            count = one.revision
            one.apply([change(name, *values)])
            if one.revision > count:
                past.append(contents(one))
                future.clear()
        assert past[-1] == contents(one)
        assert (len(past) > 1, bool(future)) == (one.can_undo, one.can_redo)
    assert state(one) == state(again(one))


def contents(one: History):
    return one.tracks(0), one.audio, one.mode, one.trim


def change(name: str, *values: int) -> Change:
    match name:
        case "put":
            made: Track = still_track(values[0], BOX, 0, values[1], Kind.FACE)
            return Change(0, values[0], made)
        case "remove":
            return Change(0, values[0], None)
        case "mode":
            return Change(mode=AudioMode(audio=values[0]))
        case "audio":
            return Change(audio=tuple(AudioSpan(start=n, end=n + 1) for n in range(values[0])))
        case _:
            return Change(trim=tuple(TrimSpan(start=n, end=n + 1) for n in range(values[0])))
