import ctypes
import socket
import subprocess
import sys

import pytest

CODE = """
import resource
from passerby.core.process_limits import disable_core_dumps
disable_core_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_memory_is_never_dumped():
    """In a process of its own: the limit cannot be raised again."""
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert "(0, 0)" == ran.stdout.strip()


GREEDY = """
import sys
from passerby.core.process_limits import limit_memory
limit = limit_memory(512 << 20)
try:
    bytearray(600 << 20)
except MemoryError:
    print(limit >> 20)
"""


def test_what_asks_for_more_memory_than_the_limit_gets_none():
    ran = subprocess.run([sys.executable, "-c", GREEDY], capture_output=True, text=True, check=True)
    assert "512" == ran.stdout.strip()


def test_by_default_the_limit_is_what_the_machine_can_spare():
    code = "from passerby.core.process_limits import limit_memory, MIN_MEMORY; print(limit_memory() >= MIN_MEMORY)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "True" == ran.stdout.strip()


def test_a_lower_limit_stays():
    """That of the process that started this one, hard or not, and that of an earlier call."""
    code = (
        "import resource; from passerby.core.process_limits import limit_memory; "
        "resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, resource.getrlimit(resource.RLIMIT_DATA)[1])); "
        "print(limit_memory() >> 20, limit_memory(512 << 20) >> 20, limit_memory() >> 20)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ["1024", "512", "512"] == ran.stdout.split()


CONNECT = """
import socket, sys, threading
from passerby.core.process_limits import restrict_connections
allowed, other = map(int, sys.argv[1:])
assert restrict_connections([allowed])
def connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        print("connected")
    except PermissionError:
        print("refused")
for port in (allowed, other):
    thread = threading.Thread(target=connect, args=(port,))
    thread.start()
    thread.join()
"""


def test_a_process_connects_to_its_ports_only():
    if ctypes.CDLL(None).syscall(444, None, 0, 1) < 4:
        pytest.skip("this kernel has no Landlock for connections (Linux 6.7)")
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = [str(listener.getsockname()[1]) for listener in (one, two)]
        ran = subprocess.run([sys.executable, "-c", CONNECT, *ports], capture_output=True, text=True, check=True)
    assert ["connected", "refused"] == ran.stdout.split()
