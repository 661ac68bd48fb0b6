import subprocess
import sys

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
