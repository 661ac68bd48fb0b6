"""A Ray cluster of two machines, both of them this one, on loopback: somebody else's, in a process of its own.

It prints the port that ray:// takes. Told `lose`, the second machine is gone at once; the end of its input ends it.
Each machine has a cache of models of its own, named as arguments.
"""

import os
import socket
import sys

os.environ |= {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_failure_threshold": "5",
}

from ray.cluster_utils import Cluster

from passerby.detect.weights import CACHE_VARIABLE

#: What each of them has: room for one film at a time.
MACHINE = {"num_cpus": 1, "memory": 2 << 30, "object_store_memory": 256 << 20}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def main(caches):
    os.environ[CACHE_VARIABLE] = caches[0]
    port = free_port()
    cluster = Cluster()
    cluster.add_node(**MACHINE, include_dashboard=False, ray_client_server_port=port)
    os.environ[CACHE_VARIABLE] = caches[1]
    second = cluster.add_node(**MACHINE)
    print(port, flush=True)
    for line in sys.stdin:
        if line.strip() == "lose":
            cluster.remove_node(second, allow_graceful=False)
            print("lost", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
