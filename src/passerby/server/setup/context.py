"""What the pages of the first run work on, and how FastAPI passes it to them (`Depends`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from passerby.config.notice import NoticeSettings
from passerby.config.secrets.site_secrets import camera_secret, secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.server.site.context import MediaTools
from passerby.setup.draft import DraftCamera, DraftFile, DraftRetention, SetupDraft, SetupStep
from passerby.setup.storage_places import StoragePlace, storage_places


@dataclass(frozen=True)
class SetupContext:
    """One first run, for the site in `config`. `actor` started the program. `on_network`: other devices reach these
    pages, so they will reach those of the site. `addresses`: those of the site's pages for other devices. `finished` is
    called once the site is made."""

    config: Path
    tools: MediaTools
    actor: str
    status_port: int
    web_port: int
    on_network: bool
    addresses: tuple[str, ...]
    finished: Callable[[], None]
    #: Changes of the draft, one at a time.
    changing: threading.Lock = field(default_factory=threading.Lock)
    #: A check loads models, and cameras answer one search at a time.
    checking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def file(self) -> DraftFile:
        return DraftFile(self.config)

    def draft(self) -> SetupDraft:
        """Raises UsageError."""
        draft = self.file.read()
        return draft.model_copy(update={"network": True}) if self.on_network else draft

    def change(self, edit: Callable[[SetupDraft], SetupDraft]) -> SetupResponse:
        """Change the draft, and say how it stands then. Raises UsageError, OutputError, and what `edit` raises."""
        with self.changing:
            draft = edit(self.draft())
            self.file.write(draft)
        return SetupResponse.of(self, draft)

    def password(self, draft: SetupDraft, camera: DraftCamera) -> str | None:
        """The stored password of a camera of the draft."""
        if draft.data is None:
            return None
        return StoredSecrets(Path(draft.data)).get(camera_secret(camera.name), secret_host(camera.url))


class StorageResponse(FrozenModel):
    """A folder that could hold the recordings; `free` and `total` are bytes of its disk."""

    folder: str
    free: int
    total: int
    used: bool = Field(description="Does it hold the recordings of an earlier site?")

    @classmethod
    def of(cls, place: StoragePlace) -> StorageResponse:
        return cls(folder=str(place.folder), free=place.free, total=place.total, used=place.used)


class SetupCameraResponse(FrozenModel):
    """A camera of the draft. Its password is never shown again."""

    name: str
    display_name: str
    url: str
    user: str | None
    password_stored: bool


class SetupResponse(FrozenModel):
    """The answers so far; null where a question is not answered. `open_steps` are those without an answer."""

    open_steps: tuple[SetupStep, ...]
    name: str | None
    timezone: str | None
    account: str | None = Field(description="Name of the first account.")
    folder: str | None = Field(description="The data folder.")
    places: tuple[StorageResponse, ...]
    cameras: tuple[SetupCameraResponse, ...]
    hide: tuple[Kind, ...] | None
    retention: DraftRetention | None
    notice: NoticeSettings | None
    network: bool | None = Field(description="Do other devices reach the pages?")
    on_network: bool = Field(description="Do they reach these already? Then there is no choice.")
    addresses: tuple[str, ...] = Field(description="Addresses of the site's pages for other devices.")

    @classmethod
    def of(cls, context: SetupContext, draft: SetupDraft) -> SetupResponse:
        return cls(
            open_steps=draft.open_steps,
            name=draft.name,
            timezone=draft.timezone,
            account=None if draft.account is None else draft.account.name,
            folder=draft.data,
            places=tuple(StorageResponse.of(place) for place in storage_places(context.config)),
            cameras=tuple(
                SetupCameraResponse(
                    name=camera.name,
                    display_name=camera.display_name,
                    url=camera.url,
                    user=camera.user,
                    password_stored=context.password(draft, camera) is not None,
                )
                for camera in draft.cameras
            ),
            hide=draft.hide,
            retention=draft.retention,
            notice=draft.notice,
            network=draft.network,
            on_network=context.on_network,
            addresses=context.addresses,
        )


async def _setup_context(request: Request) -> SetupContext:
    """Set by setup_app."""
    context: SetupContext = request.app.state.setup
    return context


Setup = Annotated[SetupContext, Depends(_setup_context)]
