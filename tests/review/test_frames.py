"""Images for the page: upright, masked, no larger than requested. More in tests/server/review/test_routes.py."""

import cv2
import numpy as np
import pytest

from passerby.config.settings import Style
from passerby.core.box import Box
from passerby.review.frames import FileViewer
from tests import clips
from tests.plans import permanent_track, plan_for


def picture(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize(("quarter", "corner"), [(0, (4, 4)), (90, (4, -5)), (180, (-5, -5)), (270, (-5, 4))])
def test_images_are_upright(tmp_path, quarter, corner):
    clip = clips.turned(tmp_path / "clip.mp4", quarter)
    plan = plan_for(clip)
    view = FileViewer.open(clip, plan).original[0]
    image = picture(view.jpeg(3, None))
    assert (plan.videos[0].height, plan.videos[0].width) == image.shape[:2]
    bright = {(y, x) for y in (4, -5) for x in (4, -5) if image[y, x].min() > 220}
    assert 1 == len(bright)


@pytest.mark.parametrize("style", Style)
def test_every_style_hides(tmp_path, style):
    clip = clips.cfr(tmp_path / "clip.mp4")
    patch = permanent_track(1, Box(0, 0, 32, 24))
    view = FileViewer.open(clip, plan_for(clip, patch)).masked[0]
    image = picture(view.jpeg(5, [patch], style, None))
    assert image[2:20, 2:28].max() < 20  # plates are solid in every style


def test_images_are_no_larger_than_requested(tmp_path):
    clip = clips.cfr(tmp_path / "clip.mp4")
    view = FileViewer.open(clip, plan_for(clip)).duplicate().masked[0]
    assert (48, 64) == picture(view.jpeg(0, [], Style.SOLID, 64)).shape[:2]
    assert (96, 128) == picture(view.jpeg(0, [], Style.SOLID, 4000)).shape[:2]
