"""A program that passerby is a library of keeps all of OpenVINO, and nothing is reported over the network."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["passerby.detect.runtime", "passerby.detect.speech.network"])
def test_only_the_telemetry_is_left_out_and_only_meanwhile(module):
    program = f"""
import importlib, sys
importlib.import_module({module!r})
assert "openvino_telemetry" not in sys.modules
import openvino
from openvino.tools.ovc import telemetry_utils
print(callable(openvino.convert_model), telemetry_utils.tm.__name__)
import openvino_telemetry  # whoever wants it has it
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "True openvino.tools.ovc.telemetry_stub\n" == done.stdout


def test_an_openvino_that_is_there_already_stays_as_it_is():
    program = """
import sys, types
sys.modules["openvino"] = mine = types.ModuleType("openvino")
sys.modules["openvino_telemetry"] = theirs = types.ModuleType("openvino_telemetry")
mine.__path__ = []
sys.modules["openvino.preprocess"] = pre = types.ModuleType("openvino.preprocess")
pre.PrePostProcessor = None
from passerby.detect.backend.openvino_import import import_openvino
assert import_openvino() is mine and sys.modules["openvino_telemetry"] is theirs
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_importing_the_library_imports_no_runtime():
    program = "import passerby, sys; assert not {'openvino', 'cv2', 'av'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
