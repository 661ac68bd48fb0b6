"""Opening a camera with FFmpeg: which way, with which limits, and what to say when it does not work.

Errors never hold the address as FFmpeg has it, since the password is in that. Sound is never asked for: over RTSP only
the picture is set up, and elsewhere every other stream is dropped before it is read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import av
from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from passerby.config.address import Address, Way
from passerby.core.errors import CameraLost

#: Seconds for a camera to answer, and seconds without a byte after which it counts as lost.
ANSWER, SILENCE = 8.0, 10.0
#: Most pixels of a picture: what a 2-core machine could not bear is refused before memory is taken for it.
MOST_PIXELS = 3840 * 2160 * 4

#: What may be spoken on each way. A stream must not lead to a file of this machine, nor a file to the network.
_PROTOCOLS = {
    Way.RTSP: "rtsp,rtp,udp,tcp,tls",
    Way.MJPEG: "http,https,tcp,tls",
    Way.HLS: "http,https,tcp,tls,crypto",
    Way.USB: "file",
    Way.FILE: "file",
}
_FORMATS = {Way.RTSP: "rtsp", Way.HLS: "hls", Way.USB: "v4l2"}
_ADVICE = "It is tried again until it answers."


class LoginRefused(CameraLost):
    """The camera answers, and does not take the login. Many lock out whoever tries a wrong one again and again."""


@dataclass(slots=True)
class Opened:
    """A camera that answers, and its picture. The container must be closed."""

    container: InputContainer
    stream: VideoStream


def open_camera(address: Address, *, udp: bool = False, frames_a_second: float | None = None) -> Opened:
    """Connect. Raises CameraLost when it does not answer within ANSWER seconds, or sends no picture."""
    # FFmpeg prints addresses, passwords included, into its log.
    av.logging.set_level(None)
    began = time.monotonic()
    try:
        container = av.open(
            f"file:{address.url}" if address.way is Way.FILE else address.url,
            "r",
            format=_FORMATS.get(address.way),
            options=_options(address, udp, frames_a_second),
            timeout=(ANSWER, SILENCE),
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        # What FFmpeg makes of being stopped depends on where it was.
        late = time.monotonic() - began >= ANSWER
        raise lost(address, TimeoutError() if late else error) from None
    try:
        return Opened(container, _picture(address, container))
    except BaseException:
        container.close()
        raise


def _options(address: Address, udp: bool, frames_a_second: float | None) -> dict[str, str]:
    options = {"protocol_whitelist": _PROTOCOLS[address.way], "max_pixels": str(MOST_PIXELS)}
    if address.way is Way.RTSP:
        options |= {
            "rtsp_transport": "udp" if udp else "tcp",
            "allowed_media_types": "video",
            "timeout": str(int(SILENCE * 1e6)),
            "max_delay": "500000" if udp else "0",
            "analyzeduration": "2000000",
        }
    if address.way in (Way.RTSP, Way.MJPEG):
        # How fast frames come is seen as they come: to wait for twenty of them would take two seconds.
        options["fpsprobesize"] = "0"
    if address.way is Way.MJPEG:
        # Cameras disagree with themselves about their boundaries.
        options |= {"strict_mime_boundary": "0", "rw_timeout": str(int(SILENCE * 1e6))}
    if address.way is Way.HLS:
        options |= {"live_start_index": "-2", "rw_timeout": str(int(SILENCE * 1e6)), "http_persistent": "1"}
    if address.way is Way.USB and frames_a_second is not None:
        options["framerate"] = str(max(5, round(frames_a_second)))
    return options


def _picture(address: Address, container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise CameraLost(f"{address} answers, but sends no picture. Check the path in its address.")
    stream = max(container.streams.video, key=lambda video: (video.width or 0) * (video.height or 0))
    for other in container.streams:
        other.discard = Discard.default if other.index == stream.index else Discard.all
    # Threads by frame would hold back a frame each, and several cameras have few processors to share.
    stream.thread_type = "SLICE"
    stream.thread_count = 1
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    return stream


def lost(address: Address, error: BaseException) -> CameraLost:
    """FFmpeg's error as one of ours, with what to look at; without its text, which may hold the address."""
    if isinstance(error, av.HTTPUnauthorizedError):
        return LoginRefused(f"{address} refuses the login. Check its user and password.")
    elif isinstance(error, av.HTTPForbiddenError):
        what, advice = "refuses access", "Check its user's rights, and how many viewers it allows."
    elif isinstance(error, av.HTTPNotFoundError):
        what, advice = "has no such stream", "Check the path in its address."
    elif isinstance(error, ConnectionRefusedError):
        what, advice = "refuses the connection", "Check that it is on, its address and its port."
    elif isinstance(error, FileNotFoundError):
        what, advice = "is not there", "Check the name, and that it is plugged in."
    elif isinstance(error, PermissionError):
        what, advice = "may not be opened", "Give the user of the service the right to: for USB cameras, group video."
    elif isinstance(error, (TimeoutError, av.ExitError)):
        what, advice = "does not answer", "Check that it is on and can be reached from this machine."
    elif isinstance(error, (EOFError, ConnectionError, BrokenPipeError)):
        what, advice = "ended the connection", _ADVICE
    elif isinstance(error, av.InvalidDataError):
        what, advice = "sends nothing that can be understood", "Check the path in its address."
    elif isinstance(error, OSError) and not isinstance(error, av.FFmpegError) and error.strerror:
        what, advice = f"cannot be reached ({error.strerror})", _ADVICE
    else:
        what, advice = f"cannot be read ({type(error).__name__})", _ADVICE
    return CameraLost(f"{address} {what}. {advice}")
