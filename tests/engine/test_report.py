"""What comes out beside the masks: the moments that were wanted, in no more bits than the source had."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby import redact
from passerby.core.errors import OutputError
from passerby.core.kinds import Kind
from passerby.documents.plan_parts.spans import TrimSpan
from passerby.engine import video as pipeline
from tests import clips
from tests.plans import permanent_track, plan_for, still_track
from tests.white_patch import PATCH, PICTURE, hidden


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "clip.mp4")


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "clip.mp4"


def test_what_the_plan_leaves_out_is_not_in_the_release(clip, out):
    """Frames 6 to 11 of 24; the others keep their masks, and their distance from each other."""
    step = float(clips.STEP * clips.TIME_BASE)
    spans = (TrimSpan(start=6 * step, end=12 * step),)
    plan = plan_for(clip, permanent_track(1, PATCH)).model_copy(update={"trim": spans})
    report = redact(clip, out, plan=plan)
    pictures = clips.decoded(out)
    kept = [*range(6), *range(12, clips.FRAMES)]
    assert [number * clips.STEP * clips.TIME_BASE for number in range(len(kept))] == [time for time, _ in pictures]
    assert [*range(len(kept))] == hidden(pictures)
    assert [] == list(report.check.findings)
    assert len(kept) == report.output.frames
    original = [picture for number, (_, picture) in enumerate(clips.decoded(clip)) if number in kept]
    away = [np.abs(a[40:].astype(int) - b[1][40:]).mean() for a, b in zip(original, pictures, strict=True)]
    assert max(away) < 6  # each shows what its own frame of the source shows


def test_a_plan_that_leaves_everything_out_is_refused(clip, out):
    plan = plan_for(clip).model_copy(update={"trim": (TrimSpan(start=0, end=60),)})
    with pytest.raises(OutputError, match="No frame was written"):
        redact(clip, out, plan=plan)
    assert not out.exists()


def noisy(path, frames=60, rate=800_000):
    """Noise, the hardest picture there is, by an encoder that takes its time over few bits."""
    noise = np.random.default_rng(1)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", 25, width=320, height=240, pix_fmt="yuv420p", bit_rate=rate)
        stream.codec_context.options = {"preset": "medium", "maxrate": str(rate), "bufsize": str(rate)}
        for _ in range(frames):
            image = noise.integers(64, 192, (240, 320, 3), np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(image).reformat(format="yuv420p")))
        output.mux(stream.encode(None))
    return path


def test_what_comes_out_too_large_is_written_again_within_the_rate_of_the_source(tmp_path, out, monkeypatch):
    source, passes = noisy(tmp_path / "noise.mp4"), []
    render = pipeline.render
    monkeypatch.setattr(pipeline, "render", lambda *given: passes.append(1) or render(*given))
    redact(source, out, plan=plan_for(source))
    assert 2 == len(passes)
    assert out.stat().st_size < 1.3 * source.stat().st_size
    assert [Fraction(n, 25) for n in range(60)] == [time for time, _ in clips.decoded(out)]


def test_masks_over_most_of_the_picture_are_reported_with_their_times(tmp_path, out):
    """The fourth second of a film of four is shown."""
    film = clips.write_clip(tmp_path / "long.mp4", times=clips.constant(step=6000))
    second = round(1 / clips.TIME_BASE)
    track = still_track(1, PICTURE, 0, 3 * second, Kind.TEXT)
    report = redact(film, out, plan=plan_for(film, track), verify=False)
    (large,) = report.large_masks
    assert (0, 1.0, (Kind.TEXT,)) == (large.start, large.share, large.kinds)
    assert 3 == pytest.approx(large.end, abs=0.21)
    assert any("masks (text) hide up to 100% of the picture" in line for line in report.warnings)
