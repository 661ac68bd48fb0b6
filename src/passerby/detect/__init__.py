import sys

# Blocks OpenVINO's telemetry: on import, its model converter reports its use over the network, from a thread. Neither
# module is needed here, and neither can be imported. (None blocks an import; the type of sys.modules does not know it.)
sys.modules["openvino_telemetry"] = sys.modules["openvino.tools.ovc"] = None  # type: ignore[assignment]
