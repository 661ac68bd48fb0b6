"""What has been answered so far of the first run of a site, kept beside the file that will be `site.yaml`.

A first run that is interrupted goes on where it was. The draft holds no password that can be read: that of the account
as its hash, those of cameras in the encrypted file of the data folder (`config/secrets/stored_secrets.py`).
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from passerby.config.notice import NoticeSettings
from passerby.config.settings import HiddenKinds
from passerby.core.errors import OutputError, UsageError
from passerby.core.model import FrozenModel
from passerby.core.names import DisplayName, Name


class SetupStep(StrEnum):
    """The questions of the first run, in their order."""

    SITE = "site"
    ACCOUNT = "account"
    DISK = "disk"
    CAMERAS = "cameras"
    HIDE = "hide"
    RETENTION = "retention"
    NOTICE = "notice"
    ACCESS = "access"


class DraftAccount(FrozenModel):
    """The first account, an administrator. `password_hash`: of `hash_password`. `initial`: the password was set by
    somebody else, and is for the first login alone."""

    name: str
    password_hash: str
    initial: bool = False


class DraftCamera(FrozenModel):
    """A camera. Its password, if it has one, is stored under its name."""

    name: Name
    display_name: DisplayName
    url: str
    user: str | None = None


class DraftRetention(FrozenModel):
    """How long recordings are kept."""

    days: float = Field(gt=0, le=36_500)
    bytes: int | None = Field(default=None, gt=0, le=2**60)


class SetupDraft(FrozenModel):
    """The answers so far; None where a question is not answered yet. `data` is the data folder, absolute. `network`: do
    other devices reach the pages? `answered` are the steps whose answer is no value: a notice can be left for later."""

    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    timezone: str | None = None
    account: DraftAccount | None = None
    data: str | None = None
    cameras: tuple[DraftCamera, ...] = ()
    hide: HiddenKinds | None = None
    retention: DraftRetention | None = None
    notice: NoticeSettings | None = None
    network: bool | None = None
    answered: tuple[SetupStep, ...] = ()

    @property
    def open_steps(self) -> tuple[SetupStep, ...]:
        """The questions that are not answered yet, in their order."""
        answers: dict[SetupStep, object] = {
            SetupStep.SITE: self.name and self.timezone,
            SetupStep.ACCOUNT: self.account,
            SetupStep.DISK: self.data,
            SetupStep.CAMERAS: self.cameras and SetupStep.CAMERAS in self.answered,
            SetupStep.HIDE: self.hide,
            SetupStep.RETENTION: self.retention,
            SetupStep.NOTICE: self.notice or SetupStep.NOTICE in self.answered,
            SetupStep.ACCESS: self.network is not None,
        }
        return tuple(step for step in SetupStep if not answers[step])

    def with_camera(self, camera: DraftCamera) -> SetupDraft:
        """With this camera, in place of the one of its name."""
        others = tuple(other for other in self.cameras if other.name != camera.name)
        return self.model_copy(update={"cameras": (*others, camera)})

    def without_camera(self, name: str) -> SetupDraft:
        cameras = tuple(camera for camera in self.cameras if camera.name != name)
        answered = self.answered if cameras else _without(self.answered, SetupStep.CAMERAS)
        views = {} if self.notice is None else {key: text for key, text in self.notice.views.items() if key != name}
        notice = None if self.notice is None else self.notice.model_copy(update={"views": views})
        return self.model_copy(update={"cameras": cameras, "answered": answered, "notice": notice})

    def with_answered(self, step: SetupStep) -> SetupDraft:
        return self.model_copy(update={"answered": (*_without(self.answered, step), step)})


def _without(steps: Collection[SetupStep], step: SetupStep) -> tuple[SetupStep, ...]:
    return tuple(other for other in steps if other is not step)


class DraftFile:
    """Where the draft for a `site.yaml` is kept: beside it, readable by its own user alone."""

    def __init__(self, config: Path) -> None:
        self.path = config.with_name(f".{config.name}.setup")

    def read(self) -> SetupDraft:
        """The draft; an empty one where there is none. Raises UsageError for one that cannot be read."""
        try:
            return SetupDraft.model_validate_json(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return SetupDraft()
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            reason = (
                error.strerror or "it cannot be opened"
                if isinstance(error, OSError)
                else "it is not a draft of this version"
            )
            raise UsageError(
                f"The answers of an earlier first run in {self.path} cannot be read: {reason}. Remove that file to "
                "begin anew."
            ) from None

    def write(self, draft: SetupDraft) -> None:
        """Durably, so that a power cut loses no answer. Raises OutputError."""
        part = self.path.with_name(f"{self.path.name}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(draft.model_dump_json(indent=1))
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise OutputError(
                f"The answers cannot be saved in {self.path.parent}: {error.strerror or error}. Give the user that "
                "passerby runs as that folder (chown), or choose another with -c."
            ) from error

    def remove(self) -> None:
        with suppress(OSError):
            self.path.unlink()
