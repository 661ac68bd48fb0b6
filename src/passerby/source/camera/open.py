"""Opening a camera with FFmpeg: protocol, limits, and error messages.

Errors never contain the URL passed to FFmpeg, since it includes the password. Audio is never requested: over RTSP only
the video stream is set up, and elsewhere every other stream is discarded by the demuxer.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

import av
from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from passerby.config.address import CameraAddress, CameraProtocol
from passerby.core.errors import CameraLost
from passerby.source.camera.hls import HlsFiles, LoginRefused
from passerby.source.camera.rtsp_relay import RtspRelay

#: Seconds for a camera to answer, and seconds without data after which the connection counts as lost.
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 8.0, 10.0
#: Largest picture in pixels (four times 4K): more is beyond a 2-core machine, and refused before memory is allocated.
MAX_PIXELS = 3840 * 2160 * 4
#: Streams that a camera may announce: each costs memory before it is probed.
MAX_STREAMS = 20

#: FFmpeg protocols allowed for each source. A stream must not reference local files, nor a file the network.
_PROTOCOLS = {
    CameraProtocol.RTSP: "rtsp,rtp,udp,tcp,tls",
    CameraProtocol.MJPEG: "http,https,tcp,tls",
    CameraProtocol.HLS: "http,https",  # opened by HlsFiles
    CameraProtocol.USB: "file",
    CameraProtocol.FILE: "file",
}
_FORMATS = {CameraProtocol.RTSP: "rtsp", CameraProtocol.HLS: "hls", CameraProtocol.USB: "v4l2"}
#: FFmpeg's demuxers allowed for each source. Left to itself it takes whatever the data looks like: a list of other
#: files to open (concat, hls), text drawn as a picture (tty), formats in which a few bytes claim a picture of any size.
_DEMUXERS = {
    CameraProtocol.RTSP: "rtsp",
    CameraProtocol.MJPEG: "mpjpeg,mjpeg,jpeg_pipe",
    CameraProtocol.HLS: "hls,mpegts,mov,mp4,m4a,3gp,3g2,mj2",
    CameraProtocol.USB: "v4l2,video4linux2",
    CameraProtocol.FILE: "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,mjpeg,h264,hevc",
}
_RETRY_ADVICE = "Reconnecting until it answers."


@dataclass(slots=True)
class OpenCamera:
    """An open connection and its video stream. It must be closed."""

    container: InputContainer
    stream: VideoStream
    relay: RtspRelay | None = None

    def close(self) -> None:
        self.container.close()
        if self.relay is not None:
            self.relay.close()


def open_camera(
    address: CameraAddress,
    *,
    udp: bool = False,
    max_fps: float | None = None,
    listener: socket.socket | None = None,
) -> OpenCamera:
    """Connect. `listener` is that of the RtspRelay. Raises CameraLost when the camera does not answer within
    CONNECT_TIMEOUT_S seconds, or sends no video."""
    # FFmpeg logs URLs with their passwords.
    av.logging.set_level(None)
    started, relay, url = time.monotonic(), None, address.url
    try:
        if address.protocol is CameraProtocol.RTSP:
            relay = RtspRelay(address, CONNECT_TIMEOUT_S, listener)
            url = relay.url
        try:
            container = _open_container(address, url, _FORMATS.get(address.protocol), udp, max_fps)
        except av.InvalidDataError as invalid:
            if address.protocol is not CameraProtocol.MJPEG:
                raise
            # Cameras of a common kind send no boundary before the first picture, which FFmpeg's reader of multipart
            # data takes for an error. The pictures are found by their own beginning and end as well.
            try:
                container = _open_container(address, url, "mjpeg", udp, max_fps)
            except (av.FFmpegError, OSError):
                raise invalid from None
            if not any(stream.width for stream in container.streams.video):
                container.close()
                raise
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        # Which error FFmpeg raises on a timeout depends on where it was.
        late = time.monotonic() - started >= CONNECT_TIMEOUT_S
        if relay is not None:
            relay.close()
        refused = relay.problem if relay is not None else None
        raise refused or camera_error(address, TimeoutError() if late else error) from None
    try:
        return OpenCamera(container, _select_stream(address, container), relay)
    except BaseException:
        container.close()
        if relay is not None:
            relay.close()
        raise


def _open_container(
    address: CameraAddress, url: str, demuxer: str | None, udp: bool, max_fps: float | None
) -> InputContainer:
    return av.open(
        f"file:{address.url}" if address.protocol is CameraProtocol.FILE else url,
        "r",
        format=demuxer,
        options=_options(address, udp, max_fps),
        timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
        metadata_errors="replace",
        io_open=HlsFiles(address, CONNECT_TIMEOUT_S) if address.protocol is CameraProtocol.HLS else None,
    )


def _options(address: CameraAddress, udp: bool, max_fps: float | None) -> dict[str, str]:
    options = {
        "protocol_whitelist": _PROTOCOLS[address.protocol],
        "format_whitelist": _DEMUXERS[address.protocol],
        "max_streams": str(MAX_STREAMS),
        "max_pixels": str(MAX_PIXELS),
    }
    if address.protocol is CameraProtocol.RTSP:
        options |= {
            "rtsp_transport": "udp" if udp else "tcp",
            "allowed_media_types": "video",
            "timeout": str(int(READ_TIMEOUT_S * 1e6)),
            "max_delay": "500000" if udp else "0",
            "analyzeduration": "2000000",
        }
    if address.protocol in (CameraProtocol.RTSP, CameraProtocol.MJPEG):
        # The frame rate is measured while capturing: probing twenty frames would take two seconds.
        options["fpsprobesize"] = "0"
    if address.protocol is CameraProtocol.MJPEG:
        # Some cameras send other boundaries than they announce.
        options |= {"strict_mime_boundary": "0", "rw_timeout": str(int(READ_TIMEOUT_S * 1e6))}
        options["max_redirects"] = "0"  # to any host, services of this machine included
    if address.protocol is CameraProtocol.HLS:
        options |= {"live_start_index": "-2", "http_persistent": "0", "http_multiple": "0"}
    if address.protocol is CameraProtocol.USB and max_fps is not None:
        options["framerate"] = str(max(5, round(max_fps)))
    return options


def _select_stream(address: CameraAddress, container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise CameraLost(f"{address} answers, but sends no video. Check the path in its address.")
    stream = max(container.streams.video, key=lambda video: (video.width or 0) * (video.height or 0))
    for other in container.streams:
        other.discard = Discard.default if other.index == stream.index else Discard.all
    # Frame threads would delay one frame each, and several cameras share few cores.
    stream.thread_type = "SLICE"
    stream.thread_count = 1
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return stream


def camera_error(address: CameraAddress, error: BaseException) -> CameraLost:
    """FFmpeg's error as a CameraLost that says what to check; without FFmpeg's text, which may contain the URL."""
    if isinstance(error, av.HTTPUnauthorizedError):
        return LoginRefused(f"{address} rejects the credentials. Check the user name and password.")
    elif isinstance(error, av.HTTPForbiddenError):
        problem, advice = "denies access", "Check the permissions of its user, and how many viewers it allows."
    elif isinstance(error, av.HTTPNotFoundError):
        problem, advice = "has no such stream", "Check the path in its address."
    elif isinstance(error, ConnectionRefusedError):
        problem, advice = "refuses the connection", "Check that it is powered on, its address and its port."
    elif isinstance(error, FileNotFoundError):
        problem, advice = "does not exist", "Check the name, and that it is plugged in."
    elif isinstance(error, PermissionError):
        problem, advice = (
            "cannot be opened (permission denied)",
            "Give the service's user access: for USB cameras, add it to the group video.",
        )
    elif isinstance(error, (TimeoutError, av.ExitError)):
        problem, advice = "does not answer", "Check that it is powered on and reachable from this machine."
    elif isinstance(error, (EOFError, ConnectionError, BrokenPipeError)):
        problem, advice = "closed the connection", _RETRY_ADVICE
    elif isinstance(error, av.InvalidDataError) and address.protocol is CameraProtocol.MJPEG:
        problem, advice = (
            "answers, but not with JPEG pictures one after the other",
            "Open the address in a browser: it must show moving pictures alone, not a page with them.",
        )
    elif isinstance(error, av.InvalidDataError):
        problem, advice = "sends data in no known format", "Check the path in its address."
    elif isinstance(error, OSError) and not isinstance(error, av.FFmpegError) and error.strerror:
        problem, advice = f"cannot be reached ({error.strerror})", _RETRY_ADVICE
    else:
        problem, advice = f"cannot be read ({type(error).__name__})", _RETRY_ADVICE
    return CameraLost(f"{address} {problem}. {advice}")
