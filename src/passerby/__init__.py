"""passerby: redact faces, licence plates and other personal data in video and photos.

from passerby import Redactor, Settings

with Redactor(Settings(hide={"face", "plate", "screen"})) as redactor:
    report = redactor.redact("yard.mp4", "yard.redacted.mp4")
    print(report.check.clean, [hidden.tracks for hidden in report.hidden])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passerby.config.regions import Region
    from passerby.config.settings import Audio, Codec, Profile, Settings, Style, VoiceFill
    from passerby.core.box import Box
    from passerby.core.errors import Cancelled, PasserbyError, UsageError
    from passerby.core.kinds import Kind
    from passerby.core.version import __version__
    from passerby.detect.families.family import Family
    from passerby.detect.registry.weights_entry import WeightsEntry
    from passerby.documents.plan import Plan
    from passerby.documents.report import Report
    from passerby.documents.verification_report import VerificationReport
    from passerby.engine.api import analyse, redact
    from passerby.library.asynchronous import AsyncRedactor
    from passerby.library.cancellation import Cancellation, FrameProgress
    from passerby.library.functions import detect_image, mask_frames, mask_image, verify_file
    from passerby.library.pictures import Found
    from passerby.library.redactor import Redactor

__all__ = [
    "AsyncRedactor",
    "Audio",
    "Box",
    "Cancellation",
    "Cancelled",
    "Codec",
    "Family",
    "Found",
    "FrameProgress",
    "Kind",
    "PasserbyError",
    "Plan",
    "Profile",
    "Redactor",
    "Region",
    "Report",
    "Settings",
    "Style",
    "UsageError",
    "VerificationReport",
    "VoiceFill",
    "WeightsEntry",
    "__version__",
    "analyse",
    "detect_image",
    "mask_frames",
    "mask_image",
    "redact",
    "verify_file",
]

_MODULES = {
    "AsyncRedactor": "library.asynchronous",
    "Audio": "config.settings",
    "Box": "core.box",
    "Cancellation": "library.cancellation",
    "Cancelled": "core.errors",
    "Codec": "config.settings",
    "Family": "detect.families.family",
    "Found": "library.pictures",
    "FrameProgress": "library.cancellation",
    "Kind": "core.kinds",
    "PasserbyError": "core.errors",
    "Plan": "documents.plan",
    "Profile": "config.settings",
    "Redactor": "library.redactor",
    "Region": "config.regions",
    "Report": "documents.report",
    "Settings": "config.settings",
    "Style": "config.settings",
    "UsageError": "core.errors",
    "VerificationReport": "documents.verification_report",
    "VoiceFill": "config.settings",
    "WeightsEntry": "detect.registry.weights_entry",
    "__version__": "core.version",
    "analyse": "engine.api",
    "detect_image": "library.functions",
    "mask_image": "library.functions",
    "mask_frames": "library.functions",
    "redact": "engine.api",
    "verify_file": "library.functions",
}


def __getattr__(name: str) -> object:
    """Each name is imported on first use (PEP 562): the engine imports decoders and the inference runtime, and the
    command line must start fast."""
    if name in _MODULES:
        return getattr(import_module(f"passerby.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'passerby' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What is meant to be used."""
    return sorted(__all__)
