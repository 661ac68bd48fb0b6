"""Fixtures of notifications: a database, a mail server, an HTTP server."""

import pytest

from passerby.store.database import Database
from tests.store.footage import Clock
from tests.uplink.notifications.fixtures import http_server, smtp_server


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as opened:
        yield opened


@pytest.fixture
def mailbox():
    with smtp_server() as found:
        yield found


@pytest.fixture
def web():
    with http_server() as found:
        yield found
