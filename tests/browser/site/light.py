"""A site whose pages are served and whose cameras are not: for pages that need no pictures. Much lighter."""

import contextlib
from dataclasses import dataclass

from passerby.server.serve import BackgroundServer, listen
from passerby.server.site.app import site_app
from tests.server.site.fixtures import TOKEN, Served, serving


@dataclass
class LightSite:
    """`served` is what the pages speak to."""

    served: Served
    top: str

    def enter(self, page, purpose="a test of the pages"):
        """As whoever started the program: an administrator."""
        page.set_default_timeout(60_000)
        page.goto(f"{self.top}/?token={TOKEN}")
        page.fill("#purpose", purpose)
        page.keyboard.press("Enter")
        page.wait_for_selector(".frame h1")
        return page


@contextlib.contextmanager
def light_site(site_data, folder, **how):
    """`how` goes to `serving`."""
    with serving(site_data, folder, **how) as served, listen("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        app = site_app(served.context, served.authenticator, host, port)
        with BackgroundServer(app, listener):
            yield LightSite(served, f"http://{host}:{port}")
