"""OpenVINO's core, made without a trap for the program that it runs in.

On processors with AMX, OpenVINO's CPU plugin gives the thread that loads it a signal stack of its own (sigaltstack(2)),
and frees that memory with the plugin, in whatever thread this happens. The next signal that Python handles in the first
thread, such as Ctrl+C, then ends the program with a segmentation fault. So the thread's own is put back at once.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from passerby.detect.backend.openvino_import import ov

#: sigaltstack(2), as in <bits/ss_flags.h>.
_SS_DISABLE = 2


class _SignalStack(ctypes.Structure):
    """stack_t of Linux."""

    _fields_ = (("ss_sp", ctypes.c_void_p), ("ss_flags", ctypes.c_int), ("ss_size", ctypes.c_size_t))


def new_core() -> ov.Core:
    """A core with the CPU plugin loaded."""
    with keeping_signal_stack():
        core = ov.Core()
        core.get_property("CPU", "FULL_DEVICE_NAME")  # loads the plugin
    return core


@contextmanager
def keeping_signal_stack() -> Iterator[None]:
    """The signal stack of this thread is afterwards what it was before, or none where that is refused."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "sigaltstack"):  # not POSIX
        yield
        return
    before = _SignalStack()
    known = libc.sigaltstack(None, ctypes.byref(before)) == 0
    try:
        yield
    finally:
        # With AMX in use, Linux refuses a stack that is too small for its registers.
        if not known or libc.sigaltstack(ctypes.byref(before), None) != 0:
            libc.sigaltstack(ctypes.byref(_SignalStack(None, _SS_DISABLE, 0)), None)
