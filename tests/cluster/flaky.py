"""An S3 server that serves one object, with injected faults: errors, stalls and cut-off responses."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Flaky:
    """`faults` are consumed, one per request for bytes: `500` is an error, `cut` stops half-way, `slow` waits a
    second."""

    def __init__(self, content, faults=()):
        self.content, self.faults, self.requests = content, list(faults), 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_HEAD(self):
                self._answer(200, {"Content-Length": str(len(outer.content))})

            def do_GET(self):
                outer.requests += 1
                fault = outer.faults.pop(0) if outer.faults else None
                if fault == "500":
                    return self._answer(500, {"Content-Length": "0"})
                first, last = self.headers["Range"].removeprefix("bytes=").split("-")
                part = outer.content[int(first) : int(last) + 1]
                span = f"bytes {first}-{int(first) + len(part) - 1}/{len(outer.content)}"
                self._answer(206, {"Content-Length": str(len(part)), "Content-Range": span})
                if fault == "slow":
                    time.sleep(1)
                if fault == "cut":
                    self.wfile.write(part[: len(part) // 2])
                    self.close_connection = True
                    return None
                self.wfile.write(part)
                return None

            def do_PUT(self):
                outer.requests += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(500, {"Content-Length": "0"})

            def _answer(self, code, headers):
                self.send_response(code)
                for name, value in headers.items() | {
                    ("ETag", '"x"'),
                    ("Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT"),
                }:
                    self.send_header(name, value)
                self.end_headers()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
