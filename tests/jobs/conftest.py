"""Ray and the S3 server of tests/cluster, for jobs that use them."""

from tests.cluster.conftest import cluster, pytest_collection_modifyitems, s3, storage

__all__ = ["cluster", "pytest_collection_modifyitems", "s3", "storage"]
