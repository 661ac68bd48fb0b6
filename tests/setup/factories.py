"""A draft in which every question is answered."""

from passerby.config.notice import NoticeSettings
from passerby.core.kinds import Kind
from passerby.setup.draft import DraftAccount, DraftCamera, DraftRetention, SetupDraft, SetupStep
from passerby.store.accounts.passwords import hash_password

PASSWORD = "nine small kim lanterns"


def whole_draft(data, **changes):
    draft = SetupDraft(
        name="North hall",
        timezone="Europe/Berlin",
        account=DraftAccount(name="kim", password_hash=hash_password(PASSWORD)),
        data=str(data),
        cameras=(
            DraftCamera(name="gate", display_name="Gate, left", url="rtsp://192.0.2.1/1", user="cam"),
            DraftCamera(name="yard", display_name="Yard", url="http://192.0.2.2/video"),
        ),
        hide=(Kind.FACE, Kind.PLATE),
        retention=DraftRetention(days=3),
        notice=NoticeSettings(
            controller="City: of Northby", contact="a@b.example", purposes=("Order",), basis="consent"
        ),
        network=False,
        answered=(SetupStep.CAMERAS,),
    )
    return draft.model_copy(update=changes)
