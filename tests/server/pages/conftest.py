"""A clock that does what it is told."""

import pytest

from tests.store.footage import Clock


@pytest.fixture
def clock():
    return Clock()
