"""Who is in view for a moment between two runs of all detectors is hidden in every frame (invariant 6)."""

import av
import cv2
import numpy as np
import pytest

from passerby import Settings, redact
from passerby.demo.portrait import portrait

SIZE, FRAMES = (960, 540), 40
#: Stored at 25 frames a second, detectors run on frames 0, 15 and 30 of a still scene.
SEEN = range(3, 10)
#: What is pasted: head and neck. The face in it, x1, y1, x2, y2 as shares.
HEAD, SIDE, FACE = (140, 10, 320, 190), 64, (0.25, 0.25, 0.75, 0.9)
STILL = "still"
WALKING = "walking"


def place(frame, how):
    """Left and top of the head in a frame."""
    return (400, 200) if how == STILL else (80 + 40 * (frame - SEEN[0]), 200)


def pictures(how):
    x1, y1, x2, y2 = HEAD
    head = cv2.resize(cv2.imread(str(portrait()))[y1:y2, x1:x2], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    wall = np.full((SIZE[1], SIZE[0], 3), 150, np.uint8)
    cv2.rectangle(wall, (0, 330), SIZE, (90, 100, 110), cv2.FILLED)
    for frame in range(FRAMES):
        picture = wall.copy()
        if frame in SEEN:
            left, top = place(frame, how)
            picture[top : top + SIDE, left : left + SIDE] = head
        yield picture


def write(path, how):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, width=SIZE[0], height=SIZE[1], pix_fmt="yuv420p")
        stream.options = {"crf": "12", "preset": "veryfast"}
        for picture in pictures(how):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("how", [STILL, WALKING])
def test_who_passes_between_two_runs_of_all_detectors_is_hidden(how, models, tmp_path):
    redact(write(tmp_path / "clip.mp4", how), tmp_path / "out.mp4", Settings(hide=("face",)))
    with av.open(str(tmp_path / "out.mp4")) as container:
        shown = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert FRAMES == len(shown)
    bare = []
    for frame in SEEN:
        left, top = place(frame, how)
        x1, y1, x2, y2 = (round(SIDE * share) for share in FACE)
        if shown[frame][top + y1 : top + y2, left + x1 : left + x2].max() > 40:
            bare.append(frame)
    assert [] == bare
