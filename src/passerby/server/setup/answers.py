"""The questions of the first run, but for the cameras: each answer is checked and kept at once."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException
from pydantic import Field, SecretStr

from passerby.config.notice import NoticeSettings
from passerby.config.settings import HiddenKinds
from passerby.core.model import FrozenModel
from passerby.server.setup.context import Setup, SetupResponse
from passerby.server.site.auth.rights import ERROR_RESPONSES
from passerby.setup.answers import check_draft
from passerby.setup.create_site import create_site, move_passwords
from passerby.setup.draft import DraftAccount, DraftRetention, SetupDraft, SetupStep
from passerby.store.accounts.accounts import account_name
from passerby.store.accounts.passwords import check_strength, hash_password
from passerby.store.data_folder import DataFolder


class SiteAnswer(FrozenModel):
    """What the site is called, and where it is."""

    name: str = Field(min_length=1, max_length=80)
    timezone: str = Field(min_length=1, max_length=60)


class AccountAnswer(FrozenModel):
    """The first account, an administrator."""

    name: str = Field(min_length=1, max_length=64)
    password: SecretStr = Field(max_length=1000)


class DiskAnswer(FrozenModel):
    """The folder of the recordings."""

    folder: str = Field(min_length=1, max_length=500)


class HideAnswer(FrozenModel):
    """What is hidden on all cameras."""

    hide: HiddenKinds


class NoticeAnswer(FrozenModel):
    """The privacy notice; null to write it later."""

    notice: NoticeSettings | None


class AccessAnswer(FrozenModel):
    """Do other devices reach the pages, with login and TLS?"""

    network: bool


class FinishedResponse(FrozenModel):
    """The site is made, and starts. `addresses`: of its pages, for other devices."""

    addresses: tuple[str, ...]


router = APIRouter(prefix="/api/setup", tags=["setup"], responses=ERROR_RESPONSES)


@router.get("")
def setup(context: Setup) -> SetupResponse:
    """The answers so far."""
    return SetupResponse.of(context, context.draft())


@router.put("/site")
def answer_site(context: Setup, answer: SiteAnswer) -> SetupResponse:
    """Name and time zone."""

    def edit(draft: SetupDraft) -> SetupDraft:
        changed = draft.model_copy(update={"name": answer.name.strip(), "timezone": answer.timezone})
        if not changed.name:
            raise HTTPException(422, "Enter the name of the site.")
        check_draft(changed)
        return changed

    return context.change(edit)


@router.put("/account")
def answer_account(context: Setup, answer: AccountAnswer) -> SetupResponse:
    """The first account. Of its password only the hash is kept."""
    name = account_name(answer.name)
    password = check_strength(answer.password.get_secret_value(), name, context.draft().name or "")
    account = DraftAccount(name=name, password_hash=hash_password(password))
    return context.change(lambda draft: draft.model_copy(update={"account": account}))


@router.put("/disk")
def answer_disk(context: Setup, answer: DiskAnswer) -> SetupResponse:
    """The data folder, which is made at once: so it is known that it can be written."""
    folder = Path(answer.folder.strip())
    if not folder.is_absolute():
        raise HTTPException(422, "Write the whole path of the folder: it begins with /.")

    def edit(draft: SetupDraft) -> SetupDraft:
        DataFolder.create(folder).close()
        move_passwords(draft, None if draft.data is None else Path(draft.data), folder)
        return draft.model_copy(update={"data": str(folder)})

    return context.change(edit)


@router.put("/hide")
def answer_hide(context: Setup, answer: HideAnswer) -> SetupResponse:
    """What is hidden."""
    return context.change(lambda draft: draft.model_copy(update={"hide": answer.hide}))


@router.put("/retention")
def answer_retention(context: Setup, answer: DraftRetention) -> SetupResponse:
    """How long recordings are kept."""
    return context.change(lambda draft: draft.model_copy(update={"retention": answer}))


@router.put("/notice")
def answer_notice(context: Setup, answer: NoticeAnswer) -> SetupResponse:
    """The privacy notice, or that it is written later."""

    def edit(draft: SetupDraft) -> SetupDraft:
        changed = draft.model_copy(update={"notice": answer.notice}).with_answered(SetupStep.NOTICE)
        check_draft(changed)
        return changed

    return context.change(edit)


@router.put("/access")
def answer_access(context: Setup, answer: AccessAnswer) -> SetupResponse:
    """Who reaches the pages."""
    return context.change(lambda draft: draft.model_copy(update={"network": answer.network}))


@router.post("/finish")
def finish(context: Setup) -> FinishedResponse:
    """Make the site. These pages end then, and those of the site take their place, at the same address."""
    with context.changing:
        draft = context.draft()
        create_site(
            context.config, draft, actor=context.actor, status_port=context.status_port, web_port=context.web_port
        )
    context.finished()
    return FinishedResponse(addresses=context.addresses if draft.network else ())
