import pytest

from passerby.config.notice import NoticeSettings
from passerby.core.errors import OutputError, UsageError
from passerby.core.kinds import Kind
from passerby.setup.draft import DraftAccount, DraftCamera, DraftFile, DraftRetention, SetupDraft, SetupStep

GATE = DraftCamera(name="gate", display_name="Gate", url="rtsp://192.0.2.1/1")
NOTICE = NoticeSettings(
    controller="Town", contact="a@b.example", purposes=("Order",), basis="consent", views={"gate": "Entrance"}
)


def test_every_question_is_open_at_first_and_closed_by_its_answer():
    draft = SetupDraft()
    assert tuple(SetupStep) == draft.open_steps
    answers = (
        {"name": "North hall", "timezone": "Europe/Berlin"},
        {"account": DraftAccount(name="kim", password_hash="x")},
        {"data": "/data"},
        {"cameras": (GATE,), "answered": (SetupStep.CAMERAS,)},
        {"hide": (Kind.FACE,)},
        {"retention": DraftRetention(days=3)},
        {"notice": NOTICE},
        {"network": False},
    )
    for number, answer in enumerate(answers, 1):
        draft = draft.model_copy(update=answer)
        assert tuple(SetupStep)[number:] == draft.open_steps


def test_a_notice_can_be_left_for_later():
    assert SetupStep.NOTICE not in SetupDraft().with_answered(SetupStep.NOTICE).open_steps


def test_without_its_last_camera_the_question_is_open_again():
    draft = SetupDraft(notice=NOTICE).with_camera(GATE).with_answered(SetupStep.CAMERAS)
    changed = draft.with_camera(GATE.model_copy(update={"display_name": "Door"}))
    assert ("Door",) == tuple(camera.display_name for camera in changed.cameras)
    assert SetupStep.CAMERAS not in changed.open_steps
    empty = changed.without_camera("gate")
    assert SetupStep.CAMERAS in empty.open_steps
    assert {} == empty.notice.views


def test_it_is_read_as_it_was_written_by_its_user_alone(tmp_path):
    file = DraftFile(tmp_path / "new" / "site.yaml")
    assert SetupDraft() == file.read()
    draft = SetupDraft(name="North hall", cameras=(GATE,))
    file.write(draft)
    assert draft == DraftFile(tmp_path / "new" / "site.yaml").read()
    assert 0o600 == file.path.stat().st_mode & 0o777
    file.remove()
    assert [] == list((tmp_path / "new").iterdir())


@pytest.mark.parametrize("text", ["", "{", '{"name": 7}', '{"unknown": 1}'])
def test_a_damaged_one_says_what_to_do(tmp_path, text):
    file = DraftFile(tmp_path / "site.yaml")
    file.path.write_text(text)
    with pytest.raises(UsageError, match="Remove that file"):
        file.read()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="chown"):
        DraftFile(tmp_path / "file" / "site.yaml").write(SetupDraft())
