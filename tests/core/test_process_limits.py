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
