"""What OpenVINO does to the signals of the program that it runs in."""

import ctypes
import subprocess
import sys

from passerby.detect.backend.openvino_core import _SignalStack, keeping_signal_stack, new_core

PROGRAM = """
import gc, os, signal, threading, time
from passerby.detect.backend.openvino_core import new_core

cores = [new_core()]
thread = threading.Thread(target=cores.clear)
thread.start()
thread.join()
gc.collect()
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    time.sleep(20)
except KeyboardInterrupt:
    print("interrupted")
"""


def current():
    stack = _SignalStack()
    ctypes.CDLL(None).sigaltstack(None, ctypes.byref(stack))
    return stack.ss_sp, stack.ss_flags, stack.ss_size


def test_ctrl_c_interrupts_a_program_whose_models_are_gone():
    """On a processor with AMX it ended with a segmentation fault."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert (0, "interrupted\n") == (done.returncode, done.stdout), done.stderr


def test_the_signal_stack_of_the_thread_is_put_back():
    before = current()
    core = new_core()  # while it is there
    assert before == current()
    del core
    with keeping_signal_stack():
        memory = ctypes.create_string_buffer(1 << 16)
        ctypes.CDLL(None).sigaltstack(ctypes.byref(_SignalStack(ctypes.addressof(memory), 0, 1 << 16)), None)
        assert before != current()
    assert before == current()
