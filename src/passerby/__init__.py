"""passerby: redact faces, licence plates and other personal data in video and photos.

from passerby import Settings, redact

report = redact("yard.mp4", "yard.redacted.mp4", Settings(hide=("face", "plate", "screen")))
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
    from passerby.documents.verification_report import VerificationReport
    from passerby.engine.api import analyse, redact

__all__ = [
    "PasserbyError",
    "Plan",
    "Report",
    "Settings",
    "VerificationReport",
    "__version__",
    "analyse",
    "redact",
]

_MODULES = {
    "PasserbyError": "core.errors",
    "Plan": "documents.plan",
    "Report": "documents.report",
    "Settings": "config.settings",
    "VerificationReport": "documents.verification_report",
    "__version__": "core.version",
    "analyse": "engine.api",
    "redact": "engine.api",
}


def __getattr__(name: str) -> object:
    """Each name is imported on first use (PEP 562): the engine imports decoders and the inference runtime, and the
    command line must start fast."""
    if name in _MODULES:
        return getattr(import_module(f"passerby.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'passerby' has no attribute {name!r}")
