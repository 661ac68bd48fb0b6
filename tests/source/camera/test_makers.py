import pytest

from passerby.config.address import CameraProtocol, parse_address
from passerby.core.errors import UsageError
from passerby.source.camera.makers import MAKERS, maker_of, stream_address


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.id)
@pytest.mark.parametrize("small", [False, True])
def test_every_pattern_is_the_address_of_a_stream(maker, small):
    address = parse_address(stream_address(maker.id, "192.168.1.20", small=small))
    assert (CameraProtocol.RTSP, 554) == (address.protocol, address.port)
    assert maker.source


def test_the_large_and_the_small_stream():
    assert "rtsp://cam.example/Streaming/Channels/101" == stream_address("hikvision", "cam.example")
    assert "rtsp://cam.example/Streaming/Channels/102" == stream_address("hikvision", "cam.example", small=True)
    assert stream_address("axis", "cam.example") == stream_address("axis", "cam.example", small=True)


def test_a_port_and_an_address_of_version_6():
    assert "rtsp://10.0.0.7:8554/stream1" == stream_address("tapo", " 10.0.0.7:8554 ")
    assert "rtsp://[fe80::1]/stream1" == stream_address("tapo", "[fe80::1]")


@pytest.mark.parametrize(
    "host", ["", "a b", "admin:secret@10.0.0.7", "10.0.0.7/x", "10.0.0.7:99999", "rtsp://10.0.0.7"]
)
def test_anything_but_a_host_is_refused(host):
    with pytest.raises(UsageError, match=r"192\.168"):
        stream_address("axis", host)


def test_an_unknown_maker():
    with pytest.raises(UsageError, match="hikvision"):
        stream_address("acme", "10.0.0.7")


def test_the_maker_is_known_by_the_advertised_name():
    assert "axis" == maker_of("AXIS P3245-LV").id
    assert "hikvision" == maker_of("DS-2CD2143G2-I").id
    assert maker_of("Front door X100") is None


def test_ids_are_unique():
    assert len({maker.id for maker in MAKERS}) == len(MAKERS)
