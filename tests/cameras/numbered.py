"""Pictures that carry their number, so that what comes out of a recording can be compared with what went in.

The number stands in NUMBER_REGION as blocks, one a bit; that region is exempt from masking (`keep_regions`).
"""

import cv2
import numpy as np

from passerby.demo.portrait import portrait

SIZE, RATE, BITS, BLOCK = (640, 360), 10, 13, 16
#: Right end of what holds the number: its blocks, and as much wall on either side.
NUMBER_RIGHT = (BITS + 2) * BLOCK
#: Corners of what holds the number, normalized to the frame.
NUMBER_REGION = tuple(
    (x / SIZE[0], y / SIZE[1]) for x, y in ((0, 328), (NUMBER_RIGHT, 328), (NUMBER_RIGHT, 360), (0, 360))
)
#: The shutter is open for this share of the time from one frame to the next: who passes is blurred.
SHUTTER = 0.3
#: A face is bare where more than this share of its fine detail is left.
LEAK = 0.25


def with_number(picture, number):
    for bit in range(BITS):
        left, luma = 16 + bit * BLOCK, 235 if number >> bit & 1 else 20
        picture[336:352, left : left + BLOCK] = luma
    return picture


def number_of(picture):
    """The number of a picture, None where its blocks are not black and white."""
    middles = [picture[340:348, 20 + bit * BLOCK : 28 + bit * BLOCK].mean() for bit in range(BITS)]
    if any(60 < middle < 195 for middle in middles) or picture[330:334, :NUMBER_RIGHT].mean() < 40:
        return None
    return sum((middle > 128) << bit for bit, middle in enumerate(middles))


def empty_hall():
    """The picture in which nobody is, without a number."""
    rng = np.random.default_rng(3)
    wall = np.kron(rng.integers(90, 160, (18, 32, 1), np.uint8), np.ones((20, 20, 3), np.uint8))
    wall[328:] = 120
    return wall


def passing_people(seconds, speeds, sides, rate=RATE):
    """(pictures, box of the face in each or None): one after the other, somebody crosses an empty hall. `speeds` in px
    a second, `sides` of the face in px, in turn."""
    face = cv2.imread(str(portrait()))[0:300, 90:390]  # head and shoulders
    wall = empty_hall()
    pictures, boxes, turn, began = [], [], 0, 1.0
    for number in range(round(seconds * rate)):
        at = number / rate
        speed, side = speeds[turn % len(speeds)], sides[turn % len(sides)]
        scale = side / 100  # its face is 100 px wide
        left = round((at - began) * speed - 300 * scale)
        if left > SIZE[0]:
            # Nobody walks twice the same way: whom the detector misses twice in the same place counts as background.
            turn, began = turn + 1, at + 0.8 + 0.37 * (turn % 5) / rate
            left = -SIZE[0]
        picture, box = wall.copy(), None
        cut = cv2.resize(face, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cut = cv2.blur(cut, (max(1, round(SHUTTER * speed / rate)), 1))
        height, width = cut.shape[:2]
        x1, x2 = max(0, left), min(SIZE[0], left + width)
        if x2 > x1:
            top = 40 + 11 * (turn % 4)
            picture[top : top + height, x1:x2] = cut[:, x1 - left : x2 - left]
            whole = tuple(round(start + scale * at) for start, at in ((left, 85), (top, 65), (left, 185), (top, 188)))
            if whole[0] >= 0 and whole[2] <= SIZE[0]:
                box = whole
        pictures.append(with_number(picture, number))
        boxes.append(box)
    return pictures, boxes


def detail_left(source, shown, box):
    """Share of the fine detail of a face that is left, 0 to 1."""
    x1, y1, x2, y2 = box
    a, b = (cv2.cvtColor(p[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY).astype(np.float32) for p in (source, shown))
    sigma = (x2 - x1) / 10
    a, b = a - cv2.GaussianBlur(a, (0, 0), sigma), b - cv2.GaussianBlur(b, (0, 0), sigma)
    return float(np.clip((a * b).sum() / (a * a).sum(), 0, 1))
