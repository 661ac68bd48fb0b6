"""The main program of the process of the pages. It is started by `passerby watch` (`server/pages/process.py`)."""

from __future__ import annotations

import logging
import os
import socket
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from passerby.cli.common.site_server import PageSockets, serve_pages
from passerby.cli.common.terminal import echo
from passerby.core.errors import PasserbyError
from passerby.core.process_limits import disable_core_dumps, limit_memory
from passerby.server.connection_limits import raise_descriptor_limit
from passerby.server.limited_log import limit_logger
from passerby.server.pages.link import PagesLink

COMMAND = (sys.executable, "-m", "passerby.cli.common.pages_main")
#: The cameras are served first: however busy the pages are kept, what is recorded does not wait for them.
NICENESS = 5
#: Memory of the pages, bytes: a camera that an administrator checks is read here, with all models, and may lie about
#: what it sends. The cameras that are recorded must not run out of memory for it.
MAX_MEMORY = 4 << 30


def main() -> None:
    """Entry point of `python -m passerby.cli.common.pages_main PIPE`."""
    disable_core_dumps()
    limit_memory(MAX_MEMORY)
    raise_descriptor_limit()
    limit_logger(logging.getLogger())
    with suppress(OSError):
        os.nice(NICENESS)
    run_pages(Connection(int(sys.argv[1])))


def run_pages(connection: Connection) -> None:
    """Serve the pages until the other end of the pipe is closed."""
    link = PagesLink(connection)
    spec = link.spec
    public = None if spec.public_fd is None else socket.socket(fileno=spec.public_fd)
    sockets = PageSockets(socket.socket(fileno=spec.local_fd), public)
    try:
        with serve_pages(
            spec.config,
            link.site,
            link.status,
            link.buffers,
            spec.token,
            link.apply,
            _log,
            sockets,
            link.restart_camera,
        ):
            link.ready()
            link.run()
    except PasserbyError as error:
        link.failed(str(error))
        raise SystemExit(error.exit_code) from None


def _log(line: str) -> None:
    echo(line, err=True)


if __name__ == "__main__":
    main()
