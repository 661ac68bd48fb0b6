from passerby.core.kinds import Kind
from passerby.server.setup.context import SetupResponse
from tests.server.setup.fixtures import serve
from tests.setup.factories import whole_draft


def test_a_change_is_kept(tmp_path):
    context = serve(tmp_path).context
    response = context.change(lambda draft: draft.model_copy(update={"hide": (Kind.TEXT,)}))
    assert (Kind.TEXT,) == response.hide == context.draft().hide


def test_no_password_is_in_what_is_told(tmp_path):
    context = serve(tmp_path).context
    told = SetupResponse.of(context, whole_draft(tmp_path / "data"))
    assert ("kim", ()) == (told.account, told.open_steps)
    assert "argon2" not in told.model_dump_json()
    assert [False, False] == [camera.password_stored for camera in told.cameras]


def test_a_password_without_a_disk(tmp_path):
    draft = whole_draft(tmp_path).model_copy(update={"data": None})
    assert serve(tmp_path).context.password(draft, draft.cameras[0]) is None


def test_on_the_network_there_is_no_choice(tmp_path):
    context = serve(tmp_path, on_network=True).context
    assert context.draft().network
