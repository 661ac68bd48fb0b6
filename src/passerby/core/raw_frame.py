"""RawFrame: a picture that still shows who is in it.

This module is fenced. Only `source/` (which makes them), `detect/` (which looks), `mask/` (which hides) and the
pipeline that hands them on may import it; `.importlinter` and tests/test_invariants.py hold the fence.
"""

from __future__ import annotations

from dataclasses import dataclass

import av


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One decoded picture of one video track.

    `picture` belongs to the decoder, which predicts later pictures from it: never write into it.
    `index` counts the track's frames from 0; `time` is the presentation time in the track's time base.
    `damaged` says that the file is broken there: the decoder has guessed at some of what the picture shows.
    """

    picture: av.VideoFrame
    index: int
    time: int
    damaged: bool = False
