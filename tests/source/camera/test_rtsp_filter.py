"""What a camera answers: nothing of it leads FFmpeg to another address, however it is cut up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.config.address import parse_address
from passerby.core.errors import CameraLost
from passerby.source.camera.hls import OtherHost
from passerby.source.camera.rtsp_filter import MAX_BODY, MAX_HEAD, RtspFilter

SDP = b"v=0\r\ns=RTSP/1.0 302 Found\r\nLocation: rtsp://192.0.2.9/x\r\n\r\n"
DATA = b"$\x00\x00\x30RTSP/1.0 302 Found\r\nLocation: rtsp://192.0.2.9\r\n\r\n"[:52]
OPTIONS = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: WMServer/9\r\nRealChallenge1: x\r\nPublic: DESCRIBE, SETUP\r\n\r\n"
DESCRIBE = b"RTSP/1.0 200 OK\r\ncseq:2\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(SDP) + SDP


def fed(*pieces):
    one = RtspFilter(parse_address("rtsp://user:secret@camera.example/x"), "192.0.2.1")
    return b"".join(map(one.feed, pieces))


def test_data_and_bodies_come_through_as_they_are():
    described = b"content-length: %d\r\n\r\n" % len(SDP) + SDP
    assert fed(DESCRIBE).endswith(described)
    assert fed(DATA, DATA) == DATA + DATA


def test_answers_keep_the_headers_that_are_needed():
    assert b"RTSP/1.0 200 Answer\r\ncseq: 1\r\npublic: DESCRIBE, SETUP\r\n\r\n" == fed(OPTIONS)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 399])
def test_redirects_are_refused(status):
    answer = b"RTSP/1.0 %d Found\r\nCSeq: 1\r\nLocation: rtsp://192.0.2.9/x\r\n\r\n" % status
    with pytest.raises(OtherHost, match="rtsp://camera.example redirects") as error:
        fed(OPTIONS, DESCRIBE, answer)
    assert "secret" not in str(error.value)


def test_so_is_a_request_to_go_elsewhere():
    with pytest.raises(OtherHost):
        fed(b"REDIRECT rtsp://camera.example/x RTSP/1.0\r\nCSeq: 1\r\nLocation: rtsp://192.0.2.9/x\r\n\r\n")


def test_requests_of_the_camera_are_left_out_with_their_body():
    asked = b"SET_PARAMETER rtsp://x RTSP/1.0\r\nCSeq: 1\r\nContent-Length: %d\r\n\r\n" % len(OPTIONS) + OPTIONS
    assert fed(asked + DATA) == DATA


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (b"RTP/AVP;unicast;client_port=5000-5001;server_port=7000-7001", True),
        (b"RTP/AVP;unicast;source=192.0.2.9;client_port=5000-5001;server_port=7000-7001", True),
        (b"RTP/AVP/UDP;SOURCE =192.0.2.9; destination=192.0.2.9 ;client_port=5000", True),
        (b"RTP/AVP;client_port=5000, RTP/AVP;source=192.0.2.9;client_port=5000", True),
        (b"RTP/AVP/TCP;unicast;interleaved=0-1;source=192.0.2.9", False),
    ],
)
def test_udp_goes_to_the_camera_alone(given_, expected):
    answer = fed(b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nTransport: " + given_ + b"\r\n\r\n")
    assert b"192.0.2.9" not in answer
    assert expected is (b";source=192.0.2.1\r\n" in answer)


@pytest.mark.parametrize(
    "head",
    [
        b"RTSP/1.0 200 OK\r\nCSeq: 1\x0bLocation: rtsp://192.0.2.9\r\n\r\n",
        b"RTSP/1.0 200 OK\rLocation: rtsp://192.0.2.9\r\nCSeq: 1\rLocation: rtsp://192.0.2.9\r\n\r\n",
        b"RTSP/1.0 200 OK\nLocation: rtsp://192.0.2.9\n\nRTSP/1.0 200 OK\nSession: 5;\x00Location: rtsp://192.0.2.9\n\n",
    ],
)
def test_nothing_is_smuggled_in_a_line(head):
    lines = re.split(rb"[\r\n\x0b\x00]+", fed(head))
    assert not any(line.lower().startswith(b"location") for line in lines)


@pytest.mark.parametrize(
    "sent", [b"A" * (MAX_HEAD + 1), b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1)]
)
def test_what_is_too_long_is_refused(sent):
    with pytest.raises(CameraLost, match="Check its address"):
        fed(sent)


def test_noise_is_left_out():
    assert fed(b"\x00\xffabc\r\n", b"HTTP/1.1 200 OK\r\n\r\n", DATA) == DATA


def as_ffmpeg_reads(stream):
    """The status lines and headers that stand outside of data and bodies."""
    lines = []
    while stream:
        if stream[:1] == b"$":
            stream = stream[4 + int.from_bytes(stream[2:4], "big") :]
            continue
        head, _, stream = stream.partition(b"\r\n\r\n")
        lines += head.split(b"\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        stream = stream[int(length[1]) if length else 0 :]
    return lines


WRONG = (
    b"$|\r\n|RTSP/1.0 |200 OK\r\n|CSeq: 1\r\n|Content-Length: 9\r\n|Content-Length: -1\r\n| \r\n|\n\n|\x00\x05|"
    b"Location: rtsp://192.0.2.9\r\n|Transport: a;source=192.0.2.9\r\n|GET_PARAMETER x RTSP/1.0\r\n|"
    b"Content-Length: 3\r\nContent-Length: 30\r\n"
)
PARTS = st.sampled_from([OPTIONS, DESCRIBE, DATA, *WRONG.split(b"|")])


@given(st.lists(PARTS, max_size=12).map(b"".join), st.lists(st.integers(0, 600), max_size=8))
def test_whatever_comes_in_whatever_pieces_ffmpeg_reads_answers_without_an_address(stream, cuts):
    cuts = sorted(min(cut, len(stream)) for cut in cuts)
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    try:
        whole = fed(stream)
    except CameraLost:
        with pytest.raises(CameraLost):
            fed(*pieces)
        return
    assert whole == fed(*pieces)
    for line in as_ffmpeg_reads(whole):
        assert re.match(rb"RTSP/1.0 [^3]\d\d Answer$|[a-z-]+: ", line)
        assert b"192.0.2.9" not in line
        assert not line.startswith(b"location")
