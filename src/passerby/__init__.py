"""passerby: take identity out of video.

from pathlib import Path
from passerby import Settings, redact

report = redact(Path("yard.mp4"), Path("yard.redacted.mp4"), Settings(hide=("face", "plate", "screen")))
print(report.check.clean, [hidden.tracks for hidden in report.hidden])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passerby.base.errors import PasserbyError
from passerby.base.plan import Plan
from passerby.base.report import Report
from passerby.base.settings import Settings

if TYPE_CHECKING:
    from passerby.dispatch import analyse, redact

__all__ = ["PasserbyError", "Plan", "Report", "Settings", "analyse", "redact"]


def __getattr__(name: str) -> object:
    """The pipeline brings decoders and models with it, so it is loaded when it is first wanted (PEP 562)."""
    if name in ("analyse", "redact"):
        from passerby import dispatch

        return getattr(dispatch, name)
    raise AttributeError(f"module 'passerby' has no attribute {name!r}")
