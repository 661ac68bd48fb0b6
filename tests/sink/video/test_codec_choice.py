"""The encoder fits the source, and stays within its bit rate."""

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.config.settings import Codec, Settings
from passerby.core.errors import UsageError
from passerby.core.safe_frame import SafeFrame
from passerby.sink.video.codec_choice import Encoding, _repeatable, choose_encoding, with_rate_cap
from passerby.sink.video.writer import VideoWriter
from tests import clips


@pytest.mark.parametrize(
    ("pixel_format", "codec", "encoder", "fed"),
    [
        ("yuv420p", None, "libx264", "yuv420p"),
        ("yuvj420p", None, "libx264", "yuv420p"),
        ("yuv422p", None, "libx264", "yuv420p"),
        ("yuv420p10le", None, "libx265", "yuv420p10le"),
        ("yuv422p10le", None, "libx265", "yuv420p10le"),
        ("yuv420p10le", Codec.H264, "libx264", "yuv420p10le"),
        ("yuv420p", Codec.AV1, "libsvtav1", "yuv420p"),
    ],
)
def test_choice(pixel_format, codec, encoder, fed):
    encoding = choose_encoding(clips.video_info(pixel_format=pixel_format), Settings(codec=codec), "mp4")
    assert (encoding.encoder, encoding.pixel_format) == (encoder, fed)


def test_webm_holds_av1_only():
    video = clips.video_info(codec="vp9")
    assert choose_encoding(video, Settings(codec=Codec.AV1), "webm").encoder == "libsvtav1"
    with pytest.raises(UsageError, match=r"\.mp4 or \.mkv with -o"):
        choose_encoding(video, Settings(), "webm")


def test_mov_cannot_hold_av1():
    with pytest.raises(UsageError, match=r"MOV cannot hold AV1.*\.mp4 or \.mkv with -o"):
        choose_encoding(clips.video_info(), Settings(codec=Codec.AV1), "mov")


@pytest.mark.parametrize(
    ("source", "codec", "most"),
    [("h264", None, 1.3), ("hevc", None, 1.6), ("vp9", None, 1.6), ("av1", None, 2.0), ("h264", Codec.HEVC, 1.3)],
)
def test_cap_follows_the_source(source, codec, most):
    video = clips.video_info(codec=source, bit_rate=1_000_000)
    encoding = choose_encoding(video, Settings(codec=codec), "mp4")
    if codec is Codec.HEVC:
        cap = 1000 * int(encoding.options["x265-params"].split("vbv-maxrate=")[1].split(":")[0])
    else:
        (kept,) = with_rate_cap([encoding], [10_000_000]) or [encoding]
        cap = int(kept.options["maxrate"])
    assert 1_000_000 <= cap <= most * 1_000_000


def test_only_high_bit_rate_sources_are_encoded_without_a_cap():
    pixels = 320 * 240 * 30000 / 1001
    thin, roomy = (
        choose_encoding(clips.video_info(size=(320, 240), bit_rate=int(pixels * bits)), Settings(), "mp4")
        for bits in (0.04, 0.06)
    )
    assert ("maxrate" in thin.options, thin.rate_cap) == (True, None)
    assert ("maxrate" in roomy.options, roomy.rate_cap) == (False, int(int(pixels * 0.06) * 1.1))


def test_only_outputs_that_exceed_their_cap_are_capped():
    encoding = choose_encoding(clips.video_info(bit_rate=1_000_000), Settings(), "mp4")
    assert with_rate_cap([encoding, encoding], [1_200_000, 800_000]) is None
    (first, second) = with_rate_cap([encoding, encoding], [1_200_000, 1_500_000]) or []
    assert first == encoding
    assert str(encoding.rate_cap) == second.options["maxrate"]
    assert encoding.options["crf"] == second.options["crf"]
    assert with_rate_cap([second], [9_000_000]) is None  # it is held already


def test_requested_quality_is_not_capped():
    options = choose_encoding(clips.video_info(), Settings(quality=17), "mp4").options
    assert options["crf"] == "17"
    assert "maxrate" not in options


def test_noise_stays_within_the_sources_rate(tmp_path):
    """The hardest picture there is, from a source of little rate."""
    source_rate = 400_000
    video = clips.video_info(size=(320, 240), bit_rate=source_rate)
    (encoding,) = with_rate_cap([choose_encoding(video, Settings(), "mp4")], [10_000_000]) or []
    noise = np.random.default_rng(1)
    with VideoWriter(tmp_path / "o.mp4", [(video, encoding)], "mp4") as writer:
        for index, time in enumerate(clips.constant(240)):
            image = noise.integers(64, 192, (240, 320, 3), np.uint8)
            picture = av.VideoFrame.from_ndarray(image).reformat(format="yuv420p")
            writer.write(SafeFrame(picture, index, time))
    seconds = 240 * clips.STEP * clips.TIME_BASE
    rate = Fraction((tmp_path / "o.mp4").stat().st_size * 8) / seconds
    assert rate < 1.3 * source_rate


@pytest.mark.parametrize("codec", [Codec.H264, Codec.HEVC])
def test_a_picture_that_stands_still_is_sharp_from_its_first_frame_on(tmp_path, codec):
    """A slide, or a street at night: a source of few bits a second, all of which are in its first picture."""
    video = clips.video_info(size=(320, 240), bit_rate=12_000)
    encoding = choose_encoding(video, Settings(codec=codec), "mp4")
    dice = np.random.default_rng(1)
    grey = np.kron(dice.integers(40, 220, (60, 80, 1), np.uint8), np.ones((4, 4, 1), np.uint8))
    image = np.repeat(grey, 3, axis=2)
    image[64:128, 64:128] = 0  # a mask
    with VideoWriter(tmp_path / "o.mp4", [(video, encoding)], "mp4") as writer:
        for index, time in enumerate(clips.constant(60)):
            picture = av.VideoFrame.from_ndarray(image).reformat(format=encoding.pixel_format)
            writer.write(SafeFrame(picture, index, time))
    wrong = [np.abs(shown.astype(int) - image).mean() for _, shown in clips.decoded(tmp_path / "o.mp4")]
    assert max(wrong) < 12  # 35 and 27 with a buffer of one second


@pytest.mark.parametrize("codec", list(Codec))
def test_an_encoder_keeps_to_its_threads_and_writes_the_same_number_of_frames(tmp_path, codec):
    video = clips.video_info()
    free, bounded = (choose_encoding(video, Settings(codec=codec), "mp4", threads) for threads in (None, 1))
    assert "threads" not in free.options
    assert "1" == bounded.options["threads"]
    with VideoWriter(tmp_path / "out.mp4", [(video, bounded)], "mp4") as writer:
        for n, time in enumerate(clips.constant(5)):
            writer.write(clips.safe_frame(n, time))
    assert 5 == len(clips.decoded(tmp_path / "out.mp4"))


def test_under_a_limit_of_the_bit_rate_one_frame_is_encoded_at_a_time():
    """Otherwise two runs by one plan differ in some frames."""
    x264 = Encoding("libx264", "yuv420p", {"crf": "27", "threads": "4"}, "avc1", 1920, 1080)
    assert "4" == _repeatable(x264).options["threads"]
    capped = replace(x264, options={**x264.options, "maxrate": "1500000", "bufsize": "1500000"})
    assert "1" == _repeatable(capped).options["threads"]
    x265 = replace(x264, encoder="libx265", options={"x265-params": "log-level=none:vbv-maxrate=1500"})
    assert _repeatable(x265).options["x265-params"].endswith(":vbv-maxrate=1500:frame-threads=1")
