"""passerby: take identity out of video.

from pathlib import Path
from passerby import Settings, redact

report = redact(Path("yard.mp4"), Path("yard.redacted.mp4"), Settings(hide=("face", "plate", "screen")))
print(report.check.clean, [hidden.tracks for hidden in report.hidden])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passerby.config.settings import Settings
    from passerby.core.errors import PasserbyError
    from passerby.core.version import __version__
    from passerby.documents.plan import Plan
    from passerby.documents.report import Report
    from passerby.engine.api import analyse, redact

__all__ = ["PasserbyError", "Plan", "Report", "Settings", "__version__", "analyse", "redact"]

_FROM = {
    "PasserbyError": "core.errors",
    "Plan": "documents.plan",
    "Report": "documents.report",
    "Settings": "config.settings",
    "__version__": "core.version",
    "analyse": "engine.api",
    "redact": "engine.api",
}


def __getattr__(name: str) -> object:
    """Each is loaded when it is first wanted (PEP 562): the pipeline brings decoders and models with it, and the
    program's first step is to be a short one."""
    if name in _FROM:
        return getattr(import_module(f"passerby.{_FROM[name]}"), name)
    raise AttributeError(f"module 'passerby' has no attribute {name!r}")
