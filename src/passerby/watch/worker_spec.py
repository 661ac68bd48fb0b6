"""What the process of a camera is started with."""

from __future__ import annotations

from pydantic import SecretStr

from passerby.config.notifications.settings import NotificationSettings
from passerby.config.site import CameraSettings, RetentionSettings, Site
from passerby.config.web import WebSettings
from passerby.core.model import FrozenModel


class WorkerSpec(FrozenModel):
    """One camera of a site. `password` and `restream_password` are separate, since settings are serialised without
    theirs. `live_fd` is the file descriptor of the pipe that live parts are written to."""

    name: str
    site: Site
    password: str | None = None
    restream_password: str | None = None
    live_fd: int | None = None

    @property
    def settings(self) -> CameraSettings:
        """The settings of the camera, passwords included."""
        settings = self.site.cameras[self.name]
        restream = settings.restream
        if restream is not None:
            restream = restream.model_copy(update={"password": _hidden(self.restream_password)})
        return settings.model_copy(update={"password": _hidden(self.password), "restream": restream})

    def without_retention(self) -> WorkerSpec:
        """The same with the default retention: a change of that needs no restart."""
        return self.model_copy(update={"site": self.site.model_copy(update={"retention": RetentionSettings()})})

    @classmethod
    def for_camera(cls, site: Site, name: str) -> WorkerSpec:
        """The spec for one camera, without the other cameras, how it is turned, timetables to which its rules do not
        refer, the web pages, the public notice and how accounts are notified: a change to those must not restart this
        camera."""
        camera = site.cameras[name].model_copy(update={"display_name": None, "onvif_port": None})
        used = [table for table in site.timetables if table.name in camera.counting.timetables]
        own = {
            "cameras": {name: camera},
            "timetables": tuple(table.model_copy(update={"display_name": None}) for table in used),
            "uplink": site.uplink.without_secrets(),
        }
        irrelevant = {"web": WebSettings(), "notice": None, "notifications": NotificationSettings(), "occupancy": ()}
        return cls(
            name=name,
            site=site.model_copy(update={**own, **irrelevant}),
            password=_shown(camera.password),
            restream_password=None if camera.restream is None else _shown(camera.restream.password),
        )


def _hidden(secret: str | None) -> SecretStr | None:
    return None if secret is None else SecretStr(secret)


def _shown(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
