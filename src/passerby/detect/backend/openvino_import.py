"""OpenVINO, imported without its telemetry: its model converter reports its use over the network, from a thread.

Only the import of `openvino_telemetry` fails, and only while OpenVINO is imported: its converter then uses a stand-in
that sends nothing, and everything else of OpenVINO is there for the program that passerby is a library of.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

_TELEMETRY = "openvino_telemetry"


def import_openvino() -> Any:  # noqa: ANN401  # it has no types
    """The module. Where it was imported already, it is as it was then."""
    if "openvino" in sys.modules:
        return sys.modules["openvino"]
    absent = object()
    before = sys.modules.get(_TELEMETRY, absent)
    sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # blocks an import; the type does not know it
    try:
        return importlib.import_module("openvino")
    finally:
        if before is absent:
            del sys.modules[_TELEMETRY]
        else:
            sys.modules[_TELEMETRY] = before  # type: ignore[assignment]


if TYPE_CHECKING:
    import openvino as ov
    from openvino.preprocess import PrePostProcessor
else:
    ov = import_openvino()
    PrePostProcessor = importlib.import_module("openvino.preprocess").PrePostProcessor
__all__ = ["PrePostProcessor", "ov"]
