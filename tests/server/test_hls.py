"""The lines that HLS playlists have in common."""

from passerby.server.hls import init_section, media_playlist, media_segment, program_date_time


def test_a_playlist():
    lines = [
        init_section("init-1.mp4"),
        program_date_time(1_800_000_000.25),
        *media_segment("segment-1.m4s", 1.5),
    ]
    expected = (
        '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:5\n#EXT-X-ENDLIST\n#EXT-X-MAP:URI="init-1.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.250Z\n#EXTINF:1.50000,\nsegment-1.m4s\n"
    )
    assert expected == media_playlist(7, 4.1, ["#EXT-X-ENDLIST"], lines)
