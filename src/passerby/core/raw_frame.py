"""RawFrame: a decoded frame that has not been masked.

Imports of this module are restricted. Only `source/` (which decodes), `detect/`, `mask/` and the pipelines that pass
frames on may import it; `.importlinter` and tests/test_invariants.py enforce this.
"""

from __future__ import annotations

from dataclasses import dataclass

import av


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One decoded frame of one video track.

    `av_frame` belongs to the decoder, which uses it as a reference for later frames: never write into it.
    `index` counts the frames of the track from 0; `time` is the presentation time in the time base of the track.
    `damaged`: the file is damaged there, and the decoder has concealed errors.
    """

    av_frame: av.VideoFrame
    index: int
    time: int
    damaged: bool = False
