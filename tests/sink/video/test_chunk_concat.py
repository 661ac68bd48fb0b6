"""Chunks that were encoded separately become one video."""

from dataclasses import replace
from fractions import Fraction

import av
import pytest

from passerby.config.settings import Settings
from passerby.core.errors import OutputError
from passerby.sink.video.chunk_concat import check_concatenated, chunk_packets
from passerby.sink.video.codec_choice import choose_encoding
from passerby.sink.video.writer import VideoWriter
from tests import clips

VIDEO = clips.video_info()
TIMES = clips.constant(12)


def write(path, times, encoding):
    with VideoWriter(path, [(VIDEO, encoding)], "mp4") as writer:
        for n, time in enumerate(times):
            writer.write(clips.safe_frame(n, time))
    return path


@pytest.fixture
def concatenated(tmp_path):
    encoding = choose_encoding(VIDEO, Settings(), "mp4")
    chunks = [write(tmp_path / f"{n}.mp4", clips.constant(6), encoding) for n in range(2)]
    with VideoWriter(tmp_path / "o.mp4", [(VIDEO, encoding)], "mp4") as writer:
        for chunk, start in zip(chunks, (0, 6 * clips.STEP), strict=True):
            writer.copy_packets(chunk_packets(chunk, start, VIDEO.time_base))
    return tmp_path / "o.mp4", chunks


def test_every_frame_at_its_time(concatenated):
    output, chunks = concatenated
    check_concatenated(output, TIMES, VIDEO.time_base, "mp4", chunks)
    assert list(TIMES) == [round(seconds / VIDEO.time_base) for seconds, _ in clips.decoded(output)]


def test_other_times_are_an_error(concatenated):
    output, chunks = concatenated
    with pytest.raises(OutputError, match="frame times differ"):
        check_concatenated(output, [*TIMES[:-1], TIMES[-1] + 1], VIDEO.time_base, "mp4", chunks)


def test_another_codec_configuration_is_an_error(concatenated, tmp_path):
    output, chunks = concatenated
    encoding = choose_encoding(VIDEO, Settings(), "mp4")
    other = replace(encoding, options={**encoding.options, "x264-params": "cabac=0:bframes=0"})
    chunks[1] = write(tmp_path / "other.mp4", clips.constant(6), other)
    with pytest.raises(OutputError, match="encoded differently"):
        check_concatenated(output, TIMES, VIDEO.time_base, "mp4", chunks)


def test_a_chunk_that_is_broken_is_an_error(tmp_path):
    (tmp_path / "c.mp4").write_bytes(b"noise" * 100)
    with pytest.raises(OutputError, match="cannot be read.*Run it again"):
        list(chunk_packets(tmp_path / "c.mp4", 0, Fraction(1, 25)))


def test_packets_are_as_the_encoder_returned_them(concatenated):
    _, chunks = concatenated
    first = next(chunk_packets(chunks[0], 0, VIDEO.time_base))
    with av.open(chunks[0]) as container:
        stored = next(container.demux(video=0))
    assert bytes(first)[:4] == b"\0\0\0\1"
    assert first.size == stored.size
