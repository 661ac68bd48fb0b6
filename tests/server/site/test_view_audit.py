"""Views are logged before they are shown."""

from passerby.store.audit.log import read
from tests.store.footage import WALL


def test_a_missing_thumbnail_is_not_logged_as_a_view(served):
    """Else the public notice would tell of a look at nothing."""

    def count_views():
        with served.context.database.read_transaction() as connection:
            return sum(entry.action == "viewed" for _, entry in read(connection))

    before = count_views()
    assert 404 == served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 600}).status_code
    assert before == count_views()
    assert 200 == served.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 1}).status_code
    assert before + 1 == count_views()
