"""The second pass: what the plan says is masked, and what was not analysed is covered whole."""

import pytest

from passerby import Settings, redact
from passerby.config.settings import Style
from passerby.core.errors import SourceChanged
from passerby.core.kinds import Kind
from tests import clips
from tests.plans import permanent_track, plan_for
from tests.white_patch import PATCH, PICTURE, hidden, render, shows


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "clip.mp4")


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "clip.mp4"


def test_a_frame_that_was_not_analysed_is_covered_whole(clip, out):
    report, pictures = render(clip, out, analysed_frames=9)
    assert [*range(9, clips.FRAMES)] == hidden(pictures) == hidden(pictures, PICTURE)
    assert clips.FRAMES - 9 == report.output.covered
    assert report.needs_review


def test_a_frame_at_another_time_than_was_analysed_is_covered_whole(clip, out):
    plan = plan_for(clip)
    (video,) = plan.videos
    seen = video.analysed[0].model_copy(update={"last_time": 10 * clips.STEP})
    plan = plan.model_copy(update={"videos": (video.model_copy(update={"analysed": (seen,)}),)})
    redact(clip, out, plan=plan, verify=False)
    assert [*range(11, clips.FRAMES)] == hidden(clips.decoded(out), PICTURE)


@pytest.mark.parametrize("frames", [clips.FRAMES - 1, clips.FRAMES + 1])
def test_a_file_that_has_other_frames_than_were_planned_ends_the_run_and_leaves_nothing(frames, clip, out):
    plan = plan_for(clip)
    plan = plan.model_copy(update={"videos": (plan.videos[0].model_copy(update={"frames": frames}),)})
    with pytest.raises(SourceChanged, match=f"{frames} frames"):
        redact(clip, out, plan=plan, verify=False)
    assert [] == [*out.parent.iterdir()]


@pytest.mark.parametrize("style", list(Style))
def test_a_plate_is_solid_in_every_style(style, clip, out):
    report, pictures = render(clip, out, permanent_track(1, PATCH, Kind.PLATE), settings=Settings(style=style))
    assert [*range(clips.FRAMES)] == hidden(pictures)
    assert (style is not Style.SOLID) is any("weaker" in warning for warning in report.warnings)


@pytest.mark.parametrize("style", [Style.MOSAIC, Style.BLUR])
def test_a_weak_style_keeps_the_mean_colour_of_a_face(style, clip, out):
    _, pictures = render(clip, out, permanent_track(1, PATCH, Kind.FACE), settings=Settings(style=style))
    assert [] == hidden(pictures)
    assert min(shows(picture, PATCH) for _, picture in pictures) > 235
