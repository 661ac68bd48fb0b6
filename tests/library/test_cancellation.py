import pytest

from passerby.core.errors import Cancelled
from passerby.library.cancellation import CallbackProgress, Cancellation, FrameProgress


def test_each_step_is_called_back():
    steps = []
    progress = CallbackProgress(steps.append, None)
    progress.start("a.mp4", "render", 3)
    progress.advance(1)
    progress.advance(2)
    progress.finish()
    assert [FrameProgress("a.mp4", "render", done, 3) for done in (0, 1, 3)] == steps


def test_a_cancelled_run_ends_at_the_next_step():
    cancel = Cancellation()
    progress = CallbackProgress(None, cancel)
    progress.start("a.mp4", "render", 3)
    cancel.cancel()
    with pytest.raises(Cancelled, match="Nothing was written"):
        progress.advance(1)
    progress.finish()
