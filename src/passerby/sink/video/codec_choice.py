"""Choosing the output's encoder, its quality and its bit rate cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from passerby.config.settings import Codec, Settings
from passerby.core.errors import UsageError
from passerby.core.media import VideoInfo
from passerby.sink.video.container import MATROSKA


@dataclass(frozen=True, slots=True)
class Encoding:
    """How frames are encoded.

    `encoder` is FFmpeg's name, `pixel_format` its input format, `tag` the codec's FourCC in MP4. `width` and `height`
    are the stored size, at most one line more than the source's. `interlaced` encodes the two fields of a frame
    separately. `notes` list what of the video is not preserved, one report line each.
    `rate_cap` is the permitted bit rate (bits per second) where the encoder's options do not enforce it.
    """

    encoder: str
    pixel_format: str
    options: Mapping[str, str] = field(hash=False)
    tag: str
    width: int
    height: int
    interlaced: bool = False
    notes: tuple[str, ...] = ()
    rate_cap: int | None = None


#: x264's "ultrafast", without those of its shortcuts that cost more bits than they save time.
#: Measured with these and crf 25 on the first 300 frames of 33 clips (H.264, 0.2 to 12 Mbit/s, 768x432 to 2560x1920),
#: on 2 cores that others used as well: 2.0 to 4.0 times as fast as "veryfast -crf 23" (44 to 69 frames a second at
#: 1080p), 0.57 to 1.16 times its size, 0.56 to 1.00 times the source's; luma PSNR against the source 41.5 to 47.6 dB,
#: 38.1 in the worst frame. crf 24 was too large on one clip (1.35 times "veryfast"). On 6 of the clips, with crf 25:
#: plain "ultrafast" came out 1.1 to 1.5 times as large as "veryfast" and 1.9 to 4.7 dB below it; "superfast" was no
#: better than these options and took longer. x265 on 2 clips: "superfast" is 0.3 to 1 dB better than "ultrafast" for 15
#: to 40 % more time, "veryfast" takes about twice as long again.
#: crf 27, since 25 came out 1.5 times as large as "veryfast" on a calm picture (the demo's sample at 1080p, no mask):
#: 27 gives 1.16 times its size at 46.8 dB, 28 its size at 46.3 dB, where "veryfast" itself has 45.9 dB.
_X264 = "cabac=1:no-deblock=0:8x8dct=1:bframes=3:b-adapt=0:weightb=1:subme=1:partitions=i4x4"

#: Relative bit rate of codecs for about the same quality. Encoders here run at fast presets, so H.264 from a more
#: efficient codec gets a higher cap, and a more efficient codec than the source's no lower cap than the source's rate.
_RELATIVE_BIT_RATE = {"h264": 1.0, "hevc": 0.7, "vp9": 0.7, "av1": 0.55}

#: The output's bit rate may be this many times the source's, over any second or so. Less is used where the constant
#: quality needs less.
_MAX_BIT_RATE_RATIO = 1.1
#: Bits per pixel of the source from which on the cap is not enforced while encoding: enforcing it takes a fifth of
#: x264's time, and none of 36 clips came out larger than 1.03 times the source. One that does is encoded again with it.
_MIN_UNCAPPED_BITS_PER_PIXEL = 0.05
#: The least buffer of a capped encoder, in bits per pixel of one picture. A picture that stands still (a slide, a
#: street at night) is a source of few bits a second, all of which are in its first picture: 0.9 bits per pixel of a
#: street in x264's crf 23. A buffer of one second of its rate held 0.15, and the first second was a mush in which the
#: masks' edges could not be told.
_MIN_BUFFER_BITS_PER_PIXEL = 1.0
#: Least side of pictures for x265 and SVT-AV1. Measured: x265 4.2 writes past its memory at widths of 34 to 46 and
#: fails below 16; SVT-AV1 4.1 never ends at 1000x4, 1000x16 and 16x1000.
_MIN_SIDE_PX = 64
#: How far an output that was encoded without a cap may exceed it.
_MAX_CAP_OVERSHOOT = 1.15


def choose_encoding(video: VideoInfo, settings: Settings, container: str, threads: int | None = None) -> Encoding:
    """The encoding of one track: H.264, or HEVC for more than 8 bits per sample, unless the settings say otherwise.
    Very small pictures become H.264.

    Chroma becomes 4:2:0, unless the settings ask for the source's. Interlaced video becomes H.264, the only one of the
    encoders that preserves fields. `threads` is the encoder's thread count, None for its default. Raises UsageError
    when the container cannot hold the codec, or the encoder cannot take pictures of that size.
    """
    return _repeatable(_threaded(_choose(video, settings, container), threads))


def _repeatable(encoding: Encoding) -> Encoding:
    """The same frames give the same bytes. Under a limit of the bit rate, the frames that x264 and x265 encode at the
    same time look at how far each other are, so two runs differ in some frames: then one is encoded at a time. That is
    slower where there are more processors than the rest of the run uses."""
    options = dict(encoding.options)
    if encoding.encoder == "libx264" and "maxrate" in options:
        return replace(encoding, options=options | {"threads": "1"})
    if "vbv-maxrate" in options.get("x265-params", ""):
        return replace(encoding, options=options | {"x265-params": options["x265-params"] + ":frame-threads=1"})
    return encoding


def _threaded(encoding: Encoding, threads: int | None) -> Encoding:
    if threads is None:
        return encoding
    options = {**encoding.options, "threads": str(threads)}
    if encoding.encoder == "libx265":
        options["x265-params"] += f":pools={threads}"
    if encoding.encoder == "libsvtav1":
        options["svtav1-params"] = f"lp={threads}"
    return replace(encoding, options=options)


def _choose(video: VideoInfo, settings: Settings, container: str) -> Encoding:
    small = min(video.geometry.width, video.geometry.height) < _MIN_SIDE_PX
    prefers_hevc = video.bit_depth > 8 and not video.interlaced and not small
    codec = settings.codec or (Codec.HEVC if prefers_hevc else Codec.H264)
    if small and codec is not Codec.H264:
        raise UsageError(
            f"Pictures of {video.geometry.width}x{video.geometry.height} are too small for {codec.value.upper()}, "
            f"whose encoder needs {_MIN_SIDE_PX} pixels a side. Use --codec h264."
        )
    if container == "webm" and codec is not Codec.AV1:
        raise UsageError(
            "WebM cannot hold H.264 or HEVC. Give a name that ends in .mp4 or .mkv with -o, or use --codec av1."
        )
    if container == "mov" and codec is Codec.AV1:
        raise UsageError("MOV cannot hold AV1. Give a name that ends in .mp4 or .mkv with -o, or use another --codec.")
    if codec is Codec.AV1 and container in MATROSKA and video.geometry.pixel_aspect != 1:
        raise UsageError(
            "FFmpeg does not write the shape of AV1's pixels to MKV and WebM, and these are not square. Give a name "
            "that ends in .mp4 with -o, or use another --codec."
        )
    chroma = next(form for form in ("444", "422", "420") if form in video.pixel_format)
    written = chroma if settings.exact_chroma else "420"
    if codec is Codec.AV1 and written != "420":
        raise UsageError("AV1 is only written as 4:2:0. Omit --exact-chroma, or use another --codec.")
    width, height = _size(video, written, codec)
    interlaced = video.interlaced and codec is Codec.H264 and height % (4 if written == "420" else 2) == 0
    cap = None if settings.quality is not None else _rate_cap(video, codec)
    form = f"yuv{written}p10le" if video.bit_depth > 8 else f"yuv{written}p"
    notes = tuple(_notes(video, chroma, written, (width, height), interlaced))
    if codec is Codec.H264:
        deferred_cap = cap if cap is not None and _bits_per_pixel(video) >= _MIN_UNCAPPED_BITS_PER_PIXEL else None
        options = _x264(settings.quality or 27, cap if deferred_cap is None else None, width * height)
        if interlaced:
            options["flags"] = "+ildct+ilme"
        return Encoding("libx264", form, options, "avc1", width, height, interlaced, notes, deferred_cap)
    if codec is Codec.HEVC:
        return Encoding(
            "libx265", form, _x265(settings.quality or 22, cap, width * height), "hvc1", width, height, False, notes
        )
    return Encoding("libsvtav1", form, _svtav1(settings.quality or 30, cap), "av01", width, height, False, notes)


def with_rate_cap(encodings: Sequence[Encoding], rates: Sequence[float]) -> list[Encoding] | None:
    """The same encodings, with the cap enforced for those that came out too large: `rates` are the bits per second of
    each written track. None when all are within their caps."""
    large = [
        encoding.rate_cap is not None and rate > encoding.rate_cap * _MAX_CAP_OVERSHOOT
        for encoding, rate in zip(encodings, rates, strict=True)
    ]
    return (
        [_capped(encoding) if too else encoding for encoding, too in zip(encodings, large, strict=True)]
        if any(large)
        else None
    )


def _capped(encoding: Encoding) -> Encoding:
    limited = _x264(int(encoding.options["crf"]), encoding.rate_cap, encoding.width * encoding.height)
    options = {**encoding.options, **limited}
    return _repeatable(replace(encoding, options=options, rate_cap=None))


def _bits_per_pixel(video: VideoInfo) -> float:
    pixels = video.geometry.width * video.geometry.height * float(video.frame_rate or 25)
    return (video.bit_rate or 0) / pixels


def _size(video: VideoInfo, chroma: str, codec: Codec) -> tuple[int, int]:
    """The size that can be stored: H.264 and HEVC cannot crop to an odd side of subsampled chroma."""
    width, height = video.geometry.width, video.geometry.height
    if codec is Codec.AV1:
        return width, height
    return width + (width % 2 if chroma != "444" else 0), height + (height % 2 if chroma == "420" else 0)


def _notes(video: VideoInfo, chroma: str, written: str, size: tuple[int, int], interlaced: bool) -> Iterator[str]:
    if chroma != written:
        yield f"4:{chroma[1]}:{chroma[2]} chroma was written as 4:2:0; --exact-chroma keeps it"
    if size != (video.geometry.width, video.geometry.height):
        yield (
            f"{video.geometry.width}x{video.geometry.height} was padded by one line to {size[0]}x{size[1]}, "
            "because 4:2:0 needs even dimensions"
        )
    if video.interlaced and not interlaced:
        yield "interlaced frames were encoded as progressive ones, with both fields woven together"


def _rate_cap(video: VideoInfo, codec: Codec) -> int | None:
    """Permitted bits per second of the output; None where the source's rate is unknown."""
    if not video.bit_rate:
        return None
    source_cost = _RELATIVE_BIT_RATE.get(video.codec, 1.0)
    return int(video.bit_rate * _MAX_BIT_RATE_RATIO * max(1.0, _RELATIVE_BIT_RATE[codec.value] / source_cost))


def _buffer(cap: int, pixels: int) -> tuple[int, float]:
    """The encoder's buffer in bits, and how full it is at the start: a second of the permitted rate, half full, since
    otherwise the first second of a short clip takes twice its share; where that does not hold one picture, one picture.
    """
    picture = int(pixels * _MIN_BUFFER_BITS_PER_PIXEL)
    size = max(cap, picture)
    return size, min(0.9, max(0.5, picture / size))


def _x264(quality: int, cap: int | None, pixels: int) -> dict[str, str]:
    # x264 would copy captions from frame side data into the stream; masked frames have none, and this ensures it.
    options = {"preset": "ultrafast", "crf": str(quality), "a53cc": "0"}
    if cap is None:
        return options | {"x264-params": _X264}
    size, full = _buffer(cap, pixels)
    return options | {"x264-params": f"{_X264}:vbv-init={full:.2f}", "maxrate": str(cap), "bufsize": str(size)}


def _x265(quality: int, cap: int | None, pixels: int) -> dict[str, str]:
    params = "log-level=none:info=0"
    if cap is not None:
        size, full = _buffer(cap, pixels)
        params += f":vbv-maxrate={max(1, cap // 1000)}:vbv-bufsize={max(1, size // 1000)}:vbv-init={full:.2f}"
    return {"preset": "superfast", "crf": str(quality), "a53cc": "0", "x265-params": params}


def _svtav1(quality: int, cap: int | None) -> dict[str, str]:
    options = {"preset": "10", "crf": str(quality)}
    return options if cap is None else options | {"maxrate": str(cap), "bufsize": str(cap)}
