"""The answers of a first run in a file, for many sites: `passerby site --answers FILE`.

The JSON schema in docs/ref/answers.schema.json is generated from these classes; docs/ref/answers.md explains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ByteSize, Field, SecretStr, ValidationError

from passerby.config.address import contains_password
from passerby.config.invalid_value import invalid_text
from passerby.config.notice import NoticeSettings
from passerby.config.secrets.site_secrets import VARIABLE, camera_secret, secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.settings import HiddenKinds
from passerby.config.site import CameraDefaults, CameraSettings, Site
from passerby.config.site_file import line_of, read_mapping
from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel
from passerby.core.names import DisplayName, Name, name_from
from passerby.setup.draft import DraftAccount, DraftCamera, DraftRetention, SetupDraft, SetupStep
from passerby.store.accounts.accounts import account_name
from passerby.store.accounts.passwords import check_strength, hash_password
from passerby.store.data_folder import DataFolder

_NO_ANSWERS = "holds no answers. docs/guide/site.md shows a file to start with."


class AnsweredAccount(FrozenModel):
    """The first account, an administrator. Its owner chooses another password at the first login."""

    name: str = Field(description="The login name.")
    password: SecretStr = Field(description="Its first password, from the environment: ${ADMIN_PASSWORD}.")


class AnsweredCamera(FrozenModel):
    """One camera."""

    name: Name | None = Field(default=None, description="Its name in files; by default made from the display name.")
    display_name: DisplayName = Field(description="What people call it.")
    url: str = Field(description="Address of its stream: rtsp://, http://, https:// or /dev/video0.")
    user: str | None = Field(default=None, description="User name, where the camera requires one.")
    password: SecretStr | None = Field(
        default=None, description="Its password, from the environment: ${GATE_PASSWORD}. It is stored encrypted."
    )


class AnsweredRetention(FrozenModel):
    """How long recordings are kept; the first limit that is reached counts."""

    days: float = Field(default=14.0, gt=0, le=36_500, description="Days.")
    bytes: ByteSize | None = Field(default=None, description="Total size, as 200GB; null for no limit.")


class SetupAnswers(FrozenModel):
    """All answers of a first run."""

    name: str = Field(min_length=1, max_length=80, description="Name of the site, as people know it.")
    timezone: str = Field(description="Its time zone, as Europe/Berlin.")
    account: AnsweredAccount = Field(description="The first account.")
    data: str = Field(
        default="data", description="Folder of the recordings, new or empty; relative to site.yaml where not absolute."
    )
    cameras: tuple[AnsweredCamera, ...] = Field(min_length=1, description="The cameras.")
    hide: HiddenKinds = Field(
        default=CameraDefaults().hide, description="Kinds of objects to hide on all cameras; face includes heads."
    )
    retention: AnsweredRetention = Field(default=AnsweredRetention(), description="How long recordings are kept.")
    notice: NoticeSettings | None = Field(
        default=None, description="The privacy notice, as in site.yaml; null to write it later."
    )
    network: bool = Field(
        default=False, description="Do other devices reach the pages, with login and TLS? If not, this machine alone."
    )


def read_answers(path: Path, environment: Mapping[str, str]) -> SetupAnswers:
    """The answers in a file. Raises UsageError with the line, what is wrong there, and what to do."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"The answers in {path} cannot be read: {reason}. Check its name and permissions.") from None
    written = read_mapping(text, path, _NO_ANSWERS)

    def fail(at: tuple[int | str, ...], problem: str) -> UsageError:
        return UsageError(f"{path}:{line_of(written, at)}: {'.'.join(map(str, at)) or 'the file'}: {problem}")

    def filled(value: object, at: tuple[int | str, ...]) -> Any:  # noqa: ANN401  # any YAML value
        if isinstance(value, Mapping):
            return {key: filled(part, (*at, key)) for key, part in value.items()}
        if isinstance(value, list):
            return [filled(part, (*at, number)) for number, part in enumerate(value)]
        if not isinstance(value, str):
            return value
        if at[-1:] == ("url",) and contains_password(value):
            raise fail(at, "the address contains a password. Write user and password beside it.")
        if at[-1:] != ("password",):
            return value
        variable = VARIABLE.fullmatch(value.strip())
        if variable is None:
            raise fail(at, "a password does not belong into this file. Set it in the environment: ${NAME}.")
        if variable[1] not in environment:
            raise fail(at, f"the environment variable {variable[1]} is not set: export {variable[1]}=...")
        return environment[variable[1]]

    try:
        return SetupAnswers.model_validate(filled(written, ()))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = invalid_text(first["type"], first["msg"], first.get("ctx")).rstrip(".")
        raise fail(tuple(first["loc"]), f"{problem}. docs/ref/answers.md describes it.") from None


def draft_of(answers: SetupAnswers, config: Path) -> SetupDraft:
    """The draft for `config` that these answers make. The data folder is made, and the cameras' passwords are stored in
    it. Raises UsageError, StoreError, OutputError."""
    name = account_name(answers.account.name)
    password = check_strength(answers.account.password.get_secret_value(), name, answers.name)
    cameras = _named(answers.cameras)
    for camera, answer in zip(cameras, answers.cameras, strict=True):
        _check(camera, answer)
    data = config.absolute().parent / answers.data
    draft = SetupDraft(
        name=answers.name,
        timezone=answers.timezone,
        account=DraftAccount(name=name, password_hash=hash_password(password), initial=True),
        data=str(data),
        cameras=cameras,
        hide=answers.hide,
        retention=DraftRetention(days=answers.retention.days, bytes=answers.retention.bytes),
        notice=answers.notice,
        network=answers.network,
        answered=(SetupStep.CAMERAS, SetupStep.NOTICE),
    )
    check_draft(draft)
    DataFolder.create(data).close()
    for camera, answer in zip(cameras, answers.cameras, strict=True):
        if answer.password is not None:
            StoredSecrets(data).put(
                camera_secret(camera.name), answer.password.get_secret_value(), secret_host(camera.url)
            )
    return draft


def check_draft(draft: SetupDraft) -> None:
    """Are name, time zone and notice of a draft valid together? Raises UsageError."""
    cameras = {camera.name: CameraSettings(url=camera.url, user=camera.user) for camera in draft.cameras}
    try:
        Site(
            name=draft.name or "site",
            timezone=draft.timezone or "UTC",
            cameras=cameras or {"camera": CameraSettings(url="/dev/video0")},
            notice=draft.notice,
        )
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        text = invalid_text(first["type"], first["msg"], first.get("ctx"))
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{name}: {text}." if name else f"{text}.") from None


def _named(answers: tuple[AnsweredCamera, ...]) -> tuple[DraftCamera, ...]:
    found: list[DraftCamera] = []
    for answer in answers:
        taken = {camera.name for camera in found}
        if answer.name in taken:
            raise UsageError(f"Two cameras are named {answer.name}. Give each a name of its own.")
        name = answer.name or name_from(answer.display_name, taken)
        found.append(DraftCamera(name=name, display_name=answer.display_name, url=answer.url, user=answer.user))
    return tuple(found)


def _check(camera: DraftCamera, answer: AnsweredCamera) -> None:
    try:
        CameraSettings(url=answer.url, user=answer.user, password=answer.password)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        text = invalid_text(first["type"], first["msg"], first.get("ctx"))
        raise UsageError(f"Camera {camera.display_name}: {text}.") from None
