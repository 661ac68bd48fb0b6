"""One Ray and one S3 server on loopback for all of these tests: both take seconds to start."""

import shutil
from importlib.util import find_spec

import pytest

from passerby.cluster.ray_cluster import Cluster


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What needs a Ray of its own is soak: it takes ten seconds and a gibibyte to start, once in each process."""
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def cluster():
    # Not imported here: Ray reads how it is to be reached when it is loaded.
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install 'passerby[cluster]'")
    with Cluster("ray", workers=2) as running:
        yield running


@pytest.fixture(scope="session")
def s3():
    """The address of an S3 server that knows one bucket, `archive`."""
    pytest.importorskip("obstore", reason="obstore is not installed: pip install 'passerby[cluster]'")
    server = pytest.importorskip("moto.server", reason="moto is not installed: it is the S3 server of these tests")
    boto3 = pytest.importorskip("boto3")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
    )
    client.create_bucket(Bucket="archive")
    client.close()
    yield address
    running.stop()


@pytest.fixture
def storage(s3, monkeypatch):
    """The environment that leads to it."""
    for name, value in environment(s3).items():
        monkeypatch.setenv(name, value)


def environment(address):
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "us-east-1",
    }


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target
