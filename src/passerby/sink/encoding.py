"""Which encoder writes the output, and how well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from passerby.base.errors import UsageError
from passerby.base.media import VideoInfo
from passerby.base.settings import Codec, Settings


@dataclass(frozen=True, slots=True)
class Encoding:
    """How frames are encoded.

    `encoder` is FFmpeg's name, `pixel_format` what it is fed, `tag` the codec's four letters in MP4.
    """

    encoder: str
    pixel_format: str
    options: Mapping[str, str] = field(hash=False)
    tag: str


#: x264's "ultrafast", with those of its savings taken back that cost more bits than time.
#: Measured with these and crf 25 on the first 300 frames of 33 clips (H.264, 0.2 to 12 Mbit/s, 768x432 to 2560x1920),
#: on 2 cores that others used as well: 2.0 to 4.0 times as fast as "veryfast -crf 23" (44 to 69 frames a second at
#: 1080p), 0.57 to 1.16 times its size, 0.56 to 1.00 times the source's; luma PSNR against the source 41.5 to 47.6 dB,
#: 38.1 in the worst frame. crf 24 was too large on one clip (1.35 times "veryfast"). On 6 of the clips, with crf 25:
#: plain "ultrafast" came out 1.1 to 1.5 times as large as "veryfast" and 1.9 to 4.7 dB below it; "superfast" was no
#: better than these options and took longer. x265 on 2 clips: "superfast" is 0.3 to 1 dB better than "ultrafast" for 15
#: to 40 % more time, "veryfast" takes about twice as long again.
_X264 = "cabac=1:no-deblock=0:8x8dct=1:bframes=3:b-adapt=0:weightb=1:subme=1:partitions=i4x4"

#: What one codec needs in bits for about the picture of another. Encoders here run at fast presets, so H.264 from a
#: better codec is given more room, and a better codec than the source's no less room than the source had.
_EFFICIENCY = {"h264": 1.0, "hevc": 0.7, "vp9": 0.7, "av1": 0.55}

#: Share of the source's bit rate that may be used, over any second or so. Less than that is used where the constant
#: quality needs less.
_HEADROOM = 1.1


def choose_encoding(video: VideoInfo, settings: Settings, container: str) -> Encoding:
    """The encoding for one track: H.264, or HEVC for more than 8 bits a sample, unless the settings say otherwise.

    The picture comes out as 4:2:0 with 8 or 10 bits. Raises UsageError when the container cannot hold the codec.
    """
    codec = settings.codec or (Codec.HEVC if video.bit_depth > 8 else Codec.H264)
    if container == "webm" and codec is not Codec.AV1:
        raise UsageError(
            "WebM holds no H.264 or HEVC. Give a name that ends in .mp4 or .mkv with -o, or use --codec av1."
        )
    if container == "mov" and codec is Codec.AV1:
        raise UsageError("MOV holds no AV1. Give a name that ends in .mp4 or .mkv with -o, or use another --codec.")
    pixel_format = "yuv420p10le" if video.bit_depth > 8 else "yuv420p"
    cap = None if settings.quality is not None else _rate_cap(video, codec)
    if codec is Codec.H264:
        return Encoding("libx264", pixel_format, _x264(settings.quality or 25, cap), "avc1")
    if codec is Codec.HEVC:
        return Encoding("libx265", pixel_format, _x265(settings.quality or 22, cap), "hvc1")
    return Encoding("libsvtav1", pixel_format, _svtav1(settings.quality or 30, cap), "av01")


def _rate_cap(video: VideoInfo, codec: Codec) -> int | None:
    """Bits a second that the output may use; None where the source's rate is not known."""
    if not video.bit_rate:
        return None
    gain = _EFFICIENCY.get(video.codec, 1.0)
    return int(video.bit_rate * _HEADROOM * max(1.0, _EFFICIENCY[codec.value] / gain))


def _x264(quality: int, cap: int | None) -> dict[str, str]:
    # Captions in frame side data would be copied into the stream; masked frames have none, and this makes sure.
    options = {"preset": "ultrafast", "crf": str(quality), "a53cc": "0"}
    if cap is None:
        return options | {"x264-params": _X264}
    # A buffer of a second, half full at the start: else the first second of a short clip takes twice its share.
    return options | {"x264-params": f"{_X264}:vbv-init=0.5", "maxrate": str(cap), "bufsize": str(cap)}


def _x265(quality: int, cap: int | None) -> dict[str, str]:
    params = "log-level=none:info=0"
    if cap is not None:
        kilobits = max(1, cap // 1000)
        params += f":vbv-maxrate={kilobits}:vbv-bufsize={kilobits}:vbv-init=0.5"
    return {"preset": "superfast", "crf": str(quality), "a53cc": "0", "x265-params": params}


def _svtav1(quality: int, cap: int | None) -> dict[str, str]:
    options = {"preset": "10", "crf": str(quality)}
    return options if cap is None else options | {"maxrate": str(cap), "bufsize": str(cap)}
