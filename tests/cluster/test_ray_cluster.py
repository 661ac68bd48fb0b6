import os
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path

import pytest

from passerby.cluster.ray_cluster import Cluster
from passerby.cluster.scheduler import schedule
from passerby.core.errors import ClusterError, UsageError

#: How the kernel writes that a socket waits for connections.
LISTENS = "0A"


def test_an_address_that_is_none_is_refused():
    with pytest.raises(UsageError, match="ray://HOST:PORT"):
        Cluster("spark://here")


@pytest.mark.soak
def test_an_unreachable_cluster_is_reported():
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install 'passerby[cluster]'")
    code = "from passerby.cluster.ray_cluster import Cluster\nwith Cluster('ray://127.0.0.1:9'): pass"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ClusterError.__name__ in done.stderr
    assert "Check the address" in done.stderr


def test_a_cluster_of_our_own_asks_for_a_token_and_reports_to_nobody(cluster):
    assert "token" == os.environ["RAY_AUTH_MODE"]
    assert 64 == len(os.environ["RAY_AUTH_TOKEN"])
    assert "0" == os.environ["RAY_USAGE_STATS_ENABLED"]
    assert 2 == cluster.cores


def listening():
    """(address, command) of every socket that waits for connections and belongs to this process or one that it began,
    however many others lie between."""
    waiting = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == LISTENS:
                waiting[f"socket:[{cells[9]}]"] = address(cells[1].partition(":")[0])
    for process in [os.getpid(), *descendants(os.getpid())]:
        for file in Path(f"/proc/{process}/fd").glob("*"):
            with suppress(OSError):
                if (found := waiting.get(os.readlink(file))) is not None:
                    yield found, Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ")


def address(digits):
    """As the kernel writes it: words of 32 bits, each in the machine's order of bytes."""
    raw = b"".join(int(digits[n : n + 8], 16).to_bytes(4, sys.byteorder) for n in range(0, len(digits), 8))
    found = ip_address(raw)
    return getattr(found, "ipv4_mapped", None) or found


def descendants(parent):
    for task in Path(f"/proc/{parent}/task").glob("*"):
        with suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from descendants(child)


def test_a_cluster_of_our_own_listens_on_loopback_alone(cluster):
    assert {"a": "a"} == {one.task: one.result for one in schedule(["a"], same)}  # workers listen as well
    found = list(listening())
    assert any(b"raylet" in command for _, command in found)
    assert any(b"gcs_server" in command for _, command in found)
    assert [] == [one for one in found if not one[0].is_loopback]


def same(task):
    return task
