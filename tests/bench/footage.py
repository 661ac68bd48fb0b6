"""Tiny footage with truth, and results whose figures are known by construction."""

import json
from fractions import Fraction

import av
import cv2
import numpy as np

SIZE = (160, 120)  # width, height
RATE = 10
#: Where the one thing is, in every frame: 40 x 48 px.
BOX = (60, 36, 100, 84)


def texture(size=SIZE, seed=3):
    """A picture full of fine detail, BGR, (h, w, 3)."""
    width, height = size
    small = np.random.default_rng(seed).integers(40, 216, (height // 2, width // 2, 1), np.uint8)
    return np.repeat(cv2.resize(small, size, interpolation=cv2.INTER_NEAREST)[..., None], 3, axis=2)


def painted(picture, box, value=0):
    """A copy with a rectangle painted over."""
    x1, y1, x2, y2 = box
    copy = picture.copy()
    copy[y1:y2, x1:x2] = value
    return copy


def write_video(path, pictures, rate=RATE):
    """Without loss, so that what is the same stays the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="matroska") as container:
        height, width = pictures[0].shape[:2]
        stream = container.add_stream("ffv1", rate=rate, width=width, height=height)
        stream.pix_fmt = "bgr0"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24").reformat(format="bgr0")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_still(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)
    return path


def box_entry(box=BOX, kind="face", **more):
    """A box as annotators write it."""
    return {"kind": kind, "xyxy": list(box), **more}


def annotate(folder, images=(), videos=()):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "annotations.json").write_text(json.dumps({"images": list(images), "videos": list(videos)}))


def annotated_video(folder, shown, name="yard.mkv", result=None):
    """A folder `dev` with one film and its truth, and `out` with its result, in which BOX is hidden but where `shown`
    (one value a frame) says that it shows. `result` may change the pictures of the result."""
    picture = texture()
    write_video(folder / "dev" / name, [picture] * len(shown))
    results = [picture if leak else painted(picture, BOX) for leak in shown]
    write_video(folder / "out" / name, results if result is None else result(results))
    frames = [{"index": index, "boxes": [box_entry(track=1)]} for index in range(len(shown))]
    annotate(folder / "dev", videos=[{"file": name, "frames": frames}])
    return folder / "dev", folder / "out"
