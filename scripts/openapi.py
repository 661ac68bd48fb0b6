"""Writes web/*openapi.json (review, site, fleet, first run), from which the typed clients come, and that of the job
service, for its clients: `make docs`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI

from passerby.cli.common.media_tools import SiteTools
from passerby.config.fleet.settings import FleetSettings
from passerby.config.site import CameraSettings, Site
from passerby.core.clock import SystemClock
from passerby.documents.status import SiteStatus
from passerby.fleet.receiver import ReceiverStats
from passerby.fleet.store.database import FleetDatabase
from passerby.review.library import ReviewLibrary
from passerby.server.auth import SessionAuth
from passerby.server.fleet.app import fleet_app, fleet_context
from passerby.server.fleet.services import FleetServices
from passerby.server.live.buffer import LiveBuffer
from passerby.server.review.app import review_app
from passerby.server.service.app import openapi_of, service_app
from passerby.server.service.state import ServiceState
from passerby.server.setup.app import setup_app
from passerby.server.setup.context import SetupContext
from passerby.server.site.app import site_app
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.context import SiteContext
from passerby.service.database import ServiceDatabase
from passerby.service.folders import ServiceFolders
from passerby.service.job_queue import JobQueue
from passerby.service.keys import Keys
from passerby.service.progress import JobStages
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings

WEB = Path(__file__).parent.parent / "web"
FILE, SITE, FLEET = WEB / "openapi.json", WEB / "site.openapi.json", WEB / "fleet.openapi.json"
SETUP = WEB / "setup.openapi.json"
SERVICE = WEB.parent / "docs" / "ref" / "service.openapi.json"


def schema() -> str:
    """The HTTP interface of `passerby review`, without the version, on which the client does not depend."""
    app = review_app(ReviewLibrary([], "nobody"), SessionAuth(token="none"), "127.0.0.1", 8765)
    return _text(app)


def site_schema() -> str:
    """The HTTP interface of the web interface of a site, likewise."""
    return site_interface()[1]


def site_interface() -> tuple[FastAPI, str]:
    """The application of a site without data, and its OpenAPI document."""
    site = Site(cameras={"gate": CameraSettings(url="rtsp://192.0.2.1/")})
    with TemporaryDirectory() as folder, Recordings(Database.open(Path(folder), create=True)) as recordings:
        windows = {"gate": LiveBuffer("gate")}
        status = SiteStatus(name="site", started=0, now=0, clock_trusted=True, cameras={})
        place = SiteContext(Path(folder) / "site.yaml", lambda: site, lambda: status, windows, recordings, SiteTools())
        gate = Authenticator(place.database, place.clock, place.boot, None, "nobody")
        app = site_app(place, gate, "127.0.0.1", 8770)
        return app, _text(app)


def setup_schema() -> str:
    """The HTTP interface of the first run of a site, likewise."""
    with TemporaryDirectory() as folder:
        config = Path(folder) / "site.yaml"
        context = SetupContext(config, SiteTools(), "nobody", 8770, 8443, False, (), lambda: None)
        return _text(setup_app(context, SessionAuth(token="none"), "127.0.0.1", 8770, secure=False))


def fleet_schema() -> str:
    """The HTTP interface of the pages of a fleet, likewise."""
    return fleet_interface()[1]


def fleet_interface() -> tuple[FastAPI, str]:
    """The application of a fleet without data, and its OpenAPI document."""
    with (
        TemporaryDirectory() as folder,
        Recordings(Database.open(Path(folder, "data"), create=True)) as recordings,
        FleetDatabase(f"sqlite:///{folder}/fleet.db") as database,
    ):
        services = FleetServices(FleetSettings(), database, ReceiverStats)
        context = fleet_context(services, recordings, SystemClock())
        gate = Authenticator(context.database, context.clock, context.boot, None, "nobody")
        app = fleet_app(services, context, gate, "127.0.0.1", 8780)
        return app, _text(app)


def service_schema() -> str:
    """The HTTP interface of the job service, likewise."""
    with TemporaryDirectory() as folder, ServiceDatabase(Path(folder)) as database:
        folders, queue = ServiceFolders(Path(folder)), JobQueue(database)
        state = ServiceState(queue, Keys(database), folders, JobStages(), lambda _: None, 0)
        return _text(service_app(state, "127.0.0.1", 8790), openapi_of)


def _text(app: FastAPI, describe: Callable[[FastAPI], dict[str, Any]] = FastAPI.openapi) -> str:
    described = describe(app)
    described["info"]["version"] = "0"
    return json.dumps(described, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
    SITE.write_text(site_schema(), encoding="utf-8")
    FLEET.write_text(fleet_schema(), encoding="utf-8")
    SETUP.write_text(setup_schema(), encoding="utf-8")
    SERVICE.write_text(service_schema(), encoding="utf-8")
    print(
        "web/openapi.json, web/site.openapi.json, web/fleet.openapi.json, web/setup.openapi.json, "
        "docs/ref/service.openapi.json"
    )
