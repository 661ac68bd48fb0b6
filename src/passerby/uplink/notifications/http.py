"""What ntfy, webhooks and push services share: a request that goes where it was sent, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2

from passerby.uplink.notifications.send_error import SendError, SendProblem

#: Seconds for one request.
TIMEOUT_S = 20.0
#: Answers after which a subscription or an address is gone for good.
GONE = (404, 410)


def post(url: str, body: bytes, headers: Mapping[str, str], *, gone_is_permanent: bool = False) -> None:
    """Post, without following redirects, and not through a proxy of the environment. Raises SendError."""
    try:
        with (
            httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, content=body, headers=dict(headers)) as response,
        ):
            status = response.status_code  # the rest stays unread: it could be as long as the receiver likes
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        # Neither the address nor what the library says of it: it may hold a secret.
        raise SendError(SendProblem.UNREACHABLE, type(error).__name__) from error
    if 200 <= status < 300:
        return
    if status in (401, 403):
        raise SendError(SendProblem.LOGIN_REFUSED, f"HTTP {status}")
    if gone_is_permanent and status in GONE:
        raise SendError(SendProblem.GONE, f"HTTP {status}", permanent=True)
    raise SendError(SendProblem.REFUSED, f"HTTP {status}", permanent=status == 413)
