"""What a site says about itself to whoever is in front of its cameras: the `notice` part of site.yaml.

The names of the legal grounds are those of the GDPR, Article 6(1).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from passerby.core.model import FrozenModel

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
#: What fits on a sign.
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)]
#: Beyond this a QR code has so many squares that a phone cannot read it from two metres.
LONGEST_URL = 120


class Basis(StrEnum):
    """On which ground of Article 6(1) people are filmed at all, a to f."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


#: What must be said besides the name of the ground.
NAMED = {
    Basis.LEGITIMATE_INTERESTS: "which interest",
    Basis.PUBLIC_TASK: "which law gives the task",
    Basis.LEGAL_OBLIGATION: "which law obliges",
}


class Language(StrEnum):
    """Languages that notices are written in: files of the catalogue."""

    EN = "en"
    DE = "de"


class NoticeSettings(FrozenModel):
    """What people may know. With this block `passerby watch` serves a public page at /notice, and `passerby notice`
    makes signs and the data protection pack."""

    controller: Text = Field(description="Who answers for the cameras: name and postal address.")
    contact: Short = Field(description="Where people ask, or ask for what is theirs: mail address or telephone.")
    officer: Text | None = Field(default=None, description="The data protection officer, and how to reach them.")
    authority: Text | None = Field(default=None, description="The supervisory authority that takes complaints.")
    purposes: tuple[Short, ...] = Field(min_length=1, max_length=8, description="What the cameras are for, each one.")
    basis: Basis = Field(description="The legal ground, of Article 6(1) GDPR.")
    grounds: Text | None = Field(
        default=None,
        description="The interest that is pursued, or the law; required for legitimate_interests, public_task and "
        "legal_obligation.",
    )
    recipients: tuple[Short, ...] = Field(
        default=(), max_length=12, description="Who else may be given recordings, as the police on request; nobody."
    )
    transfers: Text | None = Field(
        default=None, description="To which country outside the EU, and with which safeguards; to none, when left out."
    )
    languages: tuple[Language, ...] = Field(
        default=(Language.EN,), min_length=1, description="In which the page is written; signs take the first."
    )
    url: str | None = Field(
        default=None, description="Where everybody can open the page: what the QR code on the sign leads to."
    )
    views: dict[str, Short] = Field(
        default={}, description="What cameras are called in public, by name: gate: Main entrance, towards the street."
    )

    @field_validator("url")
    @classmethod
    def _can_be_opened(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address of the page begins with https:// (or http://) and a host")
        if parts.username or parts.password:
            raise ValueError("the address of the page is on every sign: take the user and the password out of it")
        if len(url) > LONGEST_URL or not url.isascii():
            raise ValueError(f"the address of the page has at most {LONGEST_URL} characters, all of them ASCII")
        return url

    @field_validator("languages")
    @classmethod
    def _once(cls, languages: tuple[Language, ...]) -> tuple[Language, ...]:
        if len(set(languages)) < len(languages):
            raise ValueError("a language stands there twice")
        return languages

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.basis in NAMED and self.grounds is None:
            raise ValueError(f"with basis: {self.basis}, say in grounds {NAMED[self.basis]}")
        return self
