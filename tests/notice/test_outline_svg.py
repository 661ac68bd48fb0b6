"""The outline as SVG: lines, and masked areas hatched."""

import xml.etree.ElementTree as ElementTree

from passerby.notice.outline_svg import outline_svg
from passerby.notice.view_outline import ViewOutline

OUTLINE = ViewOutline(480, 272, (((10, 10), (200, 10), (200, 100)),), 6, 0)
CORNER = ((0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (0.5, 0.5))


def test_lines_become_one_path():
    tree = ElementTree.fromstring(outline_svg(OUTLINE, ()))
    (path,) = tree.iter("{http://www.w3.org/2000/svg}path")
    assert ("0 0 480 272", "M10 10L200 10L200 100Z") == (tree.get("viewBox"), path.get("d"))


def test_masked_areas_are_hatched():
    text = outline_svg(OUTLINE, [CORNER])
    assert 'points="240,0 480,0 480,136 240,136"' in text
    assert 2 == text.count("<path")


def test_the_colour_can_be_set():
    assert "currentColor" in outline_svg(OUTLINE, [CORNER])
    assert "currentColor" not in outline_svg(OUTLINE, [CORNER], "#222222")


def test_it_has_no_ids_that_would_repeat_on_a_page():
    assert " id=" not in outline_svg(OUTLINE, [CORNER])
