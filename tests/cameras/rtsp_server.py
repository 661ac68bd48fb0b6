"""A real RTSP server, GStreamer's, as a program of its own: the bindings are those of the system's Python.

Arguments: PORT FILE... [--login USER PASSWORD]. Each FILE is served as /0, /1 and so on, in a loop, at the pace that
is stored in it. It holds access units: for each, milliseconds to the next one and length (two big-endian numbers of 4
bytes), and H.264 in byte-stream format.

Commands on standard input change what is sent from then on, on all streams: `play N FILE` (for stream N), `garbage`
(the next access units are noise), `back SECONDS` (timestamps jump back), `quiet` and `talk` (nothing is sent in
between, while connections stay open). It prints `ready` when it accepts connections.
"""

import random
import struct
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

LAUNCH = (
    "( appsrc name=source is-live=true format=time do-timestamp=false block=false max-bytes=4000000 "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


def units(path):
    with open(path, "rb") as file:
        content = file.read()
    at, found = 0, []
    while at < len(content):
        pause, length = struct.unpack_from(">II", content, at)
        found.append((pause / 1000, content[at + 8 : at + 8 + length]))
        at += 8 + length
    return found


class Stream:
    def __init__(self, path):
        self.units = units(path)
        self.noise, self.back, self.quiet = 0, 0.0, False

    def configured(self, factory, media):
        source = media.get_element().get_by_name_recurse_up("source")
        threading.Thread(target=self.push, args=(source, media), daemon=True).start()

    def push(self, source, media):
        began, due, current, n = time.monotonic(), 0.0, self.units, 0
        while True:
            if self.units is not current:
                current, n = self.units, 0
            pause, unit = current[n % len(current)]
            n += 1
            if self.noise:
                self.noise -= 1
                unit = b"\0\0\0\1\x65" + random.Random(n).randbytes(2000)
            buffer = Gst.Buffer.new_wrapped(unit)
            buffer.pts = buffer.dts = max(0, int((due - self.back) * Gst.SECOND))
            if not self.quiet and source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
            due += pause
            time.sleep(max(0.0, began + due - time.monotonic()))


def main():
    Gst.init(None)
    arguments = sys.argv[1:]
    login = None
    if "--login" in arguments:
        at = arguments.index("--login")
        login, arguments = arguments[at + 1 : at + 3], arguments[:at]
    port, files = arguments[0], arguments[1:]
    server = GstRtspServer.RTSPServer(service=port, address="127.0.0.1")
    if login is not None:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_digest(login[0], login[1], token)
        server.set_auth(auth)
    streams = [Stream(path) for path in files]
    for number, stream in enumerate(streams):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(LAUNCH)
        factory.set_shared(True)
        if login is not None:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)
            factory.set_permissions(permissions)
        factory.connect("media-configure", stream.configured)
        server.get_mount_points().add_factory(f"/{number}", factory)
    server.attach(None)
    loop = GLib.MainLoop()

    def commands():
        print("ready", flush=True)
        for line in sys.stdin:
            what, *rest = line.split()
            if what == "play":
                streams[int(rest[0])].units = units(rest[1])
            for stream in streams:
                if what == "garbage":
                    stream.noise = 15
                elif what == "back":
                    stream.back = float(rest[0])
                elif what in ("quiet", "talk"):
                    stream.quiet = what == "quiet"
        loop.quit()

    threading.Thread(target=commands, daemon=True).start()
    loop.run()


if __name__ == "__main__":
    main()
