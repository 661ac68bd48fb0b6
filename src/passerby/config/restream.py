"""Where the masked pictures of a camera are published as an RTSP stream."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator

from passerby.config.address import CameraAddress, CameraProtocol, parse_address
from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel


class RestreamSettings(FrozenModel):
    """The RTSP server that a camera's masked pictures are published to, for recorders and home automation."""

    url: str = Field(
        description="rtsp:// or rtsps:// address to publish to, of a server that takes streams (go2rtc, MediaMTX)."
    )
    user: str | None = Field(default=None, description="User name for publishing, not that of the camera.")
    password: SecretStr | None = Field(
        default=None,
        description="Its password, from the environment: ${GATE_RESTREAM_PASSWORD}. Never written into this file.",
    )

    @model_validator(mode="after")
    def _check_address(self) -> Self:
        if self.password is not None and self.user is None:
            raise ValueError("a password is set, but no user")
        try:
            protocol = self.address().protocol
        except UsageError as error:
            raise ValueError(str(error)) from None
        if protocol is not CameraProtocol.RTSP:
            raise ValueError("masked pictures are published by RTSP: write rtsp://127.0.0.1:8554/name")
        return self

    def address(self) -> CameraAddress:
        """Its address, password included; see CameraAddress for what may be printed."""
        password = None if self.password is None else self.password.get_secret_value()
        return parse_address(self.url, self.user, password)
