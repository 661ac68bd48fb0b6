"""SafeFrame: a frame in which everything that is to be hidden is masked.

Sinks, stores, servers, previews: whatever keeps or shows a frame takes this type and no other. Only `mask/` creates
one (tests/test_invariants.py searches for any other call).
"""

from __future__ import annotations

from dataclasses import dataclass

import av


@dataclass(frozen=True, slots=True)
class SafeFrame:
    """A masked frame: a new copy that takes only the visible pixels and the timing of the decoded frame.

    `index` and `time` are those of its RawFrame. `covered`: the whole frame was painted over, because it could not be
    relied on that everything in it was detected.
    """

    av_frame: av.VideoFrame
    index: int
    time: int
    covered: bool = False
