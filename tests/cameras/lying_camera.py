"""An RTSP camera that sends its viewers elsewhere."""

import socket
import threading

OTHER = "127.0.0.2"


class LyingCamera:
    """Answers as an RTSP server does, but redirects at `redirect_at`. `transport` is its answer to SETUP."""

    def __init__(self, redirect_at="", transport=""):
        self.redirect_at, self.transport, self.asked = redirect_at, transport, []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                while received := connection.recv(4096).decode():
                    connection.sendall(self._answer(received))

    def _answer(self, received):
        method, *_ = received.partition("\r\n")[0].split(" ")
        self.asked.append(method)
        head = [next(line for line in received.split("\r\n") if line.lower().startswith("cseq")), "Session: 7"]
        elsewhere = f"rtsp://{OTHER}:{self.port}/x"
        if method == self.redirect_at:
            return "\r\n".join(["RTSP/1.0 302 Found", *head, f"Location: {elsewhere}", "", ""]).encode()
        if method == "SETUP":
            interleaved = "RTP/AVP/TCP;unicast;interleaved=0-1"
            head.append(f"Transport: {self.transport or interleaved}")
        body = ""
        if method == "DESCRIBE":
            body = (
                "v=0\r\no=- 0 0 IN IP4 127.0.0.2\r\ns=x\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\n"
                f"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:{elsewhere}/track\r\n"
            )
            head += [f"Content-Base: {elsewhere}/", "Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        return "\r\n".join(["RTSP/1.0 200 OK", *head, "", body]).encode()

    def close(self):
        self._listening.close()
