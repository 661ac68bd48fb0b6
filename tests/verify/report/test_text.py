from passerby.verify.report.text import counted, format_time


def test_one_is_not_many():
    assert ["1 track", "0 tracks", "2 tracks"] == [counted(number, "track") for number in (1, 0, 2)]


def test_a_moment_is_read_by_people():
    assert "2026-03-04 05:06:07 UTC" == format_time("2026-03-04T05:06:07+00:00")
