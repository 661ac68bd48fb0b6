"""SafeFrame: a picture in which everything that was to be hidden is hidden.

Sinks, stores, servers, previews: whoever keeps or shows a picture takes this type and no other. Only `mask/` makes
one (tests/test_invariants.py looks for any other call).
"""

from __future__ import annotations

from dataclasses import dataclass

import av


@dataclass(frozen=True, slots=True)
class SafeFrame:
    """A masked picture: a fresh copy with nothing of the decoder's frame but its visible pixels and timing.

    `index` and `time` are those of the RawFrame it was made from. `covered` says that the whole picture was painted
    over because its content could not be trusted.
    """

    picture: av.VideoFrame
    index: int
    time: int
    covered: bool = False
