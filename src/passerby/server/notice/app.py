"""The public page, over HTTP: for everybody, without a login, and beside everything else that is served.

It stands outside the guard of the other pages on purpose. There is nothing in it that is not for everybody, and other
sites may lead to it; so it takes no cookie, sets none, and answers whatever name it is asked by.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from passerby.config.notice import Language
from passerby.config.site import Site
from passerby.core.clock import Clock, SystemClock
from passerby.core.errors import PasserbyError
from passerby.documents.status import SiteStatus
from passerby.notice.html import POLICY
from passerby.notice.page import page
from passerby.notice.site_facts import Stored, facts, noticed, stored
from passerby.notice.view_outline import Outline, outline
from passerby.store.counts.events_and_counts import Counts
from passerby.store.recordings.index import Recordings

PATH = "/notice"
#: Seconds for which what the store says is not asked anew, and after which the outlines of views are drawn anew.
STORE, OUTLINES = 60.0, 86_400.0
HEADERS = {
    "content-security-policy": f"{POLICY}; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "public, max-age=30",
}
_log = logging.getLogger(__name__)


class Told:
    """What the page tells, kept for a while: whoever asks a thousand times a second costs no thousand looks."""

    def __init__(self, site: Site, status: Callable[[], SiteStatus], clock: Clock) -> None:
        """Raises UsageError when the site says nothing of itself."""
        noticed(site)
        self.site, self._status, self._clock = site, status, clock
        self._lock = threading.Lock()
        self._stored: tuple[float, Stored | None] | None = None
        self._outlines: dict[str, Outline | None] = {}
        self._drawn = float("-inf")
        self._drawing: threading.Thread | None = None

    def page(self, language: Language) -> str:
        now = self._clock.now()
        with self._lock:
            if self._stored is None or now.monotonic - self._stored[0] >= STORE:
                self._stored = (now.monotonic, self._look())
            self._draw(now.monotonic)
            store, outlines = self._stored[1], dict(self._outlines)
        first = self.site.notice.languages[0] if self.site.notice is not None else language
        return page(
            facts(self.site, now, store, self._status(), outlines),
            language,
            lambda other: PATH if other is first else f"{PATH}/{other.value}",
        )

    def drawn(self, seconds: float) -> None:
        """Wait for the outlines that are being drawn, for tests and the end."""
        if self._drawing is not None:
            self._drawing.join(seconds)

    def _look(self) -> Stored | None:
        try:
            with Recordings.open(Path(self.site.data)) as recordings:
                return stored(recordings, self._clock.now())
        except (PasserbyError, OSError) as error:
            _log.warning("The public page goes without what is recorded: %s", error)
            return None

    def _draw(self, now: float) -> None:
        """In a thread, since pictures are decoded for it; the page goes without until it is done."""
        busy = self._drawing is not None and self._drawing.is_alive()
        missing = any(self._outlines.get(camera) is None for camera in self.site.cameras)
        if busy or now - self._drawn < (OUTLINES / 24 if missing else OUTLINES):
            return
        self._drawn = now
        self._drawing = threading.Thread(target=self._outline, name="passerby-outlines", daemon=True)
        self._drawing.start()

    def _outline(self) -> None:
        try:
            with Recordings.open(Path(self.site.data)) as recordings:
                counts = Counts(recordings.database, self.site.topic)
                for camera in self.site.cameras:
                    made = outline(recordings, counts, camera, self._clock.now().wall)
                    if made is not None:  # the last one stays: the view is still the same
                        self._outlines[camera] = made
        except (PasserbyError, OSError) as error:
            _log.warning("The public page goes without outlines: %s", error)


def notice_app(told: Told) -> Starlette:
    """`/notice` in the first language of the site, `/notice/LANGUAGE` in each."""

    def answer(request: Request) -> Response:
        languages = told.site.notice.languages if told.site.notice is not None else ()
        wanted = request.path_params.get("language", languages[0])
        if wanted not in languages:
            raise HTTPException(404)
        return HTMLResponse(told.page(Language(wanted)), headers=HEADERS)

    def failed(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return PlainTextResponse("There is no such page.\n", status, HEADERS)

    routes = [Route(PATH, answer), Route(f"{PATH}/{{language}}", answer)]
    return Starlette(routes=routes, exception_handlers={HTTPException: failed})


def beside(
    app: ASGIApp, site: Site, status: Callable[[], SiteStatus], clock: Clock | None = None, told: Told | None = None
) -> ASGIApp:
    """`app`, with the public page beside it where the site has one; `app` as it is where it has none."""
    if site.notice is None:
        return app
    public = notice_app(told or Told(site, status, clock or SystemClock()))

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        ours = scope["type"] == "http" and (path == PATH or path.startswith(f"{PATH}/"))
        await (public if ours else app)(scope, receive, send)

    return both
