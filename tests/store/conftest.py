"""A data folder, and a clock that does what it is told."""

import pytest

from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.store.footage import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def recordings(tmp_path):
    with Recordings(Database.open(tmp_path / "data", create=True), boot="first") as opened:
        yield opened
