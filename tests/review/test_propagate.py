import pytest

from passerby.core.box import Box
from passerby.review.propagate import BACKWARD_CHUNK_FRAMES, BoxPropagator
from tests.plans import plan_for

# The sample's camera pans and zooms over a portrait that hangs still on a wall.


@pytest.fixture(scope="module")
def propagator(sample):
    plan = plan_for(sample)
    return BoxPropagator(sample, 0, plan.videos[0])


def test_propagates_to_both_ends_of_the_file(propagator, released):
    face = max(released.plan.tracks(0), key=lambda track: track.end - track.start)
    frames = released.plan.videos[0].frames
    middle = frames // 2
    times = list(propagator._reader.index.times)
    drawn = face.interpolate(times[middle]).box
    assert list(range(middle + 1, frames)) == [place.frame for place in propagator.forward(middle, drawn)]
    back = list(propagator.backward(middle, drawn))
    assert list(range(middle - 1, -1, -1)) == [place.frame for place in back]
    for place in back:
        assert face.interpolate(place.time).box.expand(-0.15).containment(place.box) > 0.8


def test_backwards_in_chunks_gives_the_same_result(propagator, monkeypatch):
    box = Box(300, 200, 400, 300)
    whole = list(propagator.backward(30, box))
    monkeypatch.setattr("passerby.review.propagate.BACKWARD_CHUNK_FRAMES", 7)
    assert whole == list(propagator.backward(30, box))
    assert BACKWARD_CHUNK_FRAMES > 30


def test_nothing_crosses_a_cut(sample):
    plan = plan_for(sample).videos[0]
    times = list(BoxPropagator(sample, 0, plan)._reader.index.times)
    cut = BoxPropagator(sample, 0, plan.model_copy(update={"cuts": (times[20],)}))
    box = Box(300, 200, 400, 300)
    assert 19 == list(cut.forward(10, box))[-1].frame
    assert 20 == list(cut.backward(30, box))[-1].frame
