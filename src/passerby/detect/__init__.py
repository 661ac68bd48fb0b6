import sys

# On import, OpenVINO's converter of models tells its makers of it over the network, from a thread. Nothing here
# contacts anybody, and nothing is converted: neither can be loaded. (None is what says so to Python's import system;
# the type of sys.modules does not know it.)
sys.modules["openvino_telemetry"] = sys.modules["openvino.tools.ovc"] = None  # type: ignore[assignment]
