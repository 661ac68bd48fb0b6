"""A service in a process of its own, and a client of it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from passerby.service.database import ServiceDatabase
from passerby.service.keys import Keys, KeySettings

ROOT = Path(__file__).parents[2]


def make_key(folder, name="test", **settings):
    with ServiceDatabase(folder) as database:
        return Keys(database).add(name, KeySettings(**settings))


class RunningService:
    """`passerby serve` as a program, which can be killed."""

    def __init__(self, folder, *options, environment=None):
        self.folder, self.options = folder, [str(option) for option in options]
        self.environment = {**os.environ, **(environment or {})}
        self.process, self.address = None, None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "passerby", "serve", "--data", str(self.folder), "--port", "0", *self.options],
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=self.environment,
        )
        said = []
        for line in self.process.stderr:
            said.append(line)
            found = re.search(r"answers at (\S+)", line)
            if found:
                self.address = found[1]
                return self
        raise AssertionError("".join(said))

    def kill(self):
        self.process.kill()
        self._wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self._wait()

    def _wait(self):
        code = self.process.wait(60)
        self.process.stderr.close()
        return code


def ask(service, token, method, path, content=None, **headers):
    """(status, body) of a request; the body as JSON where it is that."""
    headers = {"authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if isinstance(content, dict):
        content, headers["content-type"] = json.dumps(content).encode(), "application/json"
    request = urllib.request.Request(f"{service.address}/v1{path}", content, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, body, kind = answer.status, answer.read(), answer.headers["content-type"] or ""
    except urllib.error.HTTPError as error:
        with error:
            status, body, kind = error.code, error.read(), error.headers["content-type"] or ""
    return status, json.loads(body) if "json" in kind else body


def wait_for(service, token, job, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        _, found = ask(service, token, "GET", f"/jobs/{job}")
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.2)
    raise AssertionError(found)
