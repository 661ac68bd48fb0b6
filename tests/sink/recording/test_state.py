"""Counters of one recording."""

from passerby.sink.recording.state import WriterState


def test_what_is_stored_clears_the_failure():
    state = WriterState().with_stored(10).with_lost("full", "The disk is full.").with_dropped(3)
    assert WriterState(1, 10, 1, 3, "full", "The disk is full.") == state
    assert WriterState(2, 15, 1, 3) == state.with_stored(5)
