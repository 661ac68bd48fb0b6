"""Writes web/openapi.json and web/site.openapi.json, which the pages' typed clients are made from: `make docs`."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI

from passerby.cli.media_tools import SiteTools
from passerby.config.site import CameraSettings, Site
from passerby.documents.status import SiteStatus
from passerby.review.library import Shelf
from passerby.server.auth import Auth
from passerby.server.live.buffer import Window
from passerby.server.review.app import review_app
from passerby.server.site.app import site_app
from passerby.server.site.authenticator import Gate
from passerby.server.site.context import Place
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings

WEB = Path(__file__).parent.parent / "web"
FILE, SITE = WEB / "openapi.json", WEB / "site.openapi.json"


def schema() -> str:
    """The HTTP interface of `passerby review`, the version left out: it is not what the page depends on."""
    app = review_app(Shelf([], "nobody"), Auth(token="none"), "127.0.0.1", 8765)
    return _text(app)


def site_schema() -> str:
    """The HTTP interface of the pages of a site, likewise."""
    return site_interface()[1]


def site_interface() -> tuple[FastAPI, str]:
    """The application that serves them, with nothing behind it, and its interface."""
    site = Site(cameras={"gate": CameraSettings(url="rtsp://192.0.2.1/")})
    with TemporaryDirectory() as folder, Recordings(Database.open(Path(folder), make=True)) as recordings:
        windows = {"gate": Window("gate")}
        status = SiteStatus(name="site", since=0, now=0, clock_trusted=True, cameras={})
        place = Place(Path(folder) / "site.yaml", lambda: site, lambda: status, windows, recordings, SiteTools())
        gate = Gate(place.database, place.clock, place.boot, None, "nobody")
        app = site_app(place, gate, "127.0.0.1", 8770)
        return app, _text(app)


def _text(app: FastAPI) -> str:
    described: dict[str, Any] = app.openapi()
    described["info"]["version"] = "0"
    return json.dumps(described, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
    SITE.write_text(site_schema(), encoding="utf-8")
    print("web/openapi.json, web/site.openapi.json")
