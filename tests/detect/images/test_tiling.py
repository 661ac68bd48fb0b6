from itertools import pairwise

import av
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.raw_frame import RawFrame
from passerby.detect.images.tiling import bgr_images, letterbox, tiles, unroll


@pytest.mark.parametrize("size", [(1281, 700), (4000, 3000), (8688, 5792), (1500, 40), (9000, 1281)])
def test_tiles_cover_everything_and_overlap(size):
    whole = Box(0, 0, *size)
    found = list(tiles(whole, 1280, 256))
    covered = np.zeros(size[::-1], bool)
    for tile in found:
        x1, y1, x2, y2 = (int(v) for v in tile)
        covered[y1:y2, x1:x2] = True
        assert max(tile.width, tile.height) <= 1280
        assert tile.containment(whole) == 1
    assert covered.all() or not found
    for axis in (0, 1):
        starts = sorted({tile[axis] for tile in found})
        assert all(after - before <= 1280 - 256 for before, after in pairwise(starts))


def test_what_is_in_the_alpha_channel_alone_is_visible_on_paper():
    """Black, but for what alpha lets through on white paper."""
    black = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="bgr24")
    picture = black.reformat(format="gbrap")
    planes = [np.frombuffer(memoryview(p), np.uint8).reshape(p.height, p.line_size)[:, :64] for p in picture.planes]
    for plane in planes[:3]:
        plane[:] = 0
    planes[3][:] = 0
    planes[3][10:30, 10:30] = 255
    plain, on_paper = bgr_images(RawFrame(picture, 0, 0))
    assert plain.max() == 0
    assert on_paper[20, 20].max() == 0
    assert on_paper[40, 40].min() == 255
    planes[3][:] = 255
    assert 1 == len(list(bgr_images(RawFrame(picture, 0, 0))))


def test_a_part_is_letterboxed_and_its_factor_leads_back():
    square, scale = letterbox(np.full((50, 100, 3), 9, np.uint8), 200)
    assert ((200, 200, 3), 0.5) == (square.shape, scale)
    assert (9, 114) == (square[99, 199, 0], square[100, 0, 0])


def test_detections_in_a_rolled_panorama_go_back_and_those_on_the_seam_are_two():
    def at(x1, x2):
        return Detection(Kind.FACE, Box(x1, 0, x2, 10), 0.9, "test")

    left, seam, right = at(10, 20), at(45, 55), at(80, 90)
    assert [at(60, 70), at(95, 105), at(30, 40), at(-5, 5)] == unroll([left, seam, right], 100)
