import pytest

from tests.server.fleet.fixtures import serving_fleet


@pytest.fixture(scope="module")
def served_fleet(tmp_path_factory):
    with serving_fleet(tmp_path_factory.mktemp("fleet")) as served:
        yield served
