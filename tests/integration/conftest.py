"""Fixtures of rooms whose parts are tested together here."""

from tests.cluster.conftest import cluster, pytest_collection_modifyitems, s3, storage
from tests.server.conftest import clip, review
from tests.server.site.conftest import site_data

__all__ = ["clip", "cluster", "pytest_collection_modifyitems", "review", "s3", "site_data", "storage"]
