"""Where sites send over HTTPS: one route for health, one for counts, and the answer says which messages are stored.

It has a port of its own, to which only clients with a certificate of the fleet's authority can connect, and it shares
nothing with the pages. There is nothing to read here.
"""

from __future__ import annotations

from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from passerby.documents.fleet_messages import (
    MAX_BATCH,
    MAX_REQUEST_BYTES,
    Acknowledgement,
    CountsMessage,
    HealthMessage,
    is_media,
)
from passerby.fleet.receiver import Received
from passerby.server.client_certificate import CLIENT, ClientCertificate

#: Seconds for the messages of a request to be stored.
STORE_TIMEOUT_S = 20.0
#: Seconds after which a client that was refused for want of capacity may try again.
RETRY_AFTER_S = 30


class MessageIntake(Protocol):
    """Takes messages, as IntakeQueue does."""

    def accepts(self, site: str, certificate: str) -> bool: ...

    def take(self, messages: list[Received], timeout_s: float) -> Acknowledgement | None: ...


def ingest_app(intake: MessageIntake) -> Starlette:
    """The application."""

    def route_of(kind: str) -> Route:
        async def receive(request: Request) -> Response:
            return await _receive(request, intake, kind)

        return Route(f"/{kind}", receive, methods=["POST"])

    return Starlette(routes=[route_of(kind) for kind in (HealthMessage.kind, CountsMessage.kind)])


async def _receive(request: Request, intake: MessageIntake, kind: str) -> Response:
    client = request.scope.get("state", {}).get(CLIENT)
    if not isinstance(client, ClientCertificate):
        return _refusal(403, "Connect with the certificate of a site.")
    if not await run_in_threadpool(intake.accepts, client.name, client.sha256):
        return _refusal(403, "This certificate is not valid any more. Ask for new credentials of this site.")
    body = await _body(request)
    if body is None:
        return _refusal(413, f"A request has at most {MAX_REQUEST_BYTES} bytes.")
    lines = [body] if is_media(body) else [line for line in body.split(b"\n") if line.strip()]
    if len(lines) > MAX_BATCH:
        return _refusal(413, f"A request has at most {MAX_BATCH} messages, one a line.")
    messages = [Received(client.name, kind, line) for line in lines]
    answer = await run_in_threadpool(intake.take, messages, STORE_TIMEOUT_S) if messages else Acknowledgement()
    if answer is None:
        return _refusal(503, "The fleet cannot store messages at the moment.", {"retry-after": str(RETRY_AFTER_S)})
    return Response(answer.to_json(), media_type="application/json")


async def _body(request: Request) -> bytes | None:
    """None where it is too large; no more of it is read then."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > MAX_REQUEST_BYTES:
            return None
    return bytes(found)


def _refusal(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"detail": detail}, status, headers)
