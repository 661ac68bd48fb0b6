"""A camera that is covered, turned away or in the dark; and what only resembles that."""

import av
import cv2
import numpy as np
import pytest

from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.core.view_stats import MOVED_BELOW
from passerby.detect.tamper import MIN_REFERENCE_UPDATES, REPLACE_AFTER_SETTLED, TamperMonitor

WIDTH, HEIGHT = 640, 360
GEOMETRY = Geometry(WIDTH, HEIGHT)


def yard(seed=1):
    """Walls, windows, a path: things with edges."""
    rng = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH), 120, np.uint8)
    for _ in range(40):
        x, y = rng.integers(0, WIDTH), rng.integers(0, HEIGHT)
        w, h = rng.integers(20, 160), rng.integers(15, 90)
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), int(rng.integers(40, 220)), -1)
    return picture


YARD = yard()


def update(monitor, picture, rng=None):
    rng = rng or np.random.default_rng(int(picture[::7, ::7].sum()))
    noisy = np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(np.repeat(noisy[..., None], 3, axis=2), format="bgr24").reformat(
        format="yuv420p"
    )
    return monitor.update(RawFrame(frame, 0, 0), GEOMETRY)


@pytest.fixture
def monitor():
    """Of a camera that has shown the yard for a while."""
    monitor = TamperMonitor()
    for _ in range(MIN_REFERENCE_UPDATES + 4):
        update(monitor, YARD)
    return monitor


def verdict(stats):
    states = [name for name in ("dark", "covered", "moved") if getattr(stats, name)]
    assert len(states) <= 1
    return states[0] if states else "fine"


HAND = cv2.GaussianBlur(np.where(np.indices((HEIGHT, WIDTH))[1] % 300 < 150, 90, 60).astype(np.uint8), (0, 0), 60)
CROWD = YARD.copy()
for _x in range(20, 600, 110):
    cv2.ellipse(CROWD, (_x, 220), (30, 110), 0, 0, 360, 30 + _x // 4, -1)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (YARD, "fine"),
        ((YARD * 0.45).astype(np.uint8), "fine"),  # dusk
        (np.clip(YARD * 1.3 + 20, 0, 255).astype(np.uint8), "fine"),  # a lamp
        (CROWD, "fine"),
        (np.roll(YARD, 3, axis=1), "fine"),  # wind
        ((YARD * 0.03).astype(np.uint8), "dark"),
        (np.zeros_like(YARD), "dark"),
        (HAND, "covered"),
        (np.full_like(YARD, 140), "covered"),  # paint
        (cv2.GaussianBlur(YARD, (0, 0), 40), "covered"),  # grease
        (np.roll(YARD, 130, axis=1), "moved"),
        (cv2.rotate(YARD, cv2.ROTATE_180), "moved"),
        (yard(9), "moved"),
    ],
)
def test_what_a_camera_shows(monitor, picture, expected):
    assert expected == verdict([update(monitor, picture) for _ in range(3)][-1])


def test_a_hand_in_front_of_the_lens_does_not_become_the_reference(monitor):
    for _ in range(60):
        update(monitor, HAND)
    assert "fine" == verdict(update(monitor, YARD))


#: Somebody who stands so near that little else is update.
NEAR = YARD.copy()
cv2.ellipse(NEAR, (320, 300), (300, 290), 0, 0, 360, 90, -1)
for _x in range(140, 560, 60):
    cv2.ellipse(NEAR, (_x, 200), (25, 60), 20, 0, 360, 40 + _x // 3, -1)
NIGHT = (YARD * 0.03).astype(np.uint8)


@pytest.mark.parametrize(
    ("shown", "updates", "expected"),
    [
        (NEAR, 20, "fine"),  # who puts up the camera and walks off
        (NIGHT, REPLACE_AFTER_SETTLED + 10, "dark"),
        (HAND, REPLACE_AFTER_SETTLED + 10, "covered"),
    ],
    ids=["near", "night", "hand"],
)
def test_the_first_view_does_not_have_to_stay(shown, updates, expected):
    monitor = TamperMonitor()
    begun = [verdict(update(monitor, shown)) for _ in range(updates)]
    after = [verdict(update(monitor, YARD)) for _ in range(REPLACE_AFTER_SETTLED)]
    assert ({expected}, {"fine"}) == (set(begun), set(after))
    assert "moved" == verdict(update(monitor, yard(9)))


@pytest.mark.parametrize("after", [10, 40])
@pytest.mark.parametrize(
    "turned",
    [np.roll(YARD, 130, axis=1), np.roll(YARD, 40, axis=0), cv2.rotate(YARD, cv2.ROTATE_180), yard(9), yard(12)],
    ids=["across", "down", "upside down", "elsewhere", "elsewhere still"],
)
def test_a_camera_that_is_turned_in_its_first_minute_is_told(turned, after):
    monitor = TamperMonitor()
    assert {"fine"} == {verdict(update(monitor, YARD)) for _ in range(after)}
    assert {"moved"} == {verdict(update(monitor, turned)) for _ in range(12)}


def test_it_is_told_for_as_long_as_a_rule_may_wait_and_then_learned():
    monitor, turned = TamperMonitor(), np.roll(YARD, 130, axis=1)
    shown = [YARD] * 10 + [turned] * (REPLACE_AFTER_SETTLED + 3)
    verdicts = [verdict(update(monitor, picture)) for picture in shown]
    assert (["moved"] * REPLACE_AFTER_SETTLED, "fine") == (verdicts[10 : 10 + REPLACE_AFTER_SETTLED], verdicts[-1])


@pytest.mark.parametrize(
    "picture",
    [
        (YARD * 0.45).astype(np.uint8),
        np.clip(YARD * 1.3 + 20, 0, 255).astype(np.uint8),
        (255 - YARD * 0.6).astype(np.uint8),  # infrared: what was dark is bright
        CROWD,
        NEAR,
        np.roll(YARD, 6, axis=1),
    ],
    ids=["dusk", "lamp", "infrared", "crowd", "near", "wind"],
)
def test_what_only_resembles_it_is_not_told_in_the_first_minute_either(picture):
    monitor = TamperMonitor()
    assert {"fine"} == {verdict(update(monitor, shown)) for shown in [YARD] * 12 + [picture] * 12}


def test_a_camera_that_is_turned_back_is_moved_no_more():
    monitor = TamperMonitor()
    for picture in [YARD] * 15 + [np.roll(YARD, 130, axis=1)] * 30:
        update(monitor, picture)
    assert "fine" == verdict(update(monitor, YARD))


@pytest.mark.parametrize(("shown", "expected"), [(NIGHT, "dark"), (HAND, "covered")], ids=["night", "hand"])
def test_a_view_without_detail_never_becomes_the_reference(monitor, shown, expected):
    """Neither at dawn nor when the cover is removed does the camera seem to have been turned; one that was turned
    meanwhile does."""
    assert {expected} == {verdict(update(monitor, shown)) for _ in range(2 * REPLACE_AFTER_SETTLED)}
    assert "fine" == verdict(update(monitor, YARD))
    assert "moved" == verdict(update(monitor, np.roll(YARD, 130, axis=1)))


def test_a_camera_that_stays_turned_gets_a_new_reference(monitor):
    other = yard(9)
    verdicts = [verdict(update(monitor, other)) for _ in range(REPLACE_AFTER_SETTLED + 5)]
    assert ("moved", "fine") == (verdicts[0], verdicts[-1])


def test_light_that_changes_through_the_day_is_learned():
    """Shadows that come and go slowly, over an hour of updates."""
    monitor, worst = TamperMonitor(), 1.0
    for update_number in range(100):
        shade = YARD.copy()
        edge = 6 * update_number
        shade[:, max(0, edge - 250) : edge] = (shade[:, max(0, edge - 250) : edge] * 0.6).astype(np.uint8)
        worst = min(worst, update(monitor, shade).similarity)
    assert worst > MOVED_BELOW


def test_another_frame_size_is_no_tampering(monitor):
    small = cv2.resize(YARD, (320, 180))
    frame = av.VideoFrame.from_ndarray(np.repeat(small[..., None], 3, axis=2), format="bgr24").reformat(
        format="yuv420p"
    )
    assert verdict(monitor.update(RawFrame(frame, 0, 0), Geometry(320, 180))) == "fine"
