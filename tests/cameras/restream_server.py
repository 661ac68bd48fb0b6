"""An RTSP server that a masked stream is published to, and that hands it on: what a site runs for its recorders."""

import subprocess
from pathlib import Path

from passerby.config.address import parse_address
from tests.cameras.servers import SYSTEM_PYTHON, free_port

PROGRAM = Path(__file__).with_name("restream_program.py")


class RestreamServer:
    """Who logs in as `passerby` may publish to /in/gate and watch /gate."""

    password = "s3cret"

    def __init__(self, port=None):
        self.port = port or free_port()
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(PROGRAM), str(self.port), "passerby", self.password],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert "ready\n" == self._process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def url(self, path, login=False):
        who = f"passerby:{self.password}@" if login else ""
        return f"rtsp://{who}127.0.0.1:{self.port}{path}"

    def address(self, path="/in/gate", password=None):
        return parse_address(self.url(path), "passerby", password or self.password)

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
