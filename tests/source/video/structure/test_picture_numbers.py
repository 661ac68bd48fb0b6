import random

import av
import pytest

from passerby.source.video.structure.picture_numbers import numbers_of
from tests import recorder_files

FRAMES = 60
#: Kinds of streams, with options of their encoders: all number their pictures differently.
STREAMS = {
    "B-frames": ("h264", {}),
    "no B-frames": ("h264", {"bf": "0"}),
    "baseline": ("h264", {"profile": "baseline"}),
    "a pyramid of B-frames": ("h264", {"bf": "4", "x264-params": "b-pyramid=normal"}),
    "one group": ("h264", {"g": "250", "bf": "0"}),
    "open groups": ("open.h264", {}),
    "interlaced": ("h264", {"flags": "+ildct+ilme"}),
    "slices": ("h264", {"slices": "4"}),
    "4:4:4": ("h264", {"profile": "high444"}),
    "H.265": ("h265", {}),
    "H.265, open groups": ("open.h265", {}),
    "H.265 in fields": ("fields.h265", {}),
    "H.265, one group": ("h265", {"x265-params": "log-level=none:keyint=250:bframes=0"}),
    "H.265 in layers": ("h265", {"x265-params": "log-level=none:keyint=30:temporal-layers=1"}),
}


def packets_of(path):
    codec = "hevc" if path.suffix.endswith("h265") else "h264"
    with av.open(str(path), format=codec) as container:
        return codec, [(bytes(packet), packet.is_keyframe) for packet in container.demux() if packet.size]


def missing(codec, packets):
    numbers = numbers_of(codec)
    for packet in packets:
        numbers.add(packet)
    return numbers.missing


@pytest.fixture(params=STREAMS.values(), ids=STREAMS, scope="module")
def recording(request, tmp_path_factory):
    kind, options = request.param
    path = tmp_path_factory.mktemp("stream") / f"a.{kind.split('.')[-1]}"
    codec, packets = packets_of(recorder_files.stream(path, kind, FRAMES, **options))
    return codec, packets


def test_of_a_whole_stream_nothing_is_missing(recording):
    codec, packets = recording
    assert len(packets) >= FRAMES
    assert 0 == missing(codec, [packet for packet, _ in packets])


@pytest.mark.parametrize("lost", [1, 3])
def test_lost_pictures_are_counted(recording, lost):
    codec, packets = recording
    keys = [number for number, (_, is_key) in enumerate(packets) if is_key]
    begin = keys[1] + 6 if len(keys) > 1 else 30
    cut = packets[:begin] + packets[begin + lost :]
    assert lost == missing(codec, [packet for packet, _ in cut])


def test_what_is_lost_in_every_group_adds_up(tmp_path):
    _, packets = packets_of(recorder_files.stream(tmp_path / "a.h264", "h264", FRAMES, bf="0"))
    kept = [packet for number, (packet, _) in enumerate(packets) if number % 20 != 10]
    assert 3 == missing("h264", kept)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_rubbish_has_no_numbers(codec):
    assert 0 == missing(
        codec, [b"", b"\0\0\1", b"\0\0\1\x67", b"\0\0\1\x42\1" + b"\xff" * 50, b"\0\0\1\x65" + bytes(90)]
    )


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_nothing_lies_between_start_codes_that_damage_put_side_by_side(codec):
    assert 0 == missing(codec, [b"\0\0\1\0\0\1\x67", b"\0\0\1\0\0\1"])


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_damaged_parameters_raise_nothing(tmp_path, codec):
    """They state numbers of thousands of bits, or lists of billions."""
    _, packets = packets_of(recorder_files.stream(tmp_path / f"a.{codec}", codec, FRAMES))
    dice = random.Random(7)
    for _ in range(400):
        damaged = [bytearray(packet) for packet, _ in packets[:3]]
        for _ in range(dice.choice((1, 3, 30))):
            packet = dice.choice(damaged[:1] * 3 + damaged)
            packet[dice.randrange(min(200, len(packet)))] = dice.choice((0, 0, 1, 255, dice.randrange(256)))
        assert missing({"h265": "hevc"}.get(codec, codec), [bytes(packet) for packet in damaged]) >= 0


def test_other_codecs_have_no_numbers():
    assert numbers_of("mjpeg") is None
