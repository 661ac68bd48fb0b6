"""The application of `passerby serve`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse

from passerby.core.kinds import HIDEABLE
from passerby.core.model import FrozenModel
from passerby.core.version import __version__
from passerby.server.guard import host_check
from passerby.server.service import jobs, uploads
from passerby.server.service.gate import ServiceGate
from passerby.server.service.problems import ProblemResponse, add_problem_handlers, documented
from passerby.server.service.state import ServiceState, State
from passerby.server.spa import plain_app
from passerby.service.records import ServiceJobState
from passerby.service.status import API_PREFIX

router = APIRouter(prefix=API_PREFIX, tags=["service"])


class ServiceHealthResponse(FrozenModel):
    """Whether the service works, and how much it has to do. No key is needed."""

    version: str
    queued: int
    running: int


@router.get("/health", response_model=ServiceHealthResponse, responses=documented("unavailable"))
def health(state: State) -> ServiceHealthResponse:
    """Whether the service works: its database answers."""
    counts = state.queue.counts()
    return ServiceHealthResponse(
        version=__version__,
        queued=counts.get(ServiceJobState.QUEUED, 0),
        running=counts.get(ServiceJobState.RUNNING, 0),
    )


def service_app(state: ServiceState, host: str, port: int, *, secure: bool = False) -> FastAPI:
    """Serves one service. `secure`: over TLS."""
    app = plain_app("passerby serve", separate_input_output_schemas=False)
    app.state.service = state
    for routes in (router, uploads.router, jobs.router):
        app.include_router(routes)
    add_problem_handlers(app)

    @app.get(f"{API_PREFIX}/openapi.json", include_in_schema=False)
    def interface() -> JSONResponse:
        return JSONResponse(openapi_of(app))

    app.add_middleware(
        ServiceGate,
        state=state,
        host_allowed=host_check(host, port),
        upload_path=uploads.UPLOAD_PATH,
        open_paths=(f"{API_PREFIX}/health", f"{API_PREFIX}/openapi.json"),
        secure=secure,
    )
    return app


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The description of the interface, with the form of problems in place of FastAPI's own errors."""
    described = app.openapi()
    schemas = described["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemResponse.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, schema in problem.pop("$defs", {}).items():
        schemas[name] = schema
    schemas["ProblemResponse"] = problem
    # Not every kind can be hidden: this is checked by a validator, and not in the schema of the settings.
    schemas["Settings"]["properties"]["hide"]["items"] = {"type": "string", "enum": [kind.value for kind in HIDEABLE]}
    return described
