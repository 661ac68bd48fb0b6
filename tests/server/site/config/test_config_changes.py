import pytest

from passerby.core.errors import UsageError
from passerby.server.site.config.config_changes import apply_change
from passerby.server.site.config.site_file import ConfigConflict, SiteFile
from passerby.store.audit.log import AuditAction, read


def change(served, revision=None, edit=lambda text, _: text.put(("name",), "South hall")):
    file = SiteFile(served.context.config)
    principal = served.authenticator.principal_of(served.client.cookies["passerby-8770"])
    current = file.read()[2] if revision is None else revision
    return apply_change(served.context, file, principal, current, {"subject": "a test"}, edit)


def changed(served):
    with served.context.database.read_transaction() as connection:
        return [entry.details for _, entry in read(connection) if entry.action == AuditAction.CHANGED]


def test_a_change_is_logged_written_and_put_into_effect(served):
    change(served)
    assert [{"subject": "a test"}] == changed(served)
    assert "name: South hall" in served.context.config.read_text()
    assert "South hall" == served.context.site.name


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"revision": "another"}, ConfigConflict),
        ({"edit": lambda text, _: text.put(("timezone",), "Nowhere")}, UsageError),
    ],
)
def test_what_is_rejected_is_neither_logged_nor_written(served, how, error):
    before = served.context.config.read_text()
    with pytest.raises(error):
        change(served, **how)
    assert ([], before) == (changed(served), served.context.config.read_text())
