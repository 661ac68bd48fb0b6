"""What the routes of the job service work with, and which key a request has."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from passerby.server.connection_limits import address_group
from passerby.server.rate_limit import RateExceeded, RateLimit
from passerby.server.service.problems import Problem
from passerby.service.folders import ServiceFolders
from passerby.service.job_queue import JobQueue
from passerby.service.keys import ApiKey, Keys, KeyScope
from passerby.service.progress import JobStages

#: Requests without a valid key from one address, a minute: a key cannot be guessed, but each guess reads the database.
MAX_UNKNOWN_A_MINUTE = 120
#: Bytes that stay free on the disk of the service, at least: results need room too.
MIN_FREE_BYTES = 1 << 30
_bearer = HTTPBearer(auto_error=False, description="A key of `passerby serve keys add`", scheme_name="key")


@dataclass(slots=True)
class ServiceState:
    """One service. `interrupt` ends a running job; `max_upload_bytes` of one file."""

    queue: JobQueue
    keys: Keys
    folders: ServiceFolders
    stages: JobStages
    interrupt: Callable[[str], None]
    max_upload_bytes: int
    clock: Callable[[], float] = time.time
    min_free_bytes: int = MIN_FREE_BYTES
    monotonic: Callable[[], float] = time.monotonic
    _limits: dict[str, RateLimit] = field(default_factory=dict)
    _unknown: RateLimit = field(init=False)

    def __post_init__(self) -> None:
        self._unknown = RateLimit("requests without a valid key", MAX_UNKNOWN_A_MINUTE, 60.0, self.monotonic)

    def key_of(self, token: str | None, address: str) -> ApiKey:
        """The key with this token. Raises Problem for none, and for one that asks too often."""
        key = None if token is None else self.keys.find(token)
        try:
            if key is None:
                self._unknown.take(address_group(address))
                raise Problem(
                    "unauthorised",
                    "Send a valid key, as `Authorization: Bearer KEY`. `passerby serve keys add NAME` makes one.",
                    {"www-authenticate": "Bearer"},
                )
            limit = self._limits.get(key.id)
            if limit is None:
                count = key.settings.requests_a_minute
                limit = self._limits.setdefault(key.id, RateLimit("requests", count, 60.0, self.monotonic))
            limit.take(key.id)
        except RateExceeded as error:
            raise Problem("too-many-requests", str(error), error.headers) from error
        return key


async def service_state(request: Request) -> ServiceState:
    """Set by service_app."""
    state: ServiceState = request.app.state.service
    return state


State = Annotated[ServiceState, Depends(service_state)]


def valid_key(
    request: Request,
    state: State,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> ApiKey:
    """Whose request it is. Raises Problem."""
    address = request.client.host if request.client is not None else ""
    key = state.key_of(None if credentials is None else credentials.credentials, address)
    # A parameter that is misspelt would change nothing, and nobody would notice.
    known = {parameter.alias for parameter in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        allowed = ", ".join(sorted(known)) or "none"
        raise Problem("invalid-request", f"There is no parameter {unknown[0][:60]!r} here; there are: {allowed}.")
    return key


def key_with(scope: KeyScope) -> Callable[[ApiKey], ApiKey]:
    """A dependency: the key, which must have this scope."""

    def check(key: Annotated[ApiKey, Depends(valid_key)]) -> ApiKey:
        if not key.has(scope):
            raise Problem("forbidden", f"This key lacks the scope `{scope}`. Ask whoever runs the service for one.")
        return key

    return check


SubmittingKey = Annotated[ApiKey, Depends(key_with(KeyScope.SUBMIT))]
ReadingKey = Annotated[ApiKey, Depends(key_with(KeyScope.READ))]
CancellingKey = Annotated[ApiKey, Depends(key_with(KeyScope.CANCEL))]
