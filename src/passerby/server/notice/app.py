"""The public page over HTTP: without a login, and mounted beside the other pages.

It is deliberately outside the request guard of the other pages. Everything on it is public and other sites may link to
it, so it reads and sets no cookies and accepts any Host header.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from passerby.config.notice import Language
from passerby.config.site import Site
from passerby.core.clock import Clock, SystemClock
from passerby.documents.status import SiteStatus
from passerby.notice.html import CONTENT_SECURITY_POLICY
from passerby.server.notice.page_cache import PATH, NoticePage

HEADERS = {
    "content-security-policy": f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "public, max-age=30",
}


def notice_app(page: NoticePage) -> Starlette:
    """Serves `/notice` in the first language of the site, and `/notice/LANGUAGE` in each."""

    def show_page(request: Request) -> Response:
        languages = page.site.notice.languages if page.site.notice is not None else ()
        language = request.path_params.get("language", languages[0])
        if language not in languages:
            raise HTTPException(404)
        return HTMLResponse(page.page(Language(language)), headers=HEADERS)

    def handle_error(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return PlainTextResponse("Page not found.\n", status, HEADERS)

    routes = [Route(PATH, show_page), Route(f"{PATH}/{{language}}", show_page)]
    return Starlette(routes=routes, exception_handlers={HTTPException: handle_error})


def with_notice(
    app: ASGIApp,
    site: Site,
    status: Callable[[], SiteStatus],
    clock: Clock | None = None,
    page: NoticePage | None = None,
) -> ASGIApp:
    """`app` with the public page mounted beside it; `app` itself when the site has no notice settings."""
    if site.notice is None:
        return app
    public = notice_app(page or NoticePage(site, status, clock or SystemClock()))

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_notice = scope["type"] == "http" and (path == PATH or path.startswith(f"{PATH}/"))
        await (public if is_notice else app)(scope, receive, send)

    return dispatch
