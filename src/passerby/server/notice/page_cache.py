"""The public page, cached: many requests must not cost many reads of the store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from passerby.config.notice import Language
from passerby.config.site import Site
from passerby.core.clock import Clock, Moment
from passerby.core.errors import PasserbyError
from passerby.documents.status import SiteStatus
from passerby.notice.page import render_page
from passerby.notice.site_facts import StoreFacts, read_store_facts, require_notice, site_facts
from passerby.notice.view_outline import ViewOutline, view_outline
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.recordings.index import Recordings

#: Path of the public page; every language has its own below it.
PATH = "/notice"
#: Seconds after which the store is read again, and after which the outlines of views are drawn again.
STORE_MAX_AGE_S, OUTLINE_MAX_AGE_S = 60.0, 86_400.0
#: Seconds after which drawing is retried while an outline is missing.
OUTLINE_RETRY_S = OUTLINE_MAX_AGE_S / 24
_log = logging.getLogger(__name__)


class NoticePage:
    """The public page of a site. Thread-safe."""

    def __init__(
        self,
        site: Site,
        status: Callable[[], SiteStatus],
        clock: Clock,
        read_store: Callable[[Recordings, Moment], StoreFacts] = read_store_facts,
    ) -> None:
        """Raises UsageError when the site has no notice settings."""
        require_notice(site)
        self.site, self._status, self._clock, self._read_store_facts = site, status, clock, read_store
        self._lock = threading.Lock()
        self._store: tuple[float, StoreFacts | None] | None = None
        self._outlines: dict[str, ViewOutline | None] = {}
        self._drawn_at = float("-inf")
        self._drawing_thread: threading.Thread | None = None

    def page(self, language: Language) -> str:
        """The page in a language, as HTML."""
        now = self._clock.now()
        with self._lock:
            if self._store is None or now.monotonic - self._store[0] >= STORE_MAX_AGE_S:
                self._store = (now.monotonic, self._read_store())
            self._refresh_outlines(now.monotonic)
            store, outlines = self._store[1], dict(self._outlines)
        first = self.site.notice.languages[0] if self.site.notice is not None else language
        return render_page(
            site_facts(self.site, now, store, self._status(), outlines),
            language,
            lambda other: PATH if other is first else f"{PATH}/{other.value}",
        )

    def wait_for_outlines(self, timeout: float) -> None:
        """Wait for the outlines that are being drawn, for tests and shutdown."""
        if self._drawing_thread is not None:
            self._drawing_thread.join(timeout)

    def _read_store(self) -> StoreFacts | None:
        try:
            with Recordings.open(Path(self.site.data)) as recordings:
                return self._read_store_facts(recordings, self._clock.now())
        except (PasserbyError, OSError) as error:
            _log.warning("The public page is served without the facts from the store: %s", error)
            return None

    def _refresh_outlines(self, now: float) -> None:
        """Draw outlines in a thread, since this decodes pictures; the page is served without them until then."""
        busy = self._drawing_thread is not None and self._drawing_thread.is_alive()
        missing = any(self._outlines.get(camera) is None for camera in self.site.cameras)
        if busy or now - self._drawn_at < (OUTLINE_RETRY_S if missing else OUTLINE_MAX_AGE_S):
            return
        self._drawn_at = now
        self._drawing_thread = threading.Thread(target=self._draw_outlines, name="passerby-outlines", daemon=True)
        self._drawing_thread.start()

    def _draw_outlines(self) -> None:
        try:
            with Recordings.open(Path(self.site.data)) as recordings:
                counts = CountStore(recordings.database, self.site.topic)
                for camera in self.site.cameras:
                    outline = view_outline(recordings, counts, camera, self._clock.now().wall)
                    if outline is not None:  # otherwise keep the previous one: the view is still the same
                        self._outlines[camera] = outline
        except (PasserbyError, OSError) as error:
            _log.warning("The public page is served without outlines: %s", error)
