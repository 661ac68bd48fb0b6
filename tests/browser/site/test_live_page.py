"""The live page: one picture enlarged, as many beside each other as one likes, its time, and a masked snapshot."""

import re
import time

import cv2
import numpy as np

from tests.browser.site.steps import go, until


def width(page, name):
    return page.locator(f".tile[aria-label={name}]").bounding_box()["width"]


def test_pictures_are_arranged_enlarged_and_timed(inside, site):
    go(inside, site, "live")
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    inside.get_by_role("button", name="2", exact=True).click()
    half = width(inside, "gate")
    gate = inside.locator(".tile[aria-label=gate]")
    gate.get_by_role("button", name="Enlarge").click()
    assert width(inside, "gate") > 1.8 * half
    assert 0.9 * half < width(inside, "yard") < 1.1 * half
    inside.reload()
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    assert "true" == inside.get_by_role("button", name="2", exact=True).get_attribute("aria-pressed")
    if not site.watching.site_status()["clock_trusted"]:  # no time is shown then: it may be wrong
        inside.wait_for_timeout(2000)
        assert 0 == inside.locator(".tile-clock").count()
        return
    shown = until(inside, "document.querySelector('.tile-clock')?.innerText")
    assert re.fullmatch(r"\d\d:\d\d:\d\d", shown)
    hours, minutes, seconds = map(int, shown.split(":"))  # the site is in UTC
    age = (time.time() - (3600 * hours + 60 * minutes + seconds)) % 86400
    assert 1 < age < 60


def test_a_snapshot_is_masked(inside, site, tmp_path):
    go(inside, site, "live")
    inside.wait_for_selector("[aria-label=gate][data-state=live]")
    with inside.expect_download() as taken:
        inside.locator(".tile[aria-label=gate]").get_by_role("link", name="Masked snapshot").click()
    taken.value.save_as(tmp_path / "gate.jpg")
    picture = cv2.imread(str(tmp_path / "gate.jpg")).astype(int)
    assert (270, 480) == picture.shape[:2]
    green = picture[..., 1] - np.maximum(picture[..., 0], picture[..., 2])
    assert not (green > 60).any()
