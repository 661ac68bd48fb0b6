"""A site of two cameras and its data folder."""

import pytest

from passerby.config.site_file import parse_site
from passerby.store.data_folder import DataFolder
from tests.watch.child import SITE


@pytest.fixture
def site(tmp_path):
    DataFolder.create(tmp_path / "data").close()
    return parse_site(SITE, tmp_path / "site.yaml", {"SECRET": "hunter2"})
