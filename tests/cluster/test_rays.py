import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from passerby.base.errors import ClusterError, UsageError
from passerby.cluster.rays import Cluster


def test_an_address_that_is_none_is_refused():
    with pytest.raises(UsageError, match="ray://HOST:PORT"):
        Cluster("spark://here")


@pytest.mark.soak
def test_a_cluster_that_is_not_there_is_told_of():
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install 'passerby[cluster]'")
    code = "from passerby.cluster.rays import Cluster\nwith Cluster('ray://127.0.0.1:9'): pass"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ClusterError.__name__ in done.stderr
    assert "Check the address" in done.stderr


def test_a_cluster_of_our_own_asks_for_a_token_and_reports_to_nobody(cluster):
    assert "token" == os.environ["RAY_AUTH_MODE"]
    assert 64 == len(os.environ["RAY_AUTH_TOKEN"])
    assert "0" == os.environ["RAY_USAGE_STATS_ENABLED"]
    assert 2 == cluster.cores
