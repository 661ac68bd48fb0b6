"""What the process of a camera is started with."""

from __future__ import annotations

from pydantic import SecretStr

from passerby.config.site import CameraSettings, Site
from passerby.config.web import WebSettings
from passerby.core.model import FrozenModel


class WorkerSpec(FrozenModel):
    """One camera of a site. `password` is separate, since settings are serialised without theirs. `live_fd` is the
    file descriptor of the pipe that live parts are written to."""

    name: str
    site: Site
    password: str | None = None
    live_fd: int | None = None

    @property
    def settings(self) -> CameraSettings:
        """The settings of the camera, password included."""
        settings = self.site.cameras[self.name]
        secret = None if self.password is None else SecretStr(self.password)
        return settings.model_copy(update={"password": secret})

    @classmethod
    def for_camera(cls, site: Site, name: str) -> WorkerSpec:
        """The spec for one camera, without the other cameras, the web pages and the public notice: a change to those
        must not restart this camera."""
        camera = site.cameras[name]
        password = None if camera.password is None else camera.password.get_secret_value()
        own = {"cameras": {name: camera}, "uplink": site.uplink.without_secrets()}
        irrelevant = {"web": WebSettings(), "notice": None}
        return cls(name=name, site=site.model_copy(update={**own, **irrelevant}), password=password)
