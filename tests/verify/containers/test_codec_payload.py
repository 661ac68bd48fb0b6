import av
import pytest

from passerby.verify.containers import codec_payload
from tests import clips
from tests.verify.containers.inspection import remnants


def unit(kind, payload, codec="libx264"):
    message = bytes([kind, len(payload)]) + payload + b"\x80"
    return (b"\x06" if codec == "libx264" else b"\x4e\x01") + message


def rewritten(source, target, change):
    """The clip with `change(bytes)` in place of each packet."""
    with av.open(str(source)) as opened, av.open(str(target), "w") as output:
        template = opened.streams.video[0]
        stream = output.add_stream_from_template(template)
        for packet in opened.demux(template):
            if packet.size:
                copy = av.Packet(change(bytes(packet)))
                copy.pts, copy.dts, copy.time_base, copy.stream = packet.pts, packet.dts, packet.time_base, stream
                copy.is_keyframe = packet.is_keyframe
                output.mux(copy)
    return target


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize(
    ("kind", "payload", "wanted"),
    [
        (4, b"\xb5\x00\x31GA94\x03secret", "captions"),
        (5, bytes(16) + b"GPS 48.85 2.29", "data of a camera"),
        (5, bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef") + b"x264 - core 1\xffsecret", "data of a camera"),
        (136, b"\x01\x02\x03", "time code"),
    ],
)
def test_messages_between_the_slices(codec, kind, payload, wanted, tmp_path):
    plain = clips.write_clip(tmp_path / "p.mp4", codec=codec)
    assert "SEI" not in remnants(plain)
    more = unit(kind, payload, codec)
    path = rewritten(plain, tmp_path / "s.mp4", lambda data: len(more).to_bytes(4, "big") + more + data)
    assert wanted in remnants(path)


def test_a_unit_that_no_decoder_knows(tmp_path):
    plain = clips.cfr(tmp_path / "p.mp4")
    more = b"\x1e" + b"secret"  # type 30: unspecified
    path = rewritten(plain, tmp_path / "s.mp4", lambda data: len(more).to_bytes(4, "big") + more + data)
    assert "a NAL unit of type 30" in remnants(path)


def test_units_with_start_codes_are_read_as_well():
    packet = b"\x00\x00\x00\x01\x65abc\x00\x00\x01" + unit(4, b"secret")
    assert ["captions, or other data registered with ITU-T T.35 (SEI)"] == list(
        codec_payload.remnants(packet, "h264", 0)
    )


def test_metadata_within_av1():
    packet = bytes([0x12, 0x00, 0x2A, 0x03, 1, 2, 3, 0x7A, 0x02, 0, 9])
    assert ["a metadata OBU", "data in a padding OBU"] == list(codec_payload.remnants(packet, "av1", 0))
