"""A real RTSP server that takes a stream and hands it on, GStreamer's, as a program of its own: the bindings are those
of the system's Python.

Arguments: PORT USER PASSWORD. Who logs in may publish H.264 to /in/gate, and watch it at /gate. It prints `ready` when
it accepts connections.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

CAPS = "video/x-h264,stream-format=byte-stream,alignment=au"
IN = (
    f"( rtph264depay name=depay0 ! h264parse config-interval=-1 ! {CAPS} ! "
    "appsink name=sink emit-signals=true sync=false )"
)
OUT = (
    "( appsrc name=source is-live=true format=time do-timestamp=true block=false max-bytes=4000000 "
    f"caps={CAPS} ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


class Relay:
    def __init__(self):
        self.sources = []

    def published(self, factory, media):
        media.get_element().get_by_name_recurse_up("sink").connect("new-sample", self.pass_on)

    def watched(self, factory, media):
        self.sources.append(media.get_element().get_by_name_recurse_up("source"))

    def pass_on(self, sink):
        buffer = sink.emit("pull-sample").get_buffer()
        for source in list(self.sources):
            again = Gst.Buffer.new_wrapped(buffer.extract_dup(0, buffer.get_size()))
            if source.emit("push-buffer", again) != Gst.FlowReturn.OK:
                self.sources.remove(source)
        return Gst.FlowReturn.OK


def factory_of(launch, mode, configured):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch)
    factory.set_shared(True)
    factory.set_transport_mode(mode)
    permissions = GstRtspServer.RTSPPermissions()
    for what in ("access", "construct"):
        permissions.add_permission_for_role("known", f"media.factory.{what}", True)
    factory.set_permissions(permissions)
    factory.connect("media-configure", configured)
    return factory


def main():
    Gst.init(None)
    port, user, password = sys.argv[1:4]
    server = GstRtspServer.RTSPServer(service=port, address="127.0.0.1")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "known")
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    server.get_thread_pool().set_max_threads(8)  # who watches must not hold up who publishes
    relay, mounts = Relay(), server.get_mount_points()
    mode = GstRtspServer.RTSPTransportMode
    mounts.add_factory("/in/gate", factory_of(IN, mode.RECORD, relay.published))
    mounts.add_factory("/gate", factory_of(OUT, mode.PLAY, relay.watched))
    server.attach(None)
    loop = GLib.MainLoop()

    def wait():
        print("ready", flush=True)
        sys.stdin.read()
        loop.quit()

    threading.Thread(target=wait, daemon=True).start()
    loop.run()


if __name__ == "__main__":
    main()
