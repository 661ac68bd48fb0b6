"""Privacy notice for the people in front of the cameras: the `notice` block of site.yaml.

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
#: Characters. A QR code of more has so many modules that a phone cannot read it from two metres.
MAX_URL = 120


class LegalBasis(StrEnum):
    """Legal basis of the recording under Article 6(1), a to f."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


#: What `grounds` must state, by legal basis.
GROUNDS_REQUIRED = {
    LegalBasis.LEGITIMATE_INTERESTS: "which interest",
    LegalBasis.PUBLIC_TASK: "which law gives the task",
    LegalBasis.LEGAL_OBLIGATION: "which law obliges",
}


class Language(StrEnum):
    """Languages of the notices: files of the catalogue."""

    EN = "en"
    DE = "de"


class NoticeSettings(FrozenModel):
    """Contents of the privacy notice. With this block `passerby watch` serves a public page at /notice, and `passerby
    notice` creates signs and the data protection pack."""

    controller: Text = Field(description="The controller: name and postal address.")
    contact: Short = Field(
        description="Where people send questions and requests for their data: mail address or telephone."
    )
    officer: Text | None = Field(default=None, description="The data protection officer, and how to reach them.")
    authority: Text | None = Field(default=None, description="The supervisory authority that takes complaints.")
    purposes: tuple[Short, ...] = Field(min_length=1, max_length=8, description="Purposes of the cameras.")
    basis: LegalBasis = Field(description="The legal basis, of Article 6(1) GDPR.")
    grounds: Text | None = Field(
        default=None,
        description="The interest that is pursued, or the law; required for legitimate_interests, public_task and "
        "legal_obligation.",
    )
    recipients: tuple[Short, ...] = Field(
        default=(),
        max_length=12,
        description="Who else may receive recordings, as the police on request; by default nobody.",
    )
    transfers: Text | None = Field(
        default=None, description="To which country outside the EU, and with which safeguards; by default to none."
    )
    languages: tuple[Language, ...] = Field(
        default=(Language.EN,), min_length=1, description="Languages of the page; signs use the first one."
    )
    url: str | None = Field(default=None, description="Public URL of the page, to which the QR code on the sign leads.")
    views: dict[str, Short] = Field(
        default={}, description="Public names of cameras, by name: gate: Main entrance, towards the street."
    )

    @field_validator("url")
    @classmethod
    def _public_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the URL of the page must begin with https:// (or http://) and a host")
        if parts.username or parts.password:
            raise ValueError("the URL of the page is printed on every sign: remove the user and the password from it")
        if len(url) > MAX_URL or not url.isascii():
            raise ValueError(f"the URL of the page may have at most {MAX_URL} characters, all of them ASCII")
        return url

    @field_validator("languages")
    @classmethod
    def _unique(cls, languages: tuple[Language, ...]) -> tuple[Language, ...]:
        if len(set(languages)) < len(languages):
            raise ValueError("a language is listed twice")
        return languages

    @model_validator(mode="after")
    def _check_grounds(self) -> Self:
        if self.basis in GROUNDS_REQUIRED and self.grounds is None:
            raise ValueError(f"with basis: {self.basis}, state in grounds {GROUNDS_REQUIRED[self.basis]}")
        return self
