from typing import get_args

from fastapi import FastAPI
from starlette.testclient import TestClient

from passerby.server.site.dependencies import Clips, ConfigFile, Context, Services, SiteServices, Views


def test_routes_receive_the_services_of_their_own_site():
    services = SiteServices("context", None, "site file", "view audit", "clips", None, "cookie", False, False, None)
    app = FastAPI()
    app.state.services = services
    received = {}

    @app.get("/")
    def route(services: Services, context: Context, file: ConfigFile, views: Views, clips: Clips) -> None:
        received.update(services=services, context=context, file=file, views=views, clips=clips)

    assert 200 == TestClient(app).get("/").status_code
    assert {
        "services": services,
        "context": "context",
        "file": "site file",
        "views": "view audit",
        "clips": "clips",
    } == received
    assert SiteServices is get_args(Services)[0]
